import type { Db, Log } from '../tools/context.ts'
import { done } from '../tools/database.ts'

/** Knows which brokers have a page open on this instance, and tells the database twice a minute. */
export type Presence = {
  /** A page of the broker has been opened. Returns the way to close it. */
  enter(iso_agent_id: string): () => void
  /** The broker has done something. */
  act(iso_agent_id: string): void
  /** Tells the database now. */
  tell(): Promise<void>
}

type Deps = { service: Db; log: Log; closing: AbortSignal | undefined; every_ms?: number }

/** Well below the 75 seconds after which the database takes a page for closed. */
const EVERY_MS = 30_000
const MOST_AT_ONCE = 1_000

export function createPresence({ service, log, closing, every_ms = EVERY_MS }: Deps): Presence {
  const open = new Map<string, number>()
  const active = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  async function tell(who: Iterable<string> = new Set([...open.keys(), ...active])) {
    const here = [...who].map((iso_agent_id) => ({
      iso_agent_id,
      is_open: open.has(iso_agent_id),
      is_active: active.delete(iso_agent_id),
    }))
    try {
      // An empty list as well: it brings those up to date who are gone.
      for (let from = 0; from === 0 || from < here.length; from += MOST_AT_ONCE) {
        await done(service.rpc('note_presence', { p_here: here.slice(from, from + MOST_AT_ONCE) }))
      }
    } catch (error) {
      log.debug({ err: error }, 'presence could not be told; it is told again soon')
    }
  }

  /** Runs while there is anybody to tell of, and once more after the last one left. */
  function schedule() {
    timer ??= setTimeout(() => {
      timer = undefined
      const isAnybodyHere = open.size > 0 || active.size > 0
      void tell().finally(() => isAnybodyHere && !closing?.aborted && schedule())
    }, every_ms).unref()
  }
  closing?.addEventListener('abort', () => clearTimeout(timer), { once: true })

  return {
    enter(iso_agent_id) {
      const before = open.get(iso_agent_id) ?? 0
      open.set(iso_agent_id, before + 1)
      if (before === 0) void tell([iso_agent_id])
      schedule()
      let left = false
      return () => {
        if (left) return
        left = true
        const rest = (open.get(iso_agent_id) ?? 1) - 1
        if (rest > 0) open.set(iso_agent_id, rest)
        else open.delete(iso_agent_id)
      }
    },
    act(iso_agent_id) {
      active.add(iso_agent_id)
      schedule()
    },
    tell: () => tell(),
  }
}
