import { join } from 'node:path'
import type { Stage } from '../../drill/stage.ts'
import { load, median } from './load.ts'

export type Intake = {
  bare_per_second: number
  ours_per_second: number
  ratio: number
  rate: number
  bare_p99_ms: number
  ours_p99_ms: number
  p99_ratio: number
}

const CONNECTIONS = 32
const ROUNDS = 3

/** Accepted notifications against the bare route, turn by turn, so that both meet the same machine; then both at half of our load. */
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
  const fastest = { bare: [] as number[], ours: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const target of ['bare', 'ours'] as const) {
      fastest[target].push((await measure(target, { seconds })).per_second)
    }
  }
  const ours_per_second = median(fastest.ours)
  const bare_per_second = median(fastest.bare)
  const rate = ours_per_second / 2
  const late = { bare: [] as number[], ours: [] as number[] }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const target of ['bare', 'ours'] as const) late[target].push((await measure(target, { seconds, rate })).p99_ms)
  }
  await bare.child.close()
  const [bare_p99_ms, ours_p99_ms] = [median(late.bare), median(late.ours)]
  return {
    bare_per_second,
    ours_per_second,
    ratio: ours_per_second / bare_per_second,
    rate,
    bare_p99_ms,
    ours_p99_ms,
    p99_ratio: ours_p99_ms / bare_p99_ms,
  }
}

const notification = (id: string) => ({
  id,
  href: `https://sandbox.avinode.com/api/tripmsgs/${id}`,
  type: 'tripmsgs',
  tripId: 'K7M2QD',
})
