import { expect, it } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

function playedLimit() {
  let now = 0
  const limit = createRateLimit({ per_second: 1, burst: 3 }, { max_wait_ms: 2_500, monotonic: () => now })
  return { ...limit, pass: (ms: number) => (now += ms) }
}

it('a burst goes at once, then one call a second, each waiting for its own turn', () => {
  const limit = playedLimit()

  const waits = Array.from({ length: 5 }, () => limit.take())

  expect(waits.map((turn) => turn.granted && turn.wait_ms)).toEqual([0, 0, 0, 1_000, 2_000])
})

it('whoever would wait too long is refused and takes nobody else’s turn', () => {
  const limit = playedLimit()
  for (let call = 0; call < 5; call += 1) limit.take()

  expect(limit.take()).toEqual({ granted: false, retry_after_seconds: 3 })
  limit.pass(1_000)
  expect(limit.take()).toEqual({ granted: true, wait_ms: 2_000 })
})

it('a pause holds for everyone, and passes', () => {
  const limit = playedLimit()
  limit.pause(10)

  expect(limit.take()).toEqual({ granted: false, retry_after_seconds: 10 })
  limit.pass(9_000)
  expect(limit.take()).toEqual({ granted: true, wait_ms: 1_000 })
})

it('a quiet time fills the burst again, and no further', () => {
  const limit = playedLimit()
  for (let call = 0; call < 3; call += 1) limit.take()
  limit.pass(3_600_000)

  const waits = Array.from({ length: 4 }, () => limit.take())

  expect(waits.map((turn) => turn.granted && turn.wait_ms)).toEqual([0, 0, 0, 1_000])
})
