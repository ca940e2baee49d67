import type { EventStream } from './event-stream.ts'
import { followTurn, type TurnChunk } from './turn-stream.ts'

type Answer = Omit<Parameters<typeof followTurn>[0], 'signal'>

const line = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`

const DELAYED =
  'I cannot answer at the moment, because something I depend on is down. Your message is kept, and I go on by myself as soon as it is back.'

/** Writes the assistant's answer as the AI SDK's UI message stream, with an end that its readers understand, whatever happened to the turn. */
export async function writeUiMessageStream(answer: Answer, stream: EventStream): Promise<void> {
  const turn = followTurn({ ...answer, signal: stream.signal })
  let last: TurnChunk | undefined
  for (;;) {
    const { value, done } = await turn.next()
    if (done) {
      for (const chunk of ending(value, last, answer.turn_id)) await stream.write(line(chunk))
      break
    }
    if (value === 'restart') {
      if (last) await stream.write(line({ type: 'reset-step' })) // what was shown of the answer goes; it begins anew
      last = undefined
      continue
    }
    await stream.write(line(value))
    last = value
  }
  await stream.write('data: [DONE]\n\n')
}

const ENDS = ['finish', 'abort', 'error']

function ending(status: string | undefined, last: TurnChunk | undefined, turn_id: string): TurnChunk[] {
  if (last && ENDS.includes(last.type)) return []
  const start = last ? [] : [{ type: 'start', messageId: turn_id }]
  if (status === 'deferred') {
    const id = `${turn_id}-delayed`
    const words = [
      { type: 'text-start', id },
      { type: 'text-delta', id, delta: DELAYED },
      { type: 'text-end', id },
    ]
    return [...start, ...words, { type: 'finish' }]
  }
  if (status === 'stopped') return [...start, { type: 'abort' }]
  if (status === 'failed')
    return [...start, { type: 'error', errorText: 'The assistant could not finish this answer. Please ask again.' }]
  return [...start, { type: 'finish' }]
}
