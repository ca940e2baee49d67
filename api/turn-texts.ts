import type { Db, Log } from '../tools/context.ts'
import type { Bus } from './deps.ts'
import { followTurn } from './turn-stream.ts'

/** What the assistant has said so far in one turn that is going on. */
export type TurnText = {
  readonly turn_id: string
  readonly conversation_id: string
  /** The id under which the message will be stored. */
  message_id: string
  text: string
  /** Another number for each time that the text began anew: with the next message of the turn, or after its worker was killed. */
  beginning: number
  /** The message itself is in the feed: its words need not be told piece by piece any more. */
  is_stored: boolean
}

export type TurnTexts = {
  /** Follows a turn to its end. A turn that is followed already, or one too many, is left alone. */
  follow(turn: { turn_id: string; conversation_id: string }): void
  stored(message_id: string): void
  all(): Iterable<TurnText>
  ended(): Promise<unknown>
}

type Deps = { db: Db; bus: Bus; log: Log; signal: AbortSignal; onChange(): void; keep_ms?: number }

const MOST_TURNS = 50
/** Readers that are a little late still get the last words. */
const KEEP_MS = 5_000

/** Puts the words of a broker's running turns together, once for all pages that look on. */
export function createTurnTexts({ db, bus, log, signal, onChange, keep_ms = KEEP_MS }: Deps): TurnTexts {
  const texts = new Map<string, TurnText>()
  const following = new Map<string, Promise<void>>()
  let beginnings = 0

  async function read(turn: TurnText) {
    const { turn_id, conversation_id } = turn
    let between = ''
    for await (const chunk of followTurn({ db, bus, log, conversation_id, turn_id, signal })) {
      if (chunk === 'restart' || chunk.type === 'start') {
        if (chunk !== 'restart' && typeof chunk.messageId === 'string') turn.message_id = chunk.messageId
        between = ''
        turn.text = ''
        turn.beginning = ++beginnings
        turn.is_stored = false
        onChange()
      } else if (chunk.type === 'text-start') {
        between = turn.text === '' ? '' : '\n\n' // as the passages stand in the stored message
      } else if (chunk.type === 'text-delta' && typeof chunk.delta === 'string') {
        turn.text += between + chunk.delta
        between = ''
        onChange()
      }
    }
  }

  return {
    follow({ turn_id, conversation_id }) {
      if (following.has(turn_id) || following.size >= MOST_TURNS || signal.aborted) return
      const text = {
        turn_id,
        conversation_id,
        message_id: turn_id,
        text: '',
        beginning: ++beginnings,
        is_stored: false,
      }
      texts.set(turn_id, text)
      const reading = read(text)
        .catch((error: unknown) => {
          if (!signal.aborted) log.warn({ err: error, turn_id }, 'a turn could not be followed')
        })
        .finally(() => {
          following.delete(turn_id)
          setTimeout(() => {
            if (texts.get(turn_id) === text) texts.delete(turn_id)
          }, keep_ms).unref()
        })
      following.set(turn_id, reading)
    },
    stored(message_id) {
      for (const text of texts.values()) if (text.message_id === message_id) text.is_stored = true
    },
    all: () => texts.values(),
    ended: () => Promise.all(following.values()),
  }
}
