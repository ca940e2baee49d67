import { ServiceError } from '../tools/errors.ts'
import type { BrokerFeed } from './broker-feed.ts'
import { type EventStream, eventText } from './event-stream.ts'
import type { TurnText } from './turn-texts.ts'
import { createWake } from './wake.ts'

type Reading = {
  feed: BrokerFeed
  /** Only this room's events; null for all that is the broker's. */
  conversation_id: string | null
  /** The last event that the reader has seen; null begins now. */
  after: number | null
}

/** Events that are not kept: a reader who is slow misses the older ones. */
const MOST_HEARD = 100

/**
 * Writes a broker's feed to one reader: first what was missed, then what happens, with the assistant's words as they come. A
 * reader takes at its own pace from what all share; nothing is queued for it but events that are told once.
 */
export async function writeFeed({ feed, conversation_id, after }: Reading, stream: EventStream): Promise<void> {
  const wake = createWake()
  const heard: Uint8Array[] = []
  const failure: { error?: unknown } = {}
  const isHere = (room: string) => conversation_id === null || room === '' || room === conversation_id
  const leave = feed.join({
    wake: wake.wake,
    hear(event) {
      if (!isHere(event.conversation_id)) return
      if (heard.length >= MOST_HEARD) heard.shift()
      heard.push(event.bytes)
      wake.wake()
    },
    end(error) {
      failure.error = error
      wake.wake()
    },
  })
  const words = createWords(feed, isHere, stream)
  try {
    await write()
  } catch (error) {
    // An outage, or a broker who may no longer read: the reader comes back and is told, or goes on where it was.
    if (!(error instanceof ServiceError)) throw error
  } finally {
    leave()
  }

  async function write() {
    let position = await startingPoint(feed, after, stream)
    for (const turn of feed.openTurns()) {
      if (isHere(turn.conversation_id)) await stream.write(eventText({ event: 'turn.updated', data: turn }))
    }
    while (!stream.signal.aborted) {
      if ('error' in failure) throw failure.error
      for (const bytes of heard.splice(0)) await stream.write(bytes)
      await words.writeNew()
      const { items, upto } = await feed.read(position, conversation_id)
      for (const item of items) await stream.write(item.bytes)
      position = Math.max(position, upto)
      if (position >= feed.head() && heard.length === 0) await wake.wait(undefined, stream.signal)
    }
  }
}

/** Tells the position right away, so that a reader who comes back before anything happened misses nothing either. */
async function startingPoint(feed: BrokerFeed, after: number | null, stream: EventStream): Promise<number> {
  const isBroken = after !== null && (await feed.isBroken(after))
  const position = after === null || isBroken ? feed.head() : after
  await stream.write(`id: ${position}\n\n`)
  // What was missed is gone: only the lists tell how things stand.
  if (isBroken) await stream.write(eventText({ id: String(position), event: 'reset', data: { position } }))
  return position
}

/** What the assistant says, told in pieces: each names the place in the message where it belongs. */
function createWords(feed: BrokerFeed, isHere: (room: string) => boolean, stream: EventStream) {
  const told = new Map<string, { beginning: number; length: number }>()
  const tell = async (turn: TurnText) => {
    const { turn_id, conversation_id, message_id, beginning, text } = turn
    const before = told.get(turn_id)
    const offset = before?.beginning === beginning ? before.length : 0
    if (text.length <= offset) return
    told.set(turn_id, { beginning, length: text.length })
    const data = { conversation_id, turn_id, message_id, offset, delta: text.slice(offset) }
    await stream.write(eventText({ event: 'message.delta', data }))
  }
  return {
    async writeNew() {
      const present = [...feed.texts()]
      for (const turn of present) if (!turn.is_stored && isHere(turn.conversation_id)) await tell(turn)
      if (told.size > present.length) {
        const ids = new Set(present.map(({ turn_id }) => turn_id))
        for (const id of told.keys()) if (!ids.has(id)) told.delete(id)
      }
    },
  }
}
