import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import type { Db, Log } from '../tools/context.ts'
import { type BrokerFeed, startBrokerFeed } from './broker-feed.ts'
import type { Bus } from './deps.ts'
import { createFeedPoller } from './feed-poller.ts'

/** The feeds that somebody reads at the moment, one for each broker. */
export type FeedHub = {
  /** The broker's feed, and the way to let it go. */
  open(broker: { db: Db; iso_agent_id: string }): Promise<{ feed: BrokerFeed; release(): void }>
}

type Deps = {
  bus: Bus
  functions: DatabaseFunctions
  log: Log
  closing: AbortSignal | undefined
  linger_ms?: number
}

/** Readers come back within seconds, with a new token: the feed waits for them that long. */
const LINGER_MS = 15_000

type Entry = { feed: Promise<BrokerFeed>; readers: number; end?: NodeJS.Timeout }

/** Opens each broker's feed with its first reader and closes it some time after the last. */
export function createFeedHub({ bus, functions, log, closing, linger_ms = LINGER_MS }: Deps): FeedHub {
  const poller = createFeedPoller({ functions, log, closing })
  const entries = new Map<string, Entry>()

  const begin = (db: Db, iso_agent_id: string) => {
    const entry: Entry = { feed: startBrokerFeed({ db, bus, log, iso_agent_id, poller }), readers: 0 }
    entries.set(iso_agent_id, entry)
    return entry
  }
  const drop = (iso_agent_id: string, entry: Entry) => {
    clearTimeout(entry.end)
    if (entries.get(iso_agent_id) === entry) entries.delete(iso_agent_id)
    void entry.feed.then((feed) => feed.close()).catch(() => undefined) // what never started needs no end
  }
  closing?.addEventListener('abort', () => {
    for (const [iso_agent_id, entry] of entries) drop(iso_agent_id, entry)
  })

  return {
    async open({ db, iso_agent_id }) {
      const entry = entries.get(iso_agent_id) ?? begin(db, iso_agent_id)
      clearTimeout(entry.end)
      entry.readers += 1
      const release = once(() => {
        entry.readers -= 1
        if (entry.readers > 0 || entries.get(iso_agent_id) !== entry) return
        entry.end = setTimeout(() => drop(iso_agent_id, entry), linger_ms)
        entry.end.unref()
      })
      try {
        const feed = await entry.feed
        const broken = feed.broken()
        if (broken) throw broken.error
        return { feed, release }
      } catch (error) {
        drop(iso_agent_id, entry) // the next reader tries again
        throw error
      }
    },
  }
}

function once(action: () => void) {
  let done = false
  return () => {
    if (!done) action()
    done = true
  }
}
