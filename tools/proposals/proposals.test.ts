import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { approvalWarnings } from '../approvals/approval-warnings.ts'
import { decideApproval } from '../approvals/decide-approval.ts'
import { listApprovals } from '../approvals/list-approvals.ts'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { createRequest } from '../requests/create-request.ts'
import { createTrip } from '../requests/create-trip.ts'
import { readRequest } from '../requests/request.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { requestApproval, runTool } from '../tool.ts'
import { createProposal } from './create-proposal.ts'
import { readDocument } from './documents.ts'
import { getProposal } from './get-proposal.ts'
import { listProposals } from './list-proposals.ts'
import { readProposal } from './proposal.ts'
import { reviseProposal } from './revise-proposal.ts'
import { sendProposal } from './send-proposal.ts'
import { textOfPdf } from './text-of-pdf.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  dana = await desk.broker({ margin_type: 'percentage', margin_value: '15' })
  omar = await desk.broker({ full_name: 'Omar Haddad', margin_type: 'fixed', margin_value: '7500' })
})
afterAll(() => desk[Symbol.asyncDispose]())

async function quoteFor(context: ToolContext, client = {}) {
  const acme = {
    company_name: `Acme ${Math.random()}`,
    contact_name: 'Jordan Avery',
    email: 'jordan@acme.example',
    ...client,
  }
  const made = await runTool(createClient, acme, context)
  const wanted = {
    departure_airport: 'KTEB',
    arrival_airport: 'KLAX',
    departure_date: daysAhead(20),
    departure_time: '09:00',
    return_date: daysAhead(23),
    passengers: 8,
    client_profile_id: made.client.id,
    special_requirements: 'vegetarian catering; wheelchair assistance',
  }
  const { request } = await runTool(createRequest, wanted, context)
  await runTool(createTrip, { request_id: request.id }, context)
  const quote = await desk.quote(request.id)
  return { request_id: request.id, quote_id: quote.id, client: made.client }
}

const letter = { subject: 'Your flight to Los Angeles', body: 'Dear Jordan,\n\nhere is our proposal.' }

describe('a proposal', () => {
  it('adds 15 % to the cent, and its PDF lies under its number', async () => {
    const { request_id, quote_id } = await quoteFor(dana)

    const { proposal } = await runTool(createProposal, { quote_id }, dana)

    expect(proposal).toMatchObject({
      status: 'generated',
      total_amount: '112000.00',
      margin_applied: '16800.00',
      final_amount: '128800.00',
      currency: 'USD',
      file_name: `${proposal.proposal_number}.pdf`,
      file_path: `proposals/${request_id}/${proposal.proposal_number}.pdf`,
    })
    expect(proposal.proposal_number).toMatch(/^PROP-\d{4}-\d{3,}$/)
    const { content } = await readDocument(proposal.file_path ?? '', dana.db)
    expect(content.byteLength).toBe(proposal.file_size_bytes)
    expect((await readRequest(request_id, dana)).status).toBe('generating_email')
  })

  it('adds a fixed margin for a broker who works with one', async () => {
    const { quote_id } = await quoteFor(omar)

    const { proposal } = await runTool(createProposal, { quote_id }, omar)

    expect(proposal).toMatchObject({ margin_applied: '7500.00', final_amount: '119500.00' })
  })

  it('shows the client route, price, wishes and broker, and neither operator, net price, margin nor tail', async () => {
    const { quote_id, client } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id, description: 'It is a pleasure.' }, dana)

    const text = textOfPdf((await readDocument(proposal.file_path ?? '', dana.db)).content)

    for (const shown of [
      'USD 128,800.00',
      'Teterboro (KTEB)',
      'Los Angeles (KLAX)',
      '09:00 ES',
      'Gulfstream G650',
      'vegetarian catering',
      'wheelchair assistance',
      client.company_name,
      'Dana Whitfield',
      dana.broker.email,
      proposal.proposal_number ?? '-',
      'It is a pleasure.',
      'Page 1 of ',
    ]) {
      expect(text).toContain(shown)
    }
    for (const hidden of ['Elite', '112,000', '112000', '16,800', '16800', '15 %', '15%', 'N650EJ', 'argin']) {
      expect(text).not.toContain(hidden)
    }
  })

  it('is one per quote, however many ask at once', async () => {
    const { quote_id, request_id } = await quoteFor(dana)
    const ask = async () => (await runTool(createProposal, { quote_id }, dana)).proposal.id

    const first = await Promise.allSettled([ask(), ask(), ask()])
    const again = await ask()
    const { proposals } = await runTool(listProposals, { request_id }, dana)

    expect(proposals.map(({ id }) => id)).toEqual([again])
    for (const made of first) if (made.status === 'fulfilled') expect(made.value).toBe(again)
  })

  it('needs a client, and a quote that is still open', async () => {
    const wanted = { departure_airport: 'KTEB', arrival_airport: 'KLAX', departure_date: daysAhead(9), passengers: 2 }
    const { request } = await runTool(createRequest, wanted, dana)
    await runTool(createTrip, { request_id: request.id }, dana)
    const open = await desk.quote(request.id)
    const late = await desk.quote(request.id, { valid_days: -1 })

    await expect(runTool(createProposal, { quote_id: open.id }, dana)).rejects.toThrow(/which client/)
    await expect(runTool(createProposal, { quote_id: late.id }, dana)).rejects.toMatchObject({ code: 'conflict' })
    await expect(runTool(createProposal, { quote_id: open.id }, omar)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('refuses a description that gives the operator or the net price away', async () => {
    const { quote_id } = await quoteFor(dana)

    for (const description of ['Flown by Elite Jets', 'We pay $112,000 for it', 'our margin is small']) {
      await expect(runTool(createProposal, { quote_id, description }, dana)).rejects.toMatchObject({
        code: 'invalid_input',
      })
    }
  })

  it('is asked for again after its quote has another price: same number and margin, new price, new PDF', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    await runTool(reviseProposal, { proposal_id: proposal.id, margin_type: 'fixed', margin_value: '5000' }, dana)
    await desk.sql.query('update quotes set total_price = 99000 where id = $1', [quote_id])

    const { proposal: again } = await runTool(createProposal, { quote_id }, dana)

    expect(again).toMatchObject({ id: proposal.id, total_amount: '99000.00', final_amount: '104000.00' })
    const { content } = await readDocument(again.file_path ?? '', dana.db)
    expect(textOfPdf(content)).toContain('104,000')
    expect((await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)).status).toBe('pending')
  })

  it('can be given another margin before it is sent: same number, new price, new PDF', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const revise = { proposal_id: proposal.id, margin_type: 'percentage', margin_value: '12.5' }

    const { proposal: revised } = await runTool(reviseProposal, revise, dana)

    expect(revised).toMatchObject({ id: proposal.id, margin_applied: '14000.00', final_amount: '126000.00' })
    const text = textOfPdf((await readDocument(revised.file_path ?? '', dana.db)).content)
    expect(text).toContain('USD 126,000.00')
    await expect(runTool(reviseProposal, { ...revise, margin_value: '150' }, dana)).rejects.toThrow(/slip/)
    await expect(runTool(reviseProposal, { ...revise, margin_value: '-5' }, dana)).rejects.toThrow(/not an amount/)
  })

  it('that the client has already is withdrawn when the margin changes, and a new one takes its place', async () => {
    const { quote_id, request_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    await desk.sql.query("update proposals set status = 'sent' where id = $1", [proposal.id])
    const revise = { proposal_id: proposal.id, margin_type: 'fixed', margin_value: 9000 }

    const { proposal: revised } = await runTool(reviseProposal, revise, dana)

    expect(revised.id).not.toBe(proposal.id)
    expect(revised.proposal_number).not.toBe(proposal.proposal_number)
    expect(revised).toMatchObject({ status: 'generated', final_amount: '121000.00', request_id })
    expect((await readProposal(proposal.id, dana)).status).toBe('expired')
    expect((await runTool(createProposal, { quote_id }, dana)).proposal.id).toBe(revised.id)
  })

  it('is nothing for another broker', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)

    await expect(runTool(getProposal, { proposal_id: proposal.id }, omar)).rejects.toMatchObject({ code: 'not_found' })
    await expect(requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(readDocument(proposal.file_path ?? '', omar.db)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('sending a proposal', () => {
  const delivery = (key = 'approval-1') => {
    const marks: string[] = []
    return { key, marks, sending: async () => void marks.push(`sending after ${desk.outgoing.length} mails`) }
  }

  it('files exactly what would leave, with the link of the client and the hash of the PDF', async () => {
    const { quote_id, request_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)

    const approval = await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)
    const { content } = await readDocument(proposal.file_path ?? '', dana.db)

    expect(approval).toMatchObject({
      action: 'send_proposal',
      status: 'pending',
      request_id,
      payload: {
        proposal_id: proposal.id,
        proposal_number: proposal.proposal_number,
        to_email: 'jordan@acme.example',
        to_name: 'Jordan Avery',
        subject: letter.subject,
        body: expect.stringMatching(
          /^Dear Jordan,\n\nhere is our proposal\.\n\n.*\nhttps:\/\/jets\.example\/p\/[\w-]{43}\n\nDana Whitfield\n/,
        ),
        attachments: [
          {
            file_name: proposal.file_name,
            file_path: proposal.file_path,
            size_bytes: content.byteLength,
            sha256: createHash('sha256').update(content).digest('hex'),
          },
        ],
      },
    })
    expect(desk.outgoing).toEqual([])
    expect((await listApprovals({ status: 'pending' }, dana)).approvals.map(({ id }) => id)).toContain(approval.id)
    expect((await listApprovals({}, omar)).approvals).toEqual([])
  })

  it('points at the card that waits already instead of filing a second one', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const call = { proposal_id: proposal.id, ...letter }
    const chat = await desk.chat(dana)
    const approval = await requestApproval(sendProposal, call, chat)

    expect((await requestApproval(sendProposal, call, chat)).action).toBe('send_proposal')
    await expect(requestApproval(sendProposal, call, dana)).rejects.toMatchObject({
      code: 'approval_pending',
      details: { approval_id: expect.any(String) },
    })
    expect(approval.conversation_id).toBe(chat.origin.conversation_id)
  })

  it('sends what was approved, edits included, with a Message-ID that every attempt shares', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const filed = await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)
    const edits = { body: `${filed.payload.body}\n\nP.S. See you soon.` }
    const approved = await decideApproval({ approval_id: filed.id, decision: 'approve', edits }, dana)
    const run = delivery(filed.id)

    const result = await sendProposal.perform(sendProposal.payload.parse(approved.payload), dana, run)
    const [mail] = desk.outgoing.splice(0)

    expect(result).toEqual({
      proposal_id: proposal.id,
      email_message_id: `${filed.id}@jets.example`,
      to_email: 'jordan@acme.example',
    })
    expect(mail).toMatchObject({
      message_id: result.email_message_id,
      to: { name: 'Jordan Avery', email: 'jordan@acme.example' },
      reply_to: { name: 'Dana Whitfield', email: dana.broker.email },
      subject: letter.subject,
      text: edits.body,
      attachments: [{ filename: proposal.file_name, content_type: 'application/pdf' }],
    })
    expect(run.marks).toEqual(['sending after 0 mails'])
    const token = String(approved.payload.client_link).split('/p/')[1] ?? ''
    const { data } = await desk.service.rpc('open_proposal_link', {
      p_token_hash: createHash('sha256').update(token).digest('hex'),
      p_event: 'peek',
    })
    expect(JSON.stringify(data)).toContain('128800.00')
    expect(JSON.stringify(data)).not.toMatch(/112000|16800|Elite/)
  })

  it('lets the broker edit words only, and only once decided at all', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const { id: approval_id } = await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)
    const approve = (edits: Record<string, unknown>) =>
      decideApproval({ approval_id, decision: 'approve', edits }, dana)

    await expect(approve({ to_email: 'thief@example.com' })).rejects.toThrow('to_email cannot be changed')
    await expect(approve({ subject: 'two\nlines' })).rejects.toMatchObject({ code: 'invalid_input' })
    // A slip of the broker's is a slip as well, and what the client must not learn stays so.
    await expect(approve({ body: 'Elite Jets flies you.' })).rejects.toThrow(/operator/)
    await expect(approve({ subject: 'It costs us 112,000' })).rejects.toThrow(/net price/)
    await expect(approve({ body: 'All in for USD 12,880.' })).rejects.toThrow(/price of this proposal is USD 128,800/)
    await expect(decideApproval({ approval_id, decision: 'approve' }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await decideApproval({ approval_id, decision: 'reject', reason: 'not yet' }, dana)).status).toBe('rejected')
    await expect(approve({})).rejects.toMatchObject({ code: 'conflict' })
  })

  it('sends nothing when the PDF is no longer the one that was approved', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const { payload } = await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)
    await runTool(reviseProposal, { proposal_id: proposal.id, margin_type: 'fixed', margin_value: '1' }, dana)
    const run = delivery()

    const sending = sendProposal.perform(sendProposal.payload.parse(payload), dana, run)

    await expect(sending).rejects.toMatchObject({ code: 'conflict' })
    expect(run.marks).toEqual([])
    expect(desk.outgoing).toEqual([])
  })

  it.each([
    [
      'the client’s address is another one by now',
      "update client_profiles set email = 'jordan@acrne.example' where id = $1",
      /address was changed/,
    ],
    [
      'the client is gone',
      'update client_profiles set is_active = false where id = $1',
      /no longer one of your clients/,
    ],
    ['the quote has another price by now', 'update quotes set total_price = 99000 where id = $2', /another price/],
    ['the quote was put aside', "update quotes set status = 'rejected' where id = $2", /is rejected/],
    ['the quote has lapsed', "update quotes set valid_until = now() - interval '1 hour' where id = $2", /is expired/],
    ['the request is over', "update requests set status = 'cancelled' where id = $3", /cancelled/],
  ])('says so on the card, and sends nothing that was approved, when %s', async (_name, happens, because) => {
    const { quote_id, request_id, client } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const filed = await requestApproval(sendProposal, { proposal_id: proposal.id, ...letter }, dana)
    expect(await approvalWarnings(filed, dana)).toEqual([])
    await decideApproval({ approval_id: filed.id, decision: 'approve' }, dana)
    // Each of these uses one of the three.
    await desk.sql.query(`with ids as (select $1::uuid, $2::uuid, $3::uuid) ${happens}`, [
      client.id,
      quote_id,
      request_id,
    ])
    const run = delivery()

    const sending = sendProposal.perform(sendProposal.payload.parse(filed.payload), dana, run)

    await expect(sending).rejects.toMatchObject({ code: 'conflict', message: expect.stringMatching(because) })
    const outdated = { code: 'out_of_date', field: '', message: expect.stringMatching(because) }
    expect(await approvalWarnings(filed, dana)).toContainEqual(outdated)
    expect(run.marks).toEqual([])
    expect(desk.outgoing).toEqual([])
  })

  it('refuses words with another price or another day than the proposal has', async () => {
    const { quote_id, request_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const file = (body: string) => requestApproval(sendProposal, { proposal_id: proposal.id, ...letter, body }, dana)

    await expect(file('All in for USD 99,000.')).rejects.toThrow(/price of this proposal is USD 128,800/)
    await expect(file(`You leave on ${daysAhead(21)}.`)).rejects.toThrow(/a day of the flights/)
    const filed = await file(`You leave on ${daysAhead(20)} and return on ${daysAhead(23)}, for $128,800.00.`)
    expect(filed).toMatchObject({ status: 'pending', request_id })
  })

  it('refuses words that give the operator or the net price away, and a client without an address', async () => {
    const { quote_id } = await quoteFor(dana)
    const { proposal } = await runTool(createProposal, { quote_id }, dana)
    const file = (words: object) =>
      requestApproval(sendProposal, { proposal_id: proposal.id, ...letter, ...words }, dana)

    await expect(file({ body: 'Elite\u200b Jets flies you' })).rejects.toThrow(/operator/)
    await expect(file({ body: 'They ask 112 000.00 dollars' })).rejects.toThrow(/net price/)
    await expect(file({ subject: 'Only 16.8k on top' })).rejects.toThrow(/net price/)
    const silent = await quoteFor(dana, { email: null })
    const made = await runTool(createProposal, { quote_id: silent.quote_id }, dana)
    await expect(requestApproval(sendProposal, { proposal_id: made.proposal.id, ...letter }, dana)).rejects.toThrow(
      /no e-mail address/,
    )
  })
})
