import { join } from 'node:path'
import type { Stage } from '../../drill/stage.ts'
import { type LoadResult, load, median } from './load.ts'

export type Intake = {
  bare_per_second: number
  ours_per_second: number
  ratio: number
  rate: number
  bare_p99_ms: number
  ours_p99_ms: number
  p99_ratio: number
  /** Of each round, in order of size: how far apart the rounds are. */
  p99_ratios: number[]
}

const CONNECTIONS = 32
const ROUNDS = 11

/** Accepted notifications against the bare route, as many as they can take; then both at half of what we can take. */
export async function measureIntake(stage: Stage, seconds: number): Promise<Intake> {
  const bare = await stage.start('bare', join(import.meta.dirname, 'bare-route.ts'))
  const { username, password } = stage.settings.webhook
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  const [api = ''] = stage.apiUrls
  let run = 0
  const targets = {
    bare: { port: bare.port, path: '/bare', headers: {} },
    ours: { port: Number(new URL(api).port), path: '/api/webhooks/avinode/seller-chat', headers: { authorization } },
  }
  const measure = async (target: keyof typeof targets, options: { seconds: number; rate?: number }) => {
    run += 1
    const prefix = `asellermsg-bench-${run}`
    const result = await load({
      ...targets[target],
      ...options,
      connections: CONNECTIONS,
      body: (index) => JSON.stringify(notification(`${prefix}-${index}`)),
    })
    if (result.refused > 0) throw new Error(`${result.refused} of ${result.answers} were refused`)
    return result
  }
  for (const target of ['bare', 'ours'] as const) await measure(target, { seconds: 2 }) // warm
  /**
   * Both one right after the other, again and again, each as often the first: what else the machine does meets them alike, and one
   * bad moment is outvoted.
   */
  const inTurns = async (options: { rate?: number }) => {
    const pairs: { bare: LoadResult; ours: LoadResult }[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const results: Partial<Record<keyof typeof targets, LoadResult>> = {}
      const order = round % 2 === 0 ? (['bare', 'ours'] as const) : (['ours', 'bare'] as const)
      for (const target of order) results[target] = await measure(target, { seconds, ...options })
      const { bare, ours } = results
      if (bare && ours) pairs.push({ bare, ours })
    }
    return (figure: (pair: { bare: LoadResult; ours: LoadResult }) => number) =>
      pairs.map(figure).toSorted((a, b) => a - b)
  }
  const fastest = await inTurns({})
  const ours_per_second = median(fastest(({ ours }) => ours.per_second))
  const rate = ours_per_second / 2
  const late = await inTurns({ rate })
  await bare.child.close()
  const p99_ratios = late(({ bare, ours }) => ours.p99_ms / bare.p99_ms)
  return {
    bare_per_second: median(fastest(({ bare }) => bare.per_second)),
    ours_per_second,
    ratio: median(fastest(({ bare, ours }) => ours.per_second / bare.per_second)),
    rate,
    bare_p99_ms: median(late(({ bare }) => bare.p99_ms)),
    ours_p99_ms: median(late(({ ours }) => ours.p99_ms)),
    p99_ratio: median(p99_ratios),
    p99_ratios,
  }
}

const notification = (id: string) => ({
  id,
  href: `https://sandbox.avinode.com/api/tripmsgs/${id}`,
  type: 'tripmsgs',
  tripId: 'K7M2QD',
})
