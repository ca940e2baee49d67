import type { Log } from '../../../tools/context.ts'
import type { Exchange } from './exchange.ts'
import { operatorById, type Profile } from './fleet.ts'
import { fraction } from './pricing.ts'
import type { PlannedAnswer, Rfq, World } from './records.ts'
import { startTicker } from './ticker.ts'

type Step = [action: PlannedAnswer['action'], from_seconds: number, to_seconds: number]

/** What an operator does with an RFQ, and after how many seconds. */
const habits: Record<Profile, Step[]> = {
  fast: [['quote', 4, 10]],
  slow: [['quote', 20, 40]],
  decliner: [['decline', 8, 15]],
  silent: [],
  're-quoter': [
    ['quote', 6, 12],
    ['requote', 25, 35],
  ],
  chatty: [
    ['chat', 4, 8],
    ['quote', 12, 20],
  ],
}

type Options = { world: World; exchange: Exchange; now: () => number; log: Log }

export type AutoAnswer = ReturnType<typeof startAutoAnswer>

/** Operators that answer by themselves, each after its habit, so that a person who sent RFQs sees answers arrive. */
export function startAutoAnswer({ world, exchange, now, log }: Options) {
  function perform(planned: PlannedAnswer) {
    world.plannedAnswers.remove(planned.id)
    const rfq = world.rfqs.get(planned.rfq_id)
    const lift = rfq && exchange.liftsOf(rfq.id)[0]
    if (!rfq || !lift || rfq.canceled || exchange.tripOf(rfq).is_played) return
    // Somebody answered in its place on the page.
    if ((planned.action === 'quote' || planned.action === 'decline') && lift.answer !== 'unanswered') return
    try {
      if (planned.action === 'chat')
        exchange.chat(rfq, 'operator', 'Thank you for the request. We are checking the crew, one moment.')
      else if (planned.action === 'decline')
        exchange.decline(rfq, 'Unfortunately the aircraft is not available on these days.')
      else if (planned.action === 'quote') exchange.quote(rfq, lift, {})
      else exchange.quote(rfq, lift, { cents: lower(lastOffer(rfq)), message: 'We could improve our price for you.' })
    } catch (error) {
      log.warn({ err: error, rfq: rfq.id }, 'a simulated operator could not answer')
    }
  }

  const lastOffer = (rfq: Rfq) =>
    world.quotes
      .where('rfq_id', rfq.id)
      .filter(({ is_estimate }) => !is_estimate)
      .at(-1)?.cents ?? 5_000_000

  const ticker = startTicker({
    now,
    next: () => {
      const times = world.plannedAnswers.list().map(({ due_ms }) => due_ms)
      return times.length === 0 ? undefined : Math.min(...times)
    },
    run() {
      for (const planned of world.plannedAnswers.list().filter(({ due_ms }) => due_ms <= now())) perform(planned)
    },
  })

  return {
    plan(rfqs: Rfq[]) {
      for (const rfq of rfqs) {
        for (const [action, from, to] of habits[operatorById(rfq.operator_id)?.profile ?? 'silent']) {
          const seconds = from + (to - from) * fraction(rfq.id + action)
          world.plannedAnswers.put({
            id: world.newId('answer'),
            rfq_id: rfq.id,
            action,
            due_ms: now() + seconds * 1_000,
          })
        }
      }
      ticker.wake()
    },
    wake: () => ticker.wake(),
    close: () => ticker.close(),
  }
}

const lower = (cents: number) => Math.round((cents * 0.95) / 1_000) * 1_000
