import { extractAllTextOutput, type RunStreamEvent } from '@openai/agents'
import type { TurnChunk } from './turn-chunks.ts'

export type TurnText = {
  /** Takes the orchestrator's events; everything but its words is left to others. */
  take(event: RunStreamEvent): void
  /** Adds a passage that no model wrote. */
  say(text: string): void
  /** Closes the passage that is open. */
  end(): void
  /** All passages so far, as they go into the message. */
  readonly content: string
}

/** Turns the orchestrator's words into text parts of the message, one part for each answer of the model. */
export function createTurnText(write: (chunk: TurnChunk) => void): TurnText {
  const passages: string[] = []
  let open: string | undefined

  const append = (delta: string) => {
    if (delta === '') return
    if (open === undefined) {
      open = ''
      write({ type: 'text-start', id: String(passages.length) })
    }
    open += delta
    write({ type: 'text-delta', id: String(passages.length), delta })
  }
  const end = () => {
    if (open === undefined) return
    write({ type: 'text-end', id: String(passages.length) })
    passages.push(open)
    open = undefined
  }

  return {
    take(event) {
      if (event.type === 'raw_model_stream_event') {
        if (event.data.type === 'output_text_delta') append(event.data.delta)
        if (event.data.type === 'response_done') end()
      } else if (event.type === 'run_item_stream_event' && event.name === 'message_output_created') {
        end()
        const text = extractAllTextOutput([event.item])
        if (text.trim() !== '' && passages.at(-1) !== text) {
          append(text) // a model that does not stream its words
          end()
        }
      }
    },
    say(text) {
      end()
      append(text)
      end()
    },
    end,
    get content() {
      return [...passages, ...(open ? [open] : [])].join('\n\n').trim()
    },
  }
}
