import { setTimeout as delay } from 'node:timers/promises'
import type { Child } from './child.ts'
import type { Stage } from './stage.ts'

export type Fault = { at: number; what: string; strike(): Promise<unknown> | unknown }

/**
 * What goes wrong, and after which share of the notifications has been accepted. Kills are without a word, as is all else. Workers die
 * in the first half: what one held is taken over when its lease of a minute ends, and the drill has to wait for that.
 */
export function planFaults({ api, worker, supabase, database, databaseWire, redis, redisWire }: Stage): Fault[] {
  const one = (children: Child[], index: number) => children[index % children.length]
  const killApi = (at: number, index: number) => ({
    at,
    what: 'kill -9 API',
    strike: () => one(api, index)?.kill(),
  })
  const killWorker = (at: number, index: number) => ({
    at,
    what: 'kill -9 worker',
    strike: () => one(worker, index)?.kill(),
  })
  const ofRedis: Fault[] =
    redis && redisWire
      ? [
          { at: 0.25, what: 'Redis killed, empty after', strike: () => redis.restart() },
          { at: 0.55, what: 'Redis connections cut', strike: () => redisWire.cut() },
          { at: 0.64, what: 'Redis connections die without a word', strike: () => redisWire.forget() },
          { at: 0.74, what: 'Redis killed, empty after', strike: () => redis.restart() },
        ]
      : []
  const plan: Fault[] = [
    killApi(0.04, 0),
    killWorker(0.08, 0),
    { at: 0.14, what: 'Postgres connections cut', strike: () => databaseWire.cut() },
    killWorker(0.2, 1),
    killApi(0.28, 1),
    { at: 0.34, what: 'Postgres restarted', strike: () => database.restart() },
    killWorker(0.32, 0),
    killApi(0.46, 0),
    { at: 0.5, what: "kill -9 Supabase's API", strike: () => supabase.kill() },
    {
      at: 0.58,
      what: 'Postgres swallows all for 3 s',
      async strike() {
        databaseWire.swallow()
        await delay(3_000)
        databaseWire.cut()
      },
    },
    killWorker(0.44, 1),
    killApi(0.66, 1),
    { at: 0.7, what: 'Postgres connections die without a word', strike: () => databaseWire.forget() },
    { at: 0.78, what: 'Postgres crashes', strike: () => database.crash() },
    killApi(0.82, 0),
    killWorker(0.56, 0),
    { at: 0.9, what: 'Postgres connections cut', strike: () => databaseWire.cut() },
  ]
  return [...plan, ...ofRedis].sort((a, b) => a.at - b.at)
}

const SHORTEST_REST_MS = 5_000
const LONGEST_REST_MS = 10_000

/** Restarts Postgres every five to ten seconds, in turns properly and as a crash, for so long. */
export async function restartAgainAndAgain(
  { restart, crash }: Stage['database'],
  lasts_ms: number,
  onRestart: (what: string) => void,
): Promise<void> {
  const began = Date.now()
  const rest = () => delay(SHORTEST_REST_MS + Math.random() * (LONGEST_REST_MS - SHORTEST_REST_MS))
  for (let times = 0; ; times += 1) {
    await rest()
    const seconds = Math.round((Date.now() - began) / 1_000)
    if (Date.now() - began >= lasts_ms) return
    const isCrash = times % 2 === 1
    onRestart(`${String(seconds).padStart(3)} s  ${isCrash ? 'Postgres crashes' : 'Postgres restarted'}`)
    await (isCrash ? crash() : restart())
  }
}
