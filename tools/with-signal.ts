import type { Db, ToolContext } from './context.ts'

/** The same context for one call that may be given up: what it has not done by then, it does not do later. */
export function withSignal(context: ToolContext, signal: AbortSignal | undefined): ToolContext {
  const either = signal ? AbortSignal.any([context.signal, signal]) : context.signal
  return { ...context, signal: either, db: untilAborted(context.db, either) }
}

/** A connection that a call which was given up can no longer use. */
const untilAborted = (db: Db, signal: AbortSignal): Db =>
  new Proxy(db, {
    get(target, key) {
      if (key === 'from' || key === 'rpc' || key === 'storage') signal.throwIfAborted()
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
