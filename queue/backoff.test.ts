import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { createBackoff, whenToAsk } from './backoff.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const seconds = (at: Date) => (at.getTime() - Date.now()) / 1_000
const pauses = () => createBackoff({ first_ms: 5_000, longest_ms: 30_000 })

describe('the pause after a failure', () => {
  it('doubles up to the longest, each key for itself, and begins anew after a success', () => {
    const backoff = pauses()

    expect([1, 2, 3, 4].map(() => seconds(backoff.next('a')))).toEqual([5, 10, 20, 30])
    expect(seconds(backoff.next('b'))).toBe(5)
    backoff.succeeded('a')
    expect(seconds(backoff.next('a'))).toBe(5)
  })

  it('is on until it is over', () => {
    const backoff = pauses()
    backoff.next('a')

    vi.advanceTimersByTime(4_999)
    expect(backoff.pausing('a')).toBe(true)
    vi.advanceTimersByTime(1)
    expect(backoff.pausing('a')).toBe(false)
  })

  it('is remembered for the newest thousand', () => {
    const backoff = pauses()
    for (let n = 0; n <= 1_000; n += 1) backoff.next(String(n))

    expect([backoff.pausing('0'), backoff.pausing('1')]).toEqual([false, true])
  })
})

it.each([
  [undefined, 5],
  [120, 120],
  [0, 1],
  [86_400, 3_600],
])('a service that asks for %s seconds is asked again after %s', (retry_after_seconds, expected) => {
  const error = new UpstreamError('avinode', 'away', retry_after_seconds === undefined ? {} : { retry_after_seconds })

  expect(seconds(whenToAsk(error, 'a', pauses()))).toBe(expected)
})
