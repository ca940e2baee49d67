import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Notification } from './market.ts'

type Options = {
  apiUrls: string[]
  credentials: { username: string; password: string }
  ledger: Ledger
  /** Deliveries for each second at most. */
  rate: number
  /** The share of notifications that is delivered twice. */
  duplicates: number
  onAcked(count: number): void
}

const AT_ONCE = 16
const TIMEOUT_MS = 10_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 3_000

/**
 * Delivers as Avinode does: again and again until the answer is exactly 200, and in no order that could be relied on. A tenth
 * comes twice, some of it much later.
 */
export async function deliverAll(events: AsyncIterable<Notification>, options: Options) {
  const { apiUrls, credentials, ledger, rate, duplicates, onAcked } = options
  const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
  const running = new Set<Promise<void>>()
  const later: Notification[] = []
  const refused = new Map<string, number>()
  const started = Date.now()
  let deliveries = 0
  let acked = 0

  const post = async ({ source, body }: Notification) => {
    const url = apiUrls[Math.floor(Math.random() * apiUrls.length)]
    try {
      const response = await fetch(`${url}/api/webhooks/avinode/${source}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.arrayBuffer()
      return String(response.status)
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'broken'
    }
  }
  const deliver = async (event: Notification, duplicate: boolean) => {
    deliveries += 1
    const delivery = deliveries
    ledger.note({ kind: 'sent', delivery, id: event.body.id, duplicate })
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
      const answer = await post(event)
      if (answer === '200') break
      refused.set(answer, (refused.get(answer) ?? 0) + 1)
      await delay(pause * (0.5 + Math.random()))
    }
    ledger.note({ kind: 'acked', delivery, id: event.body.id })
    acked += 1
    onAcked(acked)
  }
  const begin = async (event: Notification, duplicate: boolean) => {
    while (running.size >= AT_ONCE) await Promise.race(running)
    const due = started + (deliveries / rate) * 1_000
    if (due > Date.now()) await delay(due - Date.now())
    const running_ = deliver(event, duplicate).finally(() => running.delete(running_))
    running.add(running_)
  }

  for await (const event of events) {
    await begin(event, false)
    if (Math.random() >= duplicates) continue
    if (Math.random() < 0.5) await begin(event, true)
    else later.push(event)
  }
  for (const event of later) await begin(event, true)
  await Promise.all(running)
  return { deliveries, refused: Object.fromEntries(refused), seconds: (Date.now() - started) / 1_000 }
}
