import { z } from 'zod'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import type { Log } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import { ForbiddenError, ServiceError } from '../tools/errors.ts'

export const FeedEvent = z.object({
  position: z.coerce.number(),
  type: z.string(),
  conversation_id: z.string().nullable(),
  request_id: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
})
export type FeedEvent = z.infer<typeof FeedEvent>

/** One broker's feed, as the poller sees it. */
export type Followed = {
  /** The newest position that it has. */
  head(): number
  /** Events after its head, oldest first. */
  take(events: FeedEvent[]): void
  /** Nothing more will come. */
  fail(error: unknown): void
}

export type FeedPoller = {
  follow(iso_agent_id: string, feed: Followed): { look(): void; stop(): void }
}

type Deps = {
  functions: DatabaseFunctions
  log: Log
  closing: AbortSignal | undefined
  poll_ms?: number
  retry_ms?: number
}

/** Notifications are only a hint: without one it looks by itself. */
const POLL_MS = 10_000
const RETRY_MS = 1_000
const FEEDS_AT_ONCE = 50
const EVENTS_AT_ONCE = 100

const Feeds = z.array(z.object({ iso_agent_id: z.uuid(), is_active: z.boolean(), events: z.array(FeedEvent) }))

/**
 * Reads the feeds of all brokers whose pages this instance serves. One reading is under way at a time and takes everybody who
 * has news by then: the busier it is, the more it reads at once, and the database never gets more than one question.
 */
export function createFeedPoller({
  functions,
  log,
  closing,
  poll_ms = POLL_MS,
  retry_ms = RETRY_MS,
}: Deps): FeedPoller {
  const feeds = new Map<string, Followed>()
  const due = new Set<string>()
  let isReading = false
  let timer: NodeJS.Timeout | undefined

  async function read(ids: string[]) {
    const asked = ids.map((iso_agent_id) => ({ iso_agent_id, after: feeds.get(iso_agent_id)?.head() ?? 0 }))
    const found = await call(Feeds, functions.rpc('read_feeds', { p_feeds: asked, p_limit: EVENTS_AT_ONCE }))
    for (const { iso_agent_id, is_active, events } of found) {
      const feed = feeds.get(iso_agent_id)
      if (!is_active) feed?.fail(new ForbiddenError('This account has no access to JetVision'))
      else if (events.length > 0) feed?.take(events)
      if (feed && events.length === EVENTS_AT_ONCE) due.add(iso_agent_id)
    }
  }

  async function work() {
    if (isReading) return
    isReading = true
    while (due.size > 0 && !closing?.aborted) {
      const ids = [...due].slice(0, FEEDS_AT_ONCE)
      for (const id of ids) due.delete(id)
      try {
        await read(ids)
      } catch (error) {
        if (error instanceof ServiceError && error.retryable) {
          log.warn({ err: error }, 'feeds could not be read; trying again')
          setTimeout(() => look(ids), retry_ms).unref()
          break
        }
        log.error({ err: error }, 'feeds cannot be read')
        for (const id of ids) feeds.get(id)?.fail(error)
      }
    }
    isReading = false
  }

  function look(ids: Iterable<string>) {
    for (const id of ids) if (feeds.has(id)) due.add(id)
    void work()
  }

  return {
    follow(iso_agent_id, feed) {
      feeds.set(iso_agent_id, feed)
      timer ??= setInterval(() => look(feeds.keys()), poll_ms).unref()
      return {
        look: () => look([iso_agent_id]),
        stop() {
          if (feeds.get(iso_agent_id) === feed) feeds.delete(iso_agent_id)
          if (feeds.size > 0) return
          clearInterval(timer)
          timer = undefined
        },
      }
    },
  }
}
