import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { startEmbeddedSupabase } from '../../supabase/embedded/stack.ts'
import type { Bench } from './main.ts'
import type { InstanceSettings, Memory } from './streams/instance.ts'
import { openReader, type Reader } from './streams/reader.ts'

const HELP = `npm run bench -- streams [--streams 2000] [--brokers 100] [--told 500] [--messages 40]
--streams are opened on one instance for --brokers brokers; --told of them are of brokers in one room, into which --messages are written.`

/** What a stream may cost in memory, and how late the slowest one in a hundred may be: against the bare way in the same run, or at all. */
const KILOBYTES_EACH = 64
const P99_RATIO = 5
const P99_MS = 150

/**
 * Many open event streams on one instance of the API: what each costs in memory, and how long it takes from a message's row to
 * the screens of everybody in the room. Database, instance and readers share this machine, so that the yardstick does too: a
 * notification of Postgres that is written to as many open responses.
 */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      streams: { type: 'string', default: '2000' },
      brokers: { type: 'string', default: '100' },
      told: { type: 'string', default: '500' },
      messages: { type: 'string', default: '40' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return true
  }
  const [streams, brokers, told, messages] = [values.streams, values.brokers, values.told, values.messages].map(Number)
  if (!streams || !brokers || !told || !messages) throw new Error(HELP)

  const folder = await mkdtemp(join(tmpdir(), 'jetvision-bench-'))
  const log = { info() {}, error: console.error, warn: console.error, debug() {} }
  const stack = await startEmbeddedSupabase({
    dataDir: folder,
    apiPort: 0,
    postgresPort: 0,
    seed: false,
    log,
    durable: false,
  })
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 2 })
  const instance = await startInstance({ supabase: stack, databaseUrl: stack.databaseUrl })
  try {
    const each = Math.ceil(streams / brokers)
    const guests = Math.ceil(told / each)
    const room = await fill(sql, brokers, guests)
    const events = `${instance.url}/api/events`

    const crowd = createCrowd()
    const warming = createCrowd()
    await crowd.open(events, some(brokers, brokers)) // what each broker costs is not what a stream costs
    await warming.open(events, some(Math.min(500, streams), brokers))
    warming.close()
    const before = await instance.memory()
    const opening = performance.now()
    await crowd.open(events, some(streams - brokers, brokers))
    const opened_ms = performance.now() - opening
    const after = await instance.memory()
    const ours = await measure(messages, guests * each, crowd, (mark) => write(sql, room, mark))
    crowd.close()

    const bareCrowd = createCrowd()
    await bareCrowd.open(instance.bare, some(guests * each, brokers))
    const bare = await measure(messages, guests * each, bareCrowd, (mark) => writeBare(sql, mark))
    bareCrowd.close()

    const each_kb = (what: keyof Memory) => (after[what] - before[what]) / 1024 / (streams - brokers)
    console.log(
      `${streams} streams of ${brokers} brokers on one instance; ${guests * each} of them told of each of ${messages} messages`,
    )
    console.table({
      'memory per stream, KB (rss)': round(each_kb('rss')),
      'of this heap, KB': round(each_kb('heap')),
      'instance in all, MB (rss)': round(after.rss / 1024 / 1024),
      'opened per second': round((streams - brokers) / (opened_ms / 1000)),
    })
    const ratio = ours.p99 / bare.p99
    console.table({ 'row to screen, ms': ours, 'the bare way, ms': bare })
    const isGood = each_kb('rss') <= KILOBYTES_EACH && (ratio <= P99_RATIO || ours.p99 <= P99_MS)
    console.log(
      `${isGood ? 'Within' : 'NOT within'} ${KILOBYTES_EACH} KB a stream, and a p99 of ${P99_MS} ms or ${P99_RATIO} times the bare way's (${round(ratio)}).`,
    )
    return isGood
  } finally {
    await instance.close()
    await sql.end()
    await stack.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** How long after its row each message was on each of `count` screens, one message after the other. */
async function measure(messages: number, count: number, crowd: Crowd, act: (mark: string) => Promise<number>) {
  const delays: number[] = []
  const lasts: number[] = []
  for (let n = 0; n < messages; n += 1) {
    const found = await crowd.hear(`mark-${n}`, count, () => act(`mark-${n}`))
    delays.push(...found)
    lasts.push(Math.max(...found))
  }
  return {
    p50: round(percentile(delays, 0.5)),
    p99: round(percentile(delays, 0.99)),
    'last screen p50': round(percentile(lasts, 0.5)),
    max: round(Math.max(...lasts)),
  }
}

/** That many numbers of brokers, evenly. */
const some = (count: number, brokers: number) => Array.from({ length: count }, (_, n) => n % brokers)
const round = (value: number) => Number(value.toFixed(1))
const percentile = (values: number[], share: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

const brokerName = (n: number) => `user_bench_${n}`

/** Brokers, and one room in which the first `guests` of them sit. */
async function fill(sql: pg.Pool, brokers: number, guests: number): Promise<string> {
  await sql.query(
    `insert into iso_agents (clerk_user_id, email, full_name)
     select 'user_bench_' || n, 'bench' || n || '@example.com', 'Broker ' || n from generate_series(0, $1::int - 1) n`,
    [brokers],
  )
  const { rows } = await sql.query(`insert into conversations (subject) values ('The crowded room') returning id`)
  await sql.query(
    `insert into conversation_participants (conversation_id, iso_agent_id, role)
     select $1, id, 'iso_agent' from iso_agents order by substring(clerk_user_id from 12)::int limit $2`,
    [rows[0].id, guests],
  )
  return rows[0].id
}

/** Writes a message as the assistant would, and answers with the moment of its row. */
async function write(sql: pg.Pool, room: string, mark: string): Promise<number> {
  const { rows } = await sql.query(
    `insert into messages (conversation_id, sender_type, content, status) values ($1, 'ai_assistant', $2, 'sent')
     returning extract(epoch from created_at) * 1000 as at`,
    [room, mark],
  )
  return Number(rows[0].at)
}

async function writeBare(sql: pg.Pool, mark: string): Promise<number> {
  const { rows } = await sql.query(
    `select pg_notify('bench_bare', $1), extract(epoch from clock_timestamp()) * 1000 as at`,
    [JSON.stringify({ content: mark, padding: 'x'.repeat(900) })],
  )
  return Number(rows[0].at)
}

type Crowd = ReturnType<typeof createCrowd>

function createCrowd() {
  const readers: Reader[] = []
  let heard = 0
  let enough: (() => void) | undefined
  let wanted = Number.POSITIVE_INFINITY
  const onHeard = () => {
    heard += 1
    if (heard >= wanted) enough?.()
  }
  return {
    /** Opens one stream for each broker of the list, a few at a time. */
    async open(url: string, brokers: number[]) {
      const waiting = [...brokers]
      const opener = async () => {
        for (let n = waiting.pop(); n !== undefined; n = waiting.pop()) {
          readers.push(await openReader(url, brokerName(n), onHeard))
        }
      }
      await Promise.all(Array.from({ length: 20 }, opener))
    },
    /** How long after the row each of `count` streams was told. */
    async hear(mark: string, count: number, act: () => Promise<number>): Promise<number[]> {
      heard = 0
      wanted = count
      const all = new Promise<void>((resolve) => {
        enough = resolve
      })
      const written_at = await act()
      await all
      return readers.flatMap((reader) => reader.heardAt(mark) ?? []).map((at) => at - written_at)
    },
    close() {
      for (const reader of readers) reader.close()
    },
  }
}

async function startInstance(settings: InstanceSettings) {
  const child = fork(join(import.meta.dirname, 'streams/instance.ts'), {
    execArgv: ['--expose-gc'],
    env: { ...process.env, BENCH_INSTANCE: JSON.stringify(settings) },
  })
  const { url, bare } = await answer<{ url: string; bare: string }>(child)
  return {
    url,
    bare,
    async memory() {
      child.send('memory')
      return (await answer<{ memory: Memory }>(child)).memory
    },
    async close() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answer<T>(child: ChildProcess): Promise<T> {
  const gone = once(child, 'exit').then(() => Promise.reject(new Error('The instance ended')))
  const [message] = await Promise.race([once(child, 'message'), gone])
  return message as T // from instance.ts
}
