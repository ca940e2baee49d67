import { z } from 'zod'
import type { Db, Log } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import type { Bus, Ephemeral } from './deps.ts'
import { eventText } from './event-stream.ts'
import { FeedEvent, type FeedPoller } from './feed-poller.ts'
import { createTurnTexts, type TurnText } from './turn-texts.ts'

/** One event of the feed, as it goes over the wire to everybody. */
export type FeedItem = { position: number; conversation_id: string | null; bytes: Uint8Array }

export type FeedReader = {
  wake(): void
  /** Something that is told once and not kept. */
  hear(event: { conversation_id: string; bytes: Uint8Array }): void
  /** Nothing more comes: the broker may not read any more, or the feed is broken. */
  end(error: unknown): void
}

/** What happens to one broker, for all of that broker's readers on this instance. */
export type BrokerFeed = {
  /** The newest position that was read. */
  head(): number
  /** What comes after a position, oldest first, of one room if one is named; `upto` is how far this reaches. */
  read(after: number, conversation_id: string | null): Promise<{ items: FeedItem[]; upto: number }>
  /** Whether events after a position are gone: it is older than what is kept, or of another database. */
  isBroken(after: number): Promise<boolean>
  texts(): Iterable<TurnText>
  /** Why nothing more will come, if so. */
  broken(): { error: unknown } | undefined
  /** Turns that wait or run, as they were last told. */
  openTurns(): OpenTurn[]
  join(reader: FeedReader): () => void
  close(): Promise<void>
}

const OpenTurn = z.object({ turn_id: z.uuid(), conversation_id: z.uuid(), status: z.string() })
export type OpenTurn = z.infer<typeof OpenTurn>

const BATCH = 200
const KEPT_EVENTS = 500
const KEPT_BYTES = 512 * 1024

type Deps = { db: Db; bus: Bus; log: Log; iso_agent_id: string; poller: FeedPoller }

/** Begins to follow a broker's feed from where it stands now. Throws when the database does not answer. */
export async function startBrokerFeed({ db, bus, log, iso_agent_id, poller }: Deps): Promise<BrokerFeed> {
  const closing = new AbortController()
  const readers = new Set<FeedReader>()
  const turns = new Map<string, OpenTurn>()
  const wakeAll = () => {
    for (const reader of readers) reader.wake()
  }
  const texts = createTurnTexts({ db, bus, log, signal: closing.signal, onChange: wakeAll })
  const recent = createRecent()
  let head = 0
  let broken: { error: unknown } | undefined

  const noteTurn = (turn: OpenTurn) => {
    const isOpen = turn.status === 'queued' || turn.status === 'running'
    if (isOpen) turns.set(turn.turn_id, turn)
    else turns.delete(turn.turn_id)
    if (turn.status === 'running') texts.follow(turn) // one that waits says nothing yet
  }
  const findTurns = async () => {
    for (const turn of await call(z.array(OpenTurn), db.rpc('open_turns'))) noteTurn(turn)
  }

  let followed: ReturnType<FeedPoller['follow']> | undefined
  let hasNews = false
  const unsubscribe = [
    bus.onFeed(iso_agent_id, (position) => {
      // After a lost connection anything may have been missed.
      if (position === null) void findTurns().catch((err) => log.warn({ err }, 'running turns could not be looked up'))
      hasNews = true
      if (position === null || position > head) followed?.look()
    }),
    bus.onEphemeral(iso_agent_id, (event) => {
      const turn = event.type === 'turn.updated' ? OpenTurn.safeParse(event.payload).data : undefined
      if (turn) noteTurn(turn)
      const told = { conversation_id: event.conversation_id, bytes: ephemeralBytes(event) }
      for (const reader of readers) reader.hear(told)
    }),
  ]
  try {
    const [position] = await Promise.all([call(z.coerce.number(), db.rpc('feed_position')), findTurns()])
    head = position
    recent.startAt(position)
  } catch (error) {
    for (const stop of unsubscribe) stop()
    closing.abort()
    throw error
  }
  followed = poller.follow(iso_agent_id, {
    head: () => head,
    take(events) {
      for (const event of events.filter(({ position }) => position > head)) {
        head = event.position
        recent.add(itemOf(event))
        if (event.type === 'message.created') texts.stored(String(event.payload.id))
      }
      wakeAll()
    },
    fail(error) {
      broken = { error }
      for (const reader of readers) reader.end(error)
    },
  })
  if (hasNews) followed.look() // something happened between the two

  return {
    head: () => head,
    async read(after, conversation_id) {
      const kept = recent.after(after, conversation_id)
      if (kept) return { items: kept, upto: head }
      const known = head
      const events = await readFeed(db, after, conversation_id)
      const last = events.at(-1)?.position ?? after
      return { items: events.map(itemOf), upto: events.length < BATCH ? Math.max(last, known) : last }
    },
    async isBroken(after) {
      if (after > head) return after > (await call(z.coerce.number(), db.rpc('feed_position')))
      if (recent.reaches(after)) return false
      const [next] = await readFeed(db, after, null, 1)
      return next !== undefined && next.position !== after + 1 // a broker's positions have no gaps
    },
    texts: texts.all,
    broken: () => broken,
    openTurns: () => [...turns.values()],
    join(reader) {
      readers.add(reader)
      if (broken) reader.end(broken.error)
      return () => readers.delete(reader)
    },
    async close() {
      followed?.stop()
      for (const stop of unsubscribe) stop()
      closing.abort()
      await texts.ended()
    },
  }
}

const readFeed = (db: Db, after: number, conversation_id: string | null, limit = BATCH) =>
  call(
    z.array(FeedEvent),
    db.rpc('read_feed', {
      p_after: after,
      p_limit: limit,
      ...(conversation_id && { p_conversation_id: conversation_id }),
    }),
  )

const encoder = new TextEncoder()

const itemOf = (event: FeedEvent): FeedItem => ({
  position: event.position,
  conversation_id: event.conversation_id,
  bytes: encoder.encode(eventText({ id: String(event.position), event: event.type, data: visible(event) })),
})

const ephemeralBytes = ({ type, payload }: Ephemeral) => encoder.encode(eventText({ event: type, data: payload }))

/** Of a deleted message only that it was there; what it said before an edit is its sender's. */
function visible({ type, payload }: FeedEvent) {
  if (!type.startsWith('message.')) return payload
  const { original_content: _, ...message } = payload
  return message.deleted_at ? { ...message, content: null, rich_content: null, attachments: [] } : message
}

/** The newest events, encoded, in bounded memory: whoever keeps up is served from here alone. */
function createRecent() {
  let items: FeedItem[] = []
  let bytes = 0
  /** Everything after this position is here. */
  let floor = 0
  return {
    startAt(position: number) {
      floor = position
    },
    add(item: FeedItem) {
      items.push(item)
      bytes += item.bytes.byteLength
      if (items.length <= KEPT_EVENTS && bytes <= KEPT_BYTES) return
      // Half of it at once: shifting one by one would move the whole list each time.
      const dropped = items.slice(0, Math.ceil(items.length / 2))
      items = items.slice(dropped.length)
      bytes -= dropped.reduce((sum, { bytes: { byteLength } }) => sum + byteLength, 0)
      floor = dropped.at(-1)?.position ?? floor
    },
    reaches: (after: number) => after >= floor,
    after(after: number, conversation_id: string | null): FeedItem[] | undefined {
      if (after < floor) return undefined
      const from = items.findLastIndex(({ position }) => position <= after) + 1
      const later = items.slice(from)
      return conversation_id === null ? later : later.filter((item) => item.conversation_id === conversation_id)
    },
  }
}
