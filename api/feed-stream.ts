import { z } from 'zod'
import type { Db, Log } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import { ServiceError } from '../tools/errors.ts'
import type { Bus, Ephemeral } from './deps.ts'
import { type EventStream, eventText } from './event-stream.ts'
import { followTurn, isOpen, readTurn } from './turn-stream.ts'
import { createWake } from './wake.ts'

type Feed = {
  db: Db
  bus: Bus
  log: Log
  iso_agent_id: string
  /** Only this room's events; null for all that is the broker's. */
  conversation_id: string | null
  /** The last event that the reader has seen. */
  after: number
}

const FeedEvent = z.object({
  position: z.coerce.number(),
  type: z.string(),
  conversation_id: z.string().nullable(),
  request_id: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
})

const BATCH = 200
const POLL_MS = 10_000
const MOST_TURNS = 8
/** Asks for a turn's state without its chunks. */
const LAST_CHUNK = 2_147_483_647

/** Where a broker's feed stands now. */
export const feedPosition = (db: Db) => call(z.coerce.number(), db.rpc('feed_position'))

const readFeed = (db: Db, after: number, conversation_id: string | null) =>
  call(
    z.array(FeedEvent),
    db.rpc('read_feed', {
      p_after: after,
      p_limit: BATCH,
      ...(conversation_id && { p_conversation_id: conversation_id }),
    }),
  )

/** Writes a broker's feed to a reader: first what was missed, then what happens, with the assistant's words as they come. */
export async function writeFeed(feed: Feed, stream: EventStream): Promise<void> {
  const { db, bus, log, iso_agent_id, conversation_id } = feed
  const wake = createWake()
  const ending = new AbortController()
  const deltas = createDeltas(feed, { ...stream, signal: AbortSignal.any([stream.signal, ending.signal]) })
  const unsubscribe = [
    bus.onFeed(iso_agent_id, wake.wake),
    bus.onEphemeral(iso_agent_id, (event) => void passOn(event, conversation_id, stream)),
  ]
  let position = feed.after
  try {
    if (conversation_id) deltas.look(conversation_id)
    while (!stream.signal.aborted) {
      const events = await readFeed(db, position, conversation_id).catch((error: unknown) => {
        if (!(error instanceof ServiceError && error.retryable)) throw error
        log.warn({ err: error }, 'a feed could not be read; trying again')
        return []
      })
      for (const event of events) {
        await stream.write(eventText({ id: String(event.position), event: event.type, data: visible(event) }))
        position = event.position
        if (startsTurn(event)) deltas.look(event.conversation_id)
      }
      if (events.length < BATCH) await wake.wait(POLL_MS, stream.signal)
    }
  } finally {
    for (const stop of unsubscribe) stop()
    ending.abort()
    await deltas.ended()
  }
}

/** Of a deleted message only that it was there. */
function visible({ type, payload }: z.infer<typeof FeedEvent>) {
  if (!type.startsWith('message.')) return payload
  const { original_content: _, ...message } = payload
  return message.deleted_at ? { ...message, content: null, rich_content: null, attachments: [] } : message
}

const startsTurn = (
  event: z.infer<typeof FeedEvent>,
): event is z.infer<typeof FeedEvent> & { conversation_id: string } =>
  event.type === 'message.created' && event.conversation_id !== null && event.payload.sender_type !== 'ai_assistant'

async function passOn(event: Ephemeral, conversation_id: string | null, stream: EventStream) {
  if (conversation_id && event.conversation_id !== conversation_id) return
  await stream.write(eventText({ event: event.type, data: event.payload })).catch(() => undefined) // the reader has left
}

/** Follows the turns that run in rooms where somebody has just spoken, and passes on the assistant's words. */
function createDeltas({ db, bus, log }: Feed, stream: EventStream) {
  const followed = new Map<string, Promise<void>>()

  async function follow(conversation_id: string) {
    let last: string | undefined
    for (;;) {
      const turn = await readTurn(db, conversation_id, LAST_CHUNK)
      if (!isOpen(turn) || turn.turn_id === last || stream.signal.aborted) return
      last = turn.turn_id
      await passTurnOn(conversation_id, last)
    }
  }

  async function passTurnOn(conversation_id: string, turn_id: string) {
    let message_id = turn_id
    for await (const chunk of followTurn({ db, bus, log, conversation_id, turn_id, signal: stream.signal })) {
      if (chunk === 'restart') continue
      if (chunk.type === 'start' && typeof chunk.messageId === 'string') message_id = chunk.messageId
      if (chunk.type !== 'text-delta') continue
      await stream.write(
        eventText({ event: 'message.delta', data: { conversation_id, message_id, delta: chunk.delta } }),
      )
    }
  }

  return {
    look(conversation_id: string) {
      if (followed.has(conversation_id) || followed.size >= MOST_TURNS) return
      const following = follow(conversation_id)
        .catch((error: unknown) => {
          if (!stream.signal.aborted) log.warn({ err: error, conversation_id }, 'a turn could not be followed')
        })
        .finally(() => followed.delete(conversation_id))
      followed.set(conversation_id, following)
    },
    ended: () => Promise.all(followed.values()),
  }
}
