import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Mail, MailMessage } from '../tools/mail.ts'
import { processWebhook } from './avinode-webhooks.ts'
import { type OutboundDeps, processOutbox } from './outbound.ts'
import { breakAt, type Fault } from './testing-crash.ts'
import {
  approvalOf,
  approve,
  askForProposal,
  type Deal,
  openDeal,
  outboxOf,
  said,
  endLeases as takeOverOutbox,
  write,
} from './testing-deal.ts'
import { anonymous, endLeases, playDeal, processing } from './testing-notifications.ts'
import { startWorld, type World } from './testing-world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world?.[Symbol.asyncDispose]())
afterEach(() => void world.sent.splice(0))

const faults: Fault[] = ['dies', 'lost']

/** Breaks the work at its first call, its second one, and so on, until there are no more. */
async function atEveryStep(play: (nth: number) => Promise<boolean>) {
  for (let nth = 0; ; nth += 1) if (!(await play(nth))) return nth
}

describe.each(faults)('a worker that reads notifications, and whose call %s', (fault) => {
  it('leaves at every step what another one brings to the same end', async () => {
    const broker = await world.broker()
    const whole = await dealOf((event_id) => processing(world).process(event_id))

    const steps = await atEveryStep(async (nth) => {
      let reached = false
      const outcome = await dealOf(async (event_id) => {
        const point = breakAt(nth, fault)
        const { deps } = processing(world)
        const broken = {
          ...deps,
          system: point.wrap(deps.system),
          enqueue: point.wrap(deps.enqueue),
          avinodeOf: () => point.wrap(world.avinode),
        }
        await point.run(processWebhook({ event_id }, broken).catch(() => {}))
        reached ||= point.reached()
        await endLeases(world)
        await world.sql.query('update avinode_webhook_events set next_retry_at = now() where id = $1', [event_id])
        await processing(world).process(event_id)
      })
      expect(outcome, `at call ${nth}`).toEqual(whole)
      return reached
    })

    expect(steps).toBeGreaterThan(5)

    async function dealOf(process: (event_id: string) => Promise<unknown>) {
      const { id, trip_id } = await world.request(broker)
      for (const notified of await playDeal(world, trip_id)) await process((await world.store(notified)).event_id)
      const { analyses } = await world.system.dueWork(100)
      return { ...anonymous(await world.outcome(id)), analysed: analyses.some(({ request_id }) => request_id === id) }
    }
  })
})

/** Works an action off with a worker that breaks, and then with others until nothing is left to do. */
async function brokenThenWhole(deal: Deal, outbox_id: string, point: ReturnType<typeof breakAt>, mail: Mail) {
  const deps = deal.deps({ mail })
  const contextFor: OutboundDeps['contextFor'] = (...parameters) => {
    const context = deps.contextFor(...parameters)
    return { ...context, avinode: point.wrap(context.avinode), mail: point.wrap(context.mail) }
  }
  const broken = { ...deps, system: point.wrap(deps.system), enqueue: point.wrap(deps.enqueue), contextFor }
  await point.run(processOutbox({ outbox_id }, broken).catch(() => {}))
  for (let round = 0; round < 3; round += 1) {
    await takeOverOutbox(deal)
    await world.sql.query('update private.outbox set next_attempt_at = now() where id = $1', [outbox_id])
    await processOutbox({ outbox_id }, deps)
  }
}

const faithful = (sent: MailMessage[]): Mail => ({
  deduplicates: true,
  // As the provider does it: what it knows by its id it does not send a second time.
  async send(message) {
    if (!sent.some(({ message_id }) => message_id === message.message_id)) sent.push(message)
  },
})

describe.each(faults)('a worker that sends, and whose call %s', (fault) => {
  it("leaves a broker's words to an operator said once, whatever the step", async () => {
    const deal = await openDeal(world)

    const steps = await atEveryStep(async (nth) => {
      const point = breakAt(nth, fault)
      const text = `Step ${nth}, ${fault}`
      const { outbox_id } = await write(deal, text)
      await brokenThenWhole(deal, outbox_id, point, world.mail)
      expect(await outboxOf(deal, outbox_id), text).toMatchObject({ status: 'done' })
      return point.reached()
    })
    await deal.takeIn(steps + 1)

    const texts = Array.from({ length: steps + 1 }, (_, nth) => `Step ${nth}, ${fault}`).sort()
    expect((await said(deal)).sort()).toEqual(texts)
    const { rows } = await world.sql.query(
      "select content, status from messages where conversation_id = $1 and sender_type = 'iso_agent'",
      [deal.room.id],
    )
    expect(rows.map(({ content, status }) => `${content} ${status}`).sort()).toEqual(
      texts.map((text) => `${text} delivered`),
    )
    expect(steps).toBeGreaterThan(3)
  })

  it('leaves an e-mail sent once through a provider that knows a repeated one', async () => {
    const steps = await atEveryStep(async (nth) => {
      const point = breakAt(nth, fault)
      const deal = await openDeal(world)
      const outbox_id = await approve(await askForProposal(deal), deal.context)
      const sent: MailMessage[] = []
      await brokenThenWhole(deal, outbox_id, point, faithful(sent))
      expect(sent, `at call ${nth}`).toHaveLength(1)
      expect(await approvalOf(deal, outbox_id), `at call ${nth}`).toMatchObject({ status: 'executed' })
      return point.reached()
    })

    expect(steps).toBeGreaterThan(3)
  })

  it('leaves an e-mail over SMTP sent once, or shown to the broker as unknown, and never sent twice', async () => {
    const ends: string[] = []
    await atEveryStep(async (nth) => {
      const point = breakAt(nth, fault)
      const deal = await openDeal(world)
      const outbox_id = await approve(await askForProposal(deal), deal.context)
      const sent: MailMessage[] = []
      await brokenThenWhole(deal, outbox_id, point, { deduplicates: false, send: async (mail) => void sent.push(mail) })
      const { status } = await approvalOf(deal, outbox_id)
      ends.push(`${sent.length} ${status}`)
      expect(['1 executed', '0 unknown', '1 unknown'], `at call ${nth}`).toContain(ends.at(-1))
      return point.reached()
    })

    expect(ends).toContain('1 executed')
    if (fault === 'dies') expect(ends).toContain('1 unknown')
  })
})
