import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { judge, type Verdict } from './check.ts'
import { planFaults, restartAgainAndAgain } from './faults.ts'
import { openLedger } from './ledger.ts'
import { createMarket, type Notification, seatBrokers } from './market.ts'
import { readOptions } from './options.ts'
import { deliverAll } from './sender.ts'
import { type Stage, startStage } from './stage.ts'
import { speak } from './words.ts'

/**
 * `npm run drill [-- --n 2000 --queue redis|postgres --rate 67 --storm all|postgres]`: the service as processes of their own, broken
 * while notifications come in; then what was sent is compared with what is there.
 */
const { n, rate, queue, apis, workers, storm, minutes, calm, keep, log: log_level } = wordsOrEnd()
const PER_TRIP = 50
const DUPLICATES = 0.1
/** A broker whose message nobody answers waits up to ten seconds, so there are several. */
const SPEAKERS = 5
/** Longer than a lease, the sweep after it, and a lease and a sweep once more. */
const QUIET_MS = 150_000 + n * 20

const folder = await mkdtemp(join(tmpdir(), 'jetvision-drill-'))
const ledger = openLedger(join(folder, 'ledger.jsonl'))
let stage: Stage | undefined
let failed = true
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await stage?.close()
    process.exit(1)
  })
}
try {
  stage = await startStage({ folder, queue, apis, workers, log_level })
  failed = !(await drill(stage))
} finally {
  await stage?.close()
  if (failed || keep) console.log(`The ledger and the logs are in ${folder}`)
  else await rm(folder, { recursive: true, force: true })
}
process.exitCode = failed ? 1 : 0

function wordsOrEnd() {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(2)
  }
}

async function drill(on: Stage): Promise<boolean> {
  const { sql, settings, apiUrls } = on
  const began = Date.now()
  const market = createMarket({ sandboxUrl: settings.sandboxUrl, sql, ledger })
  const brokers = await seatBrokers(sql, 4)
  const struck = await sendUnderFire(on, market.events(brokers, n, PER_TRIP), apiUrls)
  const settled_s = await untilQuiet(on)
  const verdict = await judge(ledger, sql, market.wordsSent)
  const totals = await sql.query(
    `select processing_status as status, count(*)::int from avinode_webhook_events group by 1`,
  )
  const counts = [...on.api, ...on.worker].map((child) => child.counts())
  const differences = Object.fromEntries(Object.entries(verdict).map(([kind, names]) => [kind, names.length]))
  const result = {
    queue: on.redis ? 'redis' : 'postgres',
    notifications: new Set(ledger.of('made').map(({ id }) => id)).size,
    deliveries: struck.sent.deliveries,
    refused: struck.sent.refused,
    words_of_brokers: ledger.of('said').length,
    faults: struck.faults.length,
    restarts: counts.reduce((sum, { starts }) => sum + starts - 1, 0),
    crashes: counts.reduce((sum, { crashes }) => sum + crashes, 0),
    sending_s: Math.round(struck.sent.seconds),
    settled_s,
    total_s: Math.round((Date.now() - began) / 1_000),
    events: Object.fromEntries(totals.map(({ status, count }) => [status, count])),
    ...differences,
  }
  report(struck.faults, result, verdict)
  return Object.values(differences).every((count) => count === 0)
}

async function sendUnderFire(on: Stage, events: AsyncIterable<Notification>, apiUrls: string[]) {
  const plan = calm || storm !== 'all' ? [] : planFaults(on)
  const faults: string[] = []
  const striking: Promise<unknown>[] = []
  const lasts_ms = minutes * 60_000
  if (storm === 'postgres' && !calm)
    striking.push(restartAgainAndAgain(on.database, lasts_ms, (what) => faults.push(what)))
  const speaking = new AbortController()
  const speaker = { sql: on.sql, apiUrls, sign: on.sign, ledger, every_ms: 1_000, signal: speaking.signal }
  const words = Promise.all(Array.from({ length: SPEAKERS }, () => speak(speaker)))
  const sent = await deliverAll(events, {
    apiUrls,
    credentials: on.settings.webhook,
    ledger,
    rate,
    duplicates: DUPLICATES,
    onAcked(acked) {
      while (plan[0] && acked >= plan[0].at * n) {
        const fault = plan.shift()
        if (!fault) return
        faults.push(`${String(Math.round((acked / n) * 100)).padStart(3)} %  ${fault.what}`)
        striking.push(Promise.resolve().then(() => fault.strike()))
      }
    },
  })
  await Promise.all(striking)
  speaking.abort()
  await words
  return { sent, faults }
}

/** Waits until nothing waits any more, and says how long that took. */
async function untilQuiet({ sql }: Stage): Promise<number> {
  const began = Date.now()
  while (Date.now() - began < QUIET_MS) {
    const rows = await sql.query(`
      select (select count(*) from avinode_webhook_events where processing_status in ('pending', 'processing', 'failed'))
           + (select count(*) from private.outbox where status in ('waiting', 'claimed', 'sending')) as waiting`)
    if (Number(rows[0]?.waiting) === 0) break
    await delay(500)
  }
  return Math.round((Date.now() - began) / 1_000)
}

function report(faults: string[], result: Record<string, unknown>, verdict: Verdict) {
  for (const fault of faults) console.log(fault)
  console.log('')
  for (const [kind, names] of Object.entries(verdict)) {
    console.log(`${kind.padEnd(12)} ${String(names.length).padStart(6)}  ${names.slice(0, 5).join(', ')}`)
  }
  console.log(JSON.stringify({ ok: Object.values(verdict).every(({ length }) => length === 0), ...result }))
}
