import { z } from 'zod'
import { visibleText } from '../messages/visible-text.ts'
import { RequestStatus } from '../requests/request.ts'
import { diagnose } from './explain-failure.ts'

const common = { id: z.uuid(), retried_at: z.string().nullable(), conversation_id: z.uuid().nullable() }
const Count = { count: z.int(), error: z.string().nullable() }

/** Something that is wrong at the moment, as the database groups it. */
export const Problem = z.discriminatedUnion('kind', [
  z.object({
    ...common,
    kind: z.literal('stuck_request'),
    request_id: z.uuid(),
    details: z.object({ status: RequestStatus, since: z.string() }),
  }),
  z.object({
    ...common,
    kind: z.literal('silent_operators'),
    request_id: z.uuid(),
    details: z.object({ operators: z.array(z.string()) }),
  }),
  z.object({
    ...common,
    kind: z.literal('failing_runs'),
    details: z.object({ ...Count, agent_type: z.string(), execution_id: z.uuid() }),
  }),
  z.object({ ...common, kind: z.literal('dead_letters'), details: z.object(Count) }),
  z.object({ ...common, kind: z.literal('dependency'), details: z.object(Count) }),
])
export type Problem = z.output<typeof Problem>

/** What is the matter with one broker's deal. */
export type DealProblem = Extract<Problem, { request_id: string }>

/** What is the matter with the service itself. */
export type ServiceProblem = Exclude<Problem, DealProblem>

/** What keeps failing, in plain words, and what those who keep the service running do about it. */
export function explainProblem({ kind, details }: ServiceProblem): { what: string; advice: string } {
  const reason = `${onOneLine(details.error ?? 'an unknown cause').replace(/[.!?\s]+$/, '')}.`
  switch (kind) {
    case 'failing_runs': {
      const { explanation, advice } = diagnose(details.error)
      const agent = details.agent_type.replaceAll('_', ' ')
      return {
        what: `The ${agent} agent has failed ${details.count} times in the last hour for the same reason: ${reason}`,
        advice: `${explanation} ${advice}`,
      }
    }
    case 'dead_letters':
      return {
        what: `${details.count} notifications of Avinode were given up for the same reason: ${reason}`,
        advice: 'Once that is mended, process them again in the administration: what they change is changed once.',
      }
    case 'dependency':
      return {
        what: `${details.count} ${details.count === 1 ? 'piece of work waits' : 'pieces of work wait'} for something that does not answer: ${reason}`,
        advice: 'Nothing is lost, and all of it goes on by itself; check the service if it takes long.',
      }
  }
}

/** Names and errors come from outside: one line, and not long. */
export const onOneLine = (text: string) => visibleText(text).replace(/\s+/g, ' ').slice(0, 200)
