import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { judge } from '../../drill/check.ts'
import { openLedger } from '../../drill/ledger.ts'
import { createMarket, type Notification, seatBrokers } from '../../drill/market.ts'
import type { Stage } from '../../drill/stage.ts'
import { load } from './load.ts'

export type Burst = {
  notifications: number
  sent_per_second: number
  ack_p50_ms: number
  ack_p99_ms: number
  refused: number
  /** From the last answer until nothing waited any more. */
  backlog_s: number
  worked_off_per_second: number
  lost: number
  twice: number
  open: number
}

type Options = { rate: number; seconds: number }

const CONNECTIONS = 64
const BROKERS = 8
const PER_TRIP = 50
const PATIENCE_MS = 60 * 60_000

/** So many notifications for each second, each of something that really happened outside; then the time until all are worked off. */
export async function measureBurst(stage: Stage, folder: string, { rate, seconds }: Options): Promise<Burst> {
  const { settings, sql } = stage
  const ledger = openLedger(join(folder, 'ledger.jsonl'))
  const market = createMarket({ sandboxUrl: settings.sandboxUrl, sql, ledger })
  const brokers = await seatBrokers(sql, BROKERS)
  const each = Math.ceil((rate * seconds) / BROKERS)
  const happened = await Promise.all(brokers.map((broker) => allOf(market.events([broker], each, PER_TRIP))))
  const notifications = interleave(happened)

  const [api = ''] = stage.apiUrls
  const { username, password } = settings.webhook
  const statuses: number[] = []
  const took = await load({
    port: Number(new URL(api).port),
    path: '/api/webhooks/avinode/seller-chat',
    headers: { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` },
    body: (index) => JSON.stringify(notifications[index % notifications.length]?.body),
    connections: CONNECTIONS,
    seconds,
    rate,
    onAnswer(index, status) {
      statuses[index] = status
    },
  })
  const began = performance.now()
  for (const [delivery, status] of statuses.entries()) {
    const id = notifications[delivery]?.body.id
    if (id === undefined) continue
    ledger.note({ kind: 'sent', delivery, id, duplicate: false })
    if (status === 200) ledger.note({ kind: 'acked', delivery, id })
  }
  while ((await waiting(stage)) > 0 && performance.now() - began < PATIENCE_MS) await delay(500)
  const backlog_s = (performance.now() - began) / 1_000
  const { lost, twice, open } = await judge(ledger, sql, market.wordsSent)
  return {
    notifications: took.answers,
    sent_per_second: took.per_second,
    ack_p50_ms: took.p50_ms,
    ack_p99_ms: took.p99_ms,
    refused: took.refused,
    backlog_s,
    worked_off_per_second: took.answers / (backlog_s + took.seconds),
    lost: lost.length,
    twice: twice.length,
    open: open.length,
  }
}

async function allOf(events: AsyncIterable<Notification>): Promise<Notification[]> {
  const all: Notification[] = []
  for await (const event of events) all.push(event)
  return all
}

/** One of each in turn, because what many brokers wait for comes mixed. */
function interleave(lists: Notification[][]): Notification[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list[index] ?? [])).flat()
}

async function waiting({ sql }: Stage): Promise<number> {
  const [row] = await sql.query<{ count: number }>(
    `select count(*)::int as count from avinode_webhook_events where processing_status in ('pending', 'processing', 'failed')`,
  )
  return row?.count ?? 0
}
