import { randomBytes } from 'node:crypto'
import { createIdentification } from '../../../api/webhook-credentials.ts'

export type Comparison = {
  samples: number
  /** Of all crops the one that is furthest from nothing. */
  t: number
  /** The share of samples that this crop keeps. */
  kept: number
  /** Without a crop. */
  t_of_all: number
  /** The median of both, and how far apart the means of that crop are. */
  median_ns: number
  difference_ns: number
}

const USERNAME = 'avinode'
const CROPS = 100
const WARM = 100_000

/**
 * Whether the time of a comparison tells where a password is wrong: Welch's t between those that are wrong in their first character
 * and those that are wrong in their last one, in random order. As dudect does it, t is also taken without the slowest samples, share
 * by share: the machine made them slow, and they would hide a small difference.
 */
export function measureComparison(samples: number): Comparison {
  const { identify, headers } = square()
  const took: [Float64Array, Float64Array] = [new Float64Array(samples), new Float64Array(samples)]
  const taken: [number, number] = [0, 0]
  for (let turn = -WARM; taken[0] < samples || taken[1] < samples; turn += 1) {
    const [secret, given] = [coin(), coin()]
    const isLast = secret === given ? 0 : 1
    const check = identify[secret]
    const header = headers[given].toString('latin1') // a text of its own, as one that has just arrived
    const began = performance.now()
    const connection = check(header)
    const ended = performance.now()
    if (connection !== undefined) throw new Error('A wrong password was taken')
    if (turn < 0 || taken[isLast] === samples) continue
    took[isLast][taken[isLast]] = (ended - began) * 1e6
    taken[isLast] += 1
  }
  const all = new Float64Array(2 * samples)
  all.set(took[0])
  all.set(took[1], samples)
  all.sort()
  const crops = Array.from({ length: CROPS + 1 }, (_, index) => {
    const kept = index === 0 ? 1 : 1 - 0.5 ** ((10 * index) / CROPS)
    const limit = all[Math.ceil(kept * all.length) - 1] ?? Number.POSITIVE_INFINITY
    return { kept, ...welch(...took, limit) }
  })
  const furthest = crops.reduce((most, crop) => (Math.abs(crop.t) > Math.abs(most.t) ? crop : most))
  return {
    samples,
    t: furthest.t,
    kept: furthest.kept,
    t_of_all: crops[0]?.t ?? Number.NaN,
    median_ns: all[samples] ?? Number.NaN,
    difference_ns: furthest.difference,
  }
}

const coin = (): 0 | 1 => (Math.random() < 0.5 ? 0 : 1)

/**
 * Two secrets and two wrong passwords, each of which is wrong in its first character for the one secret and in its last for the
 * other. So both kinds are made of the same texts and the same secrets, and only what was right where can make a difference.
 */
function square() {
  const middle = randomBytes(24).toString('base64url')
  const text = (first: string, last: string) => `${first}${middle}${last}`
  const secret = (password: string) => createIdentification([{ username: USERNAME, password }])
  const header = (password: string) => Buffer.from(`Basic ${Buffer.from(`${USERNAME}:${password}`).toString('base64')}`)
  return {
    identify: [secret(text('a', 'a')), secret(text('b', 'b'))] as const,
    headers: [header(text('b', 'a')), header(text('a', 'b'))] as const,
  }
}

function welch(one: Float64Array, other: Float64Array, limit: number) {
  const [a, b] = [moments(one, limit), moments(other, limit)]
  const difference = a.mean - b.mean
  const t = difference / Math.sqrt(a.variance / a.count + b.variance / b.count)
  return { t: Number.isFinite(t) ? t : 0, difference }
}

/** Of those that are not above the limit; the running form, which keeps its digits. */
function moments(values: Float64Array, limit: number) {
  let count = 0
  let mean = 0
  let squares = 0
  for (const value of values) {
    if (value > limit) continue
    count += 1
    const from = value - mean
    mean += from / count
    squares += from * (value - mean)
  }
  return { count, mean, variance: squares / (count - 1) }
}
