import { UpstreamError } from '../tools/errors.ts'

/** `dies`: the call has its effect, and the worker is never heard of again. `lost`: it has its effect, and only the answer is lost. */
export type Fault = 'dies' | 'lost'

/**
 * Breaks a piece of work at its nth call to anything outside of it; 0 is before the first one. What is wrapped is numbered
 * together, in the order of the calls.
 */
export function breakAt(nth: number, fault: Fault) {
  const died = Promise.withResolvers<void>()
  const never = new Promise<never>(() => {})
  let calls = 0
  let dead = false
  const call = async (work: () => unknown) => {
    if (dead) return never
    calls += 1
    if (nth === 0) return die()
    const result = await work()
    if (calls !== nth) return result
    if (fault === 'lost') throw new UpstreamError('database', 'The connection broke before the answer came')
    return die()
  }
  const die = () => {
    dead = true
    died.resolve()
    return never
  }
  return {
    /** The same, with every function counted. */
    wrap: <T extends object>(inner: T): T =>
      new Proxy(inner, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key)
          if (typeof value !== 'function') return value
          return (...parameters: unknown[]) => call(() => Reflect.apply(value, target, parameters))
        },
      }),
    /** Ends with the work, or with the worker. */
    run: (work: Promise<unknown>) => Promise.race([work, died.promise]),
    /** Whether there were so many calls. */
    reached: () => calls >= nth,
  }
}
