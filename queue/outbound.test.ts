import { afterEach, describe, expect, it } from 'vitest'
import type { Mail, MailMessage } from '../tools/mail.ts'
import { MailUnavailableError } from './mail/failures.ts'
import { processOutbox } from './outbound.ts'
import {
  approvalOf,
  approve,
  askForProposal,
  askForReply,
  type Deal,
  openDeal as dealIn,
  endLeases,
  outboxOf,
  said,
  write,
} from './testing-deal.ts'
import { startWorld, type World } from './testing-world.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]()
})

async function openDeal() {
  const world = await startWorld()
  worlds.push(world)
  return dealIn(world)
}

const notices = async ({ world }: Deal) => {
  const { rows } = await world.sql.query("select content from messages where content_type = 'system_notification'")
  return rows.map(({ content }) => String(content))
}
const isDue = ({ world }: Deal) => world.sql.query('update private.outbox set next_attempt_at = now()')

describe('what was approved', () => {
  it('is done once, from the stored payload, and becomes a message of the room', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)

    await processOutbox({ outbox_id }, deal.deps())
    await processOutbox({ outbox_id }, deal.deps())
    await deal.takeIn(1)

    expect(await said(deal)).toEqual(['Is the G650 still free?'])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
    const { rows } = await deal.world.sql.query(
      'select status, avinode_message_id is not null as known from messages where content = $1',
      ['Is the G650 still free?'],
    )
    expect(rows).toEqual([{ status: 'delivered', known: true }])
  })

  it("a proposal goes to its client, with its PDF and under the outbox row's own id", async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)

    await processOutbox({ outbox_id }, deal.deps())

    expect(deal.world.sent).toMatchObject([
      {
        message_id: `${outbox_id}@jets.example`,
        to: { email: 'ann@acme.example' },
        attachments: [{ content_type: 'application/pdf' }],
      },
    ])
    expect(await deal.world.outcome(deal.request.id)).toMatchObject({ status: 'sending_proposal' })
  })

  it('is not done when what is stored is no longer what was approved', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await deal.world.sql.query('alter table private.outbox disable trigger all')
    await deal.world.sql.query(`update private.outbox set payload = payload || '{"text": "Changed behind your back"}'`)

    await processOutbox({ outbox_id }, deal.deps())

    expect(await said(deal)).toEqual([])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'failed' })
    expect((await notices(deal)).join()).toContain('not what was approved')
  })

  it('is done once when two workers take it up at the same time', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)

    await Promise.all([1, 2, 3].map(() => processOutbox({ outbox_id }, deal.deps())))

    expect(await said(deal)).toEqual(['Is the G650 still free?'])
  })
})

describe('what a broker writes to an operator', () => {
  it('reaches Avinode once, and its own notification adds nothing', async () => {
    const deal = await openDeal()
    const { outbox_id, message } = await write(deal, 'Can you hold it until five?')

    await processOutbox({ outbox_id }, deal.deps())
    await deal.takeIn(1)

    expect(await said(deal)).toEqual(['Can you hold it until five?'])
    const { rows } = await deal.world.sql.query("select id, status from messages where sender_type = 'iso_agent'")
    expect(rows).toEqual([{ id: message.id, status: 'delivered' }])
  })
})

describe('when the other side is away', () => {
  it('an outage uses no attempt, tells the broker once, and ends by itself', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await deal.world.play('faults', { down: true })

    await processOutbox({ outbox_id }, deal.deps())
    await isDue(deal)
    await processOutbox({ outbox_id }, deal.deps())
    const during = { outbox: await outboxOf(deal, outbox_id), notices: await notices(deal) }
    await deal.world.play('faults', { down: false })
    await isDue(deal)
    await processOutbox({ outbox_id }, deal.deps())

    expect(during).toMatchObject({
      outbox: { status: 'waiting', attempts: 0 },
      notices: [expect.stringContaining('I keep trying')],
    })
    expect(await said(deal)).toEqual(['Is the G650 still free?'])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
  })

  it('a mail server that is down holds the proposal back, and it is sent later, once', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)
    const down: Mail = {
      deduplicates: false,
      send: () => Promise.reject(new MailUnavailableError('The mail server does not answer', 'not_sent')),
    }

    await processOutbox({ outbox_id }, deal.deps({ mail: down }))
    const during = await outboxOf(deal, outbox_id)
    await isDue(deal)
    await processOutbox({ outbox_id }, deal.deps())

    expect(during).toMatchObject({ status: 'waiting', attempts: 0, was_sending: false })
    expect(deal.world.sent).toHaveLength(1)
  })

  it('what Avinode refuses is given up, and the broker is told why', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await deal.world.play('faults', { status: 422, path: '/chat' })

    await processOutbox({ outbox_id }, deal.deps())

    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'failed' })
    expect(await notices(deal)).toHaveLength(1)
  })

  it('words of the broker that Avinode refuses are said not to have arrived', async () => {
    const deal = await openDeal()
    const { outbox_id } = await write(deal, 'Can you hold it until five?')
    await deal.world.play('faults', { status: 422, path: '/chat' })

    await processOutbox({ outbox_id }, deal.deps())

    expect(await notices(deal)).toEqual([expect.stringContaining('Your message did not reach the operator')])
  })

  it('a defect is tried five times, then given up', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    const broken = deal.deps({ actionNamed: () => () => Promise.reject(new Error('a defect')) })

    for (let attempt = 0; attempt < 5; attempt += 1) {
      await isDue(deal)
      await processOutbox({ outbox_id }, broken)
    }

    expect(await outboxOf(deal, outbox_id)).toMatchObject({ status: 'failed', attempts: 5 })
    expect((await notices(deal)).join()).not.toContain('a defect')
  })
})

describe('when it is not known what became of it', () => {
  it('words whose answer was lost are looked for in Avinode, and not sent again', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await deal.world.play('faults', { lose_answer: true, path: '/chat' })

    await processOutbox({ outbox_id }, deal.deps())
    const during = await outboxOf(deal, outbox_id)
    await endLeases(deal)
    await processOutbox({ outbox_id }, deal.deps())

    expect(during).toMatchObject({ status: 'sending', was_sending: true })
    expect(await said(deal)).toEqual(['Is the G650 still free?'])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
  })

  it('a worker that died before it sent anything is replaced', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await deal.world.system.claimOutbox(outbox_id)

    await processOutbox({ outbox_id }, deal.deps())
    expect(await said(deal)).toEqual([])
    await endLeases(deal)
    await processOutbox({ outbox_id }, deal.deps())

    expect(await said(deal)).toEqual(['Is the G650 still free?'])
  })

  it('a worker that died after it sent words to an operator leaves them sent once', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForReply(deal, 'Is the G650 still free?'), deal.context)
    await dieAfterSending(deal, outbox_id, () =>
      deal.world.avinode.sendTripMessage(deal.room.rfq_id, 'Is the G650 still free?', AbortSignal.timeout(10_000)),
    )

    await processOutbox({ outbox_id }, deal.deps())

    expect(await said(deal)).toEqual(['Is the G650 still free?'])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
  })

  it('an e-mail that may have left is never sent again over SMTP, and the broker is asked to check', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)
    await dieAfterSending(deal, outbox_id, async () => {})

    await processOutbox({ outbox_id }, deal.deps())
    await processOutbox({ outbox_id }, deal.deps())

    expect(deal.world.sent).toEqual([])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'unknown' })
    expect((await notices(deal)).join()).toContain('check')
  })

  it('a connection lost in the middle of an e-mail ends as unknown as well', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)
    const cut: Mail = {
      deduplicates: false,
      send: () => Promise.reject(new MailUnavailableError('The mail server does not answer', 'unknown')),
    }

    await processOutbox({ outbox_id }, deal.deps({ mail: cut }))

    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'unknown' })
  })

  it('a provider that knows a repeated message gets it again, under the same id', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)
    const sent: MailMessage[] = []
    const mail: Mail = { deduplicates: true, send: async (message) => void sent.push(message) }
    await dieAfterSending(deal, outbox_id, async () => {})

    await processOutbox({ outbox_id }, deal.deps({ mail }))

    expect(sent.map(({ message_id }) => message_id)).toEqual([`${outbox_id}@jets.example`])
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
  })

  it('a database that is away for a moment after the sending does not make it unknown', async () => {
    const deal = await openDeal()
    const outbox_id = await approve(await askForProposal(deal), deal.context)
    const system = {
      ...deal.world.system,
      async completeOutbox(...outcome: Parameters<typeof deal.world.system.completeOutbox>) {
        const recording = deal.world.system.completeOutbox(...outcome)
        await recording.catch(() => {}) // the first one meets the outage
        deal.world.network.down = false
        return recording
      },
    }
    const mail: Mail = {
      deduplicates: false,
      async send(message) {
        deal.world.sent.push(message)
        deal.world.network.down = true
      },
    }

    await processOutbox({ outbox_id }, deal.deps({ mail, system }))

    expect(deal.world.sent).toHaveLength(1)
    expect(await approvalOf(deal, outbox_id)).toMatchObject({ status: 'executed' })
  })
})

/** Claims, marks and sends as a worker does, and then is never heard of again. */
async function dieAfterSending(deal: Deal, outbox_id: string, send: () => Promise<unknown>) {
  const lease = await deal.world.system.claimOutbox(outbox_id)
  if (!lease) throw new Error('It could not be claimed')
  await deal.world.system.markSending(lease)
  await send()
  await endLeases(deal)
}
