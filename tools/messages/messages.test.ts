import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideApproval } from '../approvals/decide-approval.ts'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { createProposal } from '../proposals/create-proposal.ts'
import { createRequest } from '../requests/create-request.ts'
import { createTrip } from '../requests/create-trip.ts'
import { readRequest } from '../requests/request.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { requestApproval, runTool } from '../tool.ts'
import { listMessages } from './list-messages.ts'
import { postMessage } from './post-message.ts'
import { performRelay } from './relay-message.ts'
import { replyToOperator } from './reply-to-operator.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
/** A room in which nothing is ever sent: for what is refused or only filed. */
let quiet: Awaited<ReturnType<typeof roomWithOperator>>
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar] = [await desk.broker(), await desk.broker()]
  quiet = await roomWithOperator()
})
afterAll(() => desk[Symbol.asyncDispose]())

/** A request of Acme for 120,000 to Aspen with a trip, an RFQ, and a quote of 100,000 that was proposed with 15 %. */
async function roomWithOperator() {
  const { client } = await runTool(
    createClient,
    {
      company_name: 'Brightwater Aspen Capital, LLC',
      contact_name: 'Jordan Avery',
      email: 'j.avery@mail.bwcap.example.com',
      phone: '+1 201 555 0142',
    },
    dana,
  )
  const wanted = {
    departure_airport: 'KVNY',
    arrival_airport: 'KASE',
    departure_date: daysAhead(20),
    passengers: 4,
    client_profile_id: client.id,
    budget: '120000',
  }
  const { request } = await runTool(createRequest, wanted, dana)
  const { request: open } = await runTool(createTrip, { request_id: request.id }, dana)
  const rfq = desk.avinode.sendsRfq(open.avinode_trip_id ?? '', 'Elite Jets')
  const quote = await desk.quote(request.id, { total_price: '100000.00', rfq_id: rfq.id })
  await runTool(createProposal, { quote_id: quote.id }, dana)
  return { request: await readRequest(request.id, dana), quote, rfq, conversation_id: quote.conversation_id }
}

describe('a room', () => {
  it('of broker and assistant takes the words of the assistant, once per turn', async () => {
    const chat = await desk.chat(dana)
    const { conversation_id } = chat.origin
    const words = { conversation_id, content: 'Three\u200b quotes are in.' }

    const { message } = await runTool(postMessage, words, chat)
    await runTool(postMessage, words, chat)
    const { messages } = await runTool(listMessages, { conversation_id }, chat)

    expect(message).toMatchObject({ sender_type: 'ai_assistant', content: 'Three quotes are in.' })
    expect(messages.map(({ content }) => content)).toEqual(['Three quotes are in.', 'Hello'])
  })

  it('where an operator reads along takes no words of the assistant without approval', async () => {
    const { conversation_id } = quiet

    await expect(runTool(postMessage, { conversation_id, content: 'Hi' }, dana)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('Elite Jets reads along'),
    })
  })

  it('is closed to another broker', async () => {
    const { conversation_id } = quiet

    await expect(runTool(listMessages, { conversation_id }, omar)).rejects.toMatchObject({ code: 'not_found' })
    await expect(runTool(postMessage, { conversation_id, content: 'Hi' }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(requestApproval(replyToOperator, { conversation_id, text: 'Hi' }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('shows of a deleted message only that it was there', async () => {
    const chat = await desk.chat(dana)
    const { conversation_id } = chat.origin
    await desk.sql.query('update messages set deleted_at = now() where conversation_id = $1', [conversation_id])

    const { messages } = await runTool(listMessages, { conversation_id }, chat)

    expect(messages).toMatchObject([{ content: null, deleted_at: expect.any(String) }])
  })
})

describe('a reply to an operator', () => {
  it('is filed for approval with exactly the words that the operator would read', async () => {
    const { conversation_id, request, rfq } = await roomWithOperator()

    const approval = await requestApproval(
      replyToOperator,
      { conversation_id, text: 'Could you hold the aircraft until Friday? Is 9:30 in Aspen fine?' },
      dana,
    )

    expect(approval).toMatchObject({
      status: 'pending',
      request_id: request.id,
      conversation_id: request.primary_conversation_id,
      payload: {
        conversation_id,
        operator_name: 'Elite Jets',
        rfq_id: rfq.id,
        text: 'Could you hold the aircraft until Friday? Is 9:30 in Aspen fine?',
      },
    })
    expect(desk.avinode.messages).toEqual([])
  })

  it.each([
    ['the client', 'Brightwater would like it'],
    ['the client in disguise', 'bright\u200bWATER would like it'],
    ['the contact', 'Mr. Avery is in a hurry'],
    ['the address of the client', 'Write to j.avery@mail.bwcap.example.com'],
    ['the phone of the client', 'Call +1 (201) 555-0142'],
    ['the budget', 'They can spend $120,000 at most'],
    ['the budget in short', 'The limit is 120k'],
    ['the margin in percent', 'We add 15 % on top'],
    ['the margin as an amount', 'We keep 15,000'],
    ['the price of the client', 'The client pays 115 000.00'],
    ['a margin at all', 'Leave room for our margin'],
  ])('that gives away %s is refused', async (_what, text) => {
    const { conversation_id } = quiet

    await expect(requestApproval(replyToOperator, { conversation_id, text }, dana)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { issues: [{ path: 'text' }] },
    })
  })

  it.each([
    'Is 100,000 your best price?',
    'The capital of hospitality',
    'Send us an example of the menu by mail',
    'We would fly at 15:00 with 4 guests, 15 bags',
  ])('that gives nothing away is fine: %s', async (text) => {
    const { conversation_id } = quiet

    expect((await requestApproval(replyToOperator, { conversation_id, text }, dana)).status).toBe('pending')
  })

  it('needs a room with an operator', async () => {
    const chat = await desk.chat(dana)
    const { conversation_id } = chat.origin

    await expect(requestApproval(replyToOperator, { conversation_id, text: 'Hi' }, chat)).rejects.toThrow(/No operator/)
  })

  it('that the broker edits tells an operator nothing more than one that was drafted', async () => {
    const { conversation_id } = await roomWithOperator()
    const { id: approval_id } = await requestApproval(replyToOperator, { conversation_id, text: 'Any news?' }, dana)

    const edits = { text: 'Our margin is 15 %.' }
    await expect(decideApproval({ approval_id, decision: 'approve', edits }, dana)).rejects.toThrow(/our margin/)
  })

  it('reaches Avinode once, although the answer to the first attempt was lost', async () => {
    const { conversation_id, rfq } = await roomWithOperator()
    const filed = await requestApproval(replyToOperator, { conversation_id, text: 'Any news?' }, dana)
    await decideApproval({ approval_id: filed.id, decision: 'approve' }, dana)
    const marks: string[] = []
    const delivery = {
      key: filed.id,
      sending: async () => {
        marks.push('sending')
        if (marks.length === 1) desk.avinode.losesAnswer()
      },
    }
    const perform = () => replyToOperator.perform(replyToOperator.payload.parse(filed.payload), dana, delivery)

    await expect(perform()).rejects.toMatchObject({ code: 'upstream_unavailable' })
    const result = await perform()

    const sent = desk.avinode.messages.filter(({ rfq_id }) => rfq_id === rfq.id)
    expect(sent.map(({ text }) => text)).toEqual(['Any news?'])
    expect(result).toEqual({ conversation_id, avinode_message_id: sent[0]?.id })
    expect(marks).toEqual(['sending'])
  })

  it('with the same words as an earlier one is sent again, because it was approved again', async () => {
    const { conversation_id, rfq } = await roomWithOperator()
    const say = async () => {
      const filed = await requestApproval(replyToOperator, { conversation_id, text: 'Any news?' }, dana)
      await decideApproval({ approval_id: filed.id, decision: 'approve' }, dana)
      const payload = replyToOperator.payload.parse(filed.payload)
      const { avinode_message_id } = await replyToOperator.perform(payload, dana, { key: filed.id, async sending() {} })
      await desk.sql.query(
        `insert into messages (conversation_id, sender_type, content, avinode_message_id, metadata)
         values ($1, 'ai_assistant', 'Any news?', $2, jsonb_build_object('approval_id', $3::text))`,
        [conversation_id, avinode_message_id, filed.id],
      )
      await desk.sql.query("update approvals set status = 'executed' where id = $1", [filed.id])
    }

    await say()
    await say()

    expect(desk.avinode.messages.filter(({ rfq_id }) => rfq_id === rfq.id).length).toBe(2)
  })
})

describe("a broker's own words to an operator", () => {
  it('are carried to Avinode once, whatever happened to the first attempt', async () => {
    const { conversation_id, rfq } = await roomWithOperator()
    const { rows } = await desk.sql.query(
      `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content, status)
       values ($1, 'iso_agent', $2, 'Is Wi-Fi on board?', 'sending') returning id`,
      [conversation_id, dana.broker.iso_agent_id],
    )
    const payload = { message_id: rows[0].id, conversation_id, rfq_id: rfq.id, text: 'Is Wi-Fi on board?' }
    const relay = () =>
      performRelay(payload, dana, { key: rows[0].id, sending: async () => desk.avinode.losesAnswer() })

    await expect(relay()).rejects.toMatchObject({ code: 'upstream_unavailable' })
    const result = await relay()

    const sent = desk.avinode.messages.filter(({ rfq_id }) => rfq_id === rfq.id)
    expect(sent.length).toBe(1)
    expect(result).toEqual({ conversation_id, message_id: rows[0].id, avinode_message_id: sent[0]?.id })
  })
})
