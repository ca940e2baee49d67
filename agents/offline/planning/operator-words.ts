import { z } from 'zod'
import type { TripReading } from '../reading/trip.ts'
import { explain } from './failures.ts'
import { AnalysisAnswer, Quotes } from './rows.ts'
import type { Task } from './specialist.ts'
import { answer, call, jsonOf, resultOf, type Step, say, type Turn } from './turn.ts'
import { whichRequest } from './which-request.ts'

/** What operators wrote, told by the one agent that may read it. */
export function planOperatorWords(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const told = resultOf(turn, 'proposal_analysis', AnalysisAnswer)
  if (!told)
    return call('proposal_analysis', { task: 'Report what the operators wrote.', request_id: which.request.id })
  return say(told.ok ? told.value.summary : explain(told.failure))
}

export const asksForWords = ({ task }: Task) => /\bwhat the operators? wrote\b/i.test(task)

const Room = z.looseObject({
  messages: z.array(z.looseObject({ sender_type: z.string(), content: z.unknown() })),
})
const InRoom = z.looseObject({ conversation_id: z.string().catch('') }).catch({ conversation_id: '' })
/** Words of others come marked as such. */
const Marked = z.looseObject({ text: z.string() })
const ROOMS = 4
const MESSAGES = 3

/** Reads the rooms of a request's quotes and reports the operators' newest words, as words and nothing more. */
export function reportWords(turn: Turn, request_id: string): Step {
  const report = (summary: string) => answer({ request_id, best_quote_id: null, summary, ranking: [] })
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes) return call('list_quotes', { request_id })
  if (!quotes.ok) return report(explain(quotes.failure))
  const rooms = [...new Set(quotes.value.quotes.flatMap(({ conversation_id }) => conversation_id ?? []))].slice(
    0,
    ROOMS,
  )
  const read = turn.results.filter(({ name }) => name === 'list_messages')
  if (rooms.length > 0 && read.length === 0) {
    return { calls: rooms.map((conversation_id) => ({ name: 'list_messages', args: { conversation_id, limit: 20 } })) }
  }
  const names = new Map(
    quotes.value.quotes.map(({ conversation_id, operator_name }) => [conversation_id, operator_name]),
  )
  const lines = read.flatMap(({ text, args }) => {
    const operator = names.get(InRoom.parse(args).conversation_id) ?? 'The operator'
    const messages = Room.safeParse(jsonOf(text)).data?.messages ?? []
    const theirs = messages
      .filter(({ sender_type }) => sender_type === 'operator')
      .slice(0, MESSAGES)
      .reverse()
    return theirs.flatMap(({ content }) => {
      const words = Marked.safeParse(content).data?.text ?? (typeof content === 'string' ? content : '')
      return words.trim() === '' ? [] : [`${operator} wrote: "${harmless(words)}"`]
    })
  })
  return report(lines.length > 0 ? lines.join('\n') : 'No operator has written anything yet.')
}

const LONGEST = 280

/** In one line, without links and marks that a page would turn into something else. */
function harmless(words: string): string {
  const line = words
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(?:https?:\/\/|www\.)\S+/gi, '(link left out)')
    .replace(/[<>`*_#|]/g, ' ')
    .replaceAll('"', "'")
    .replace(/\s+/g, ' ')
    .trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}
