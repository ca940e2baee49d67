import { z } from 'zod'
import { explain } from './failures.ts'
import { readTask } from './specialist.ts'
import { answer, call, isDone, resultOf, type Step, type Turn } from './turn.ts'

const Failed = z.looseObject({
  executions: z.array(z.looseObject({ id: z.string(), request_id: z.string().nullish() })),
})
const Dead = z.looseObject({ events: z.array(z.looseObject({ id: z.string(), request_id: z.string().nullish() })) })
const Explanation = z.looseObject({
  what: z.string(),
  explanation: z.string(),
  retryable: z.boolean(),
  advice: z.string(),
})

const uuid = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/i

/** Finds what failed last, explains it in plain words, and retries what a retry can cure. */
export function planErrorMonitor(turn: Turn): Step {
  const { task, request_id } = readTask(turn)
  const named = uuid.exec(task)?.[0]
  const failed = resultOf(turn, 'list_failed_executions', Failed)
  if (!failed && !named) return call('list_failed_executions', { limit: 20 })
  // Only admins may see notifications; for everyone else the answer is "forbidden", and that is fine.
  const dead = resultOf(turn, 'list_dead_letters', Dead)
  if (!dead && !named && turn.tools.has('list_dead_letters')) return call('list_dead_letters', { limit: 20 })
  const subject = named ? namedSubject(task, named) : newestSubject(turn, request_id)
  if (!subject) return answer(allIsWell)
  const why = resultOf(turn, 'explain_failure', Explanation)
  if (!why) return call('explain_failure', subject)
  if (!why.ok) return answer({ ...allIsWell, cause: 'Something failed.', explanation: explain(why.failure) })
  const retries = subject.event_id !== null && why.value.retryable && turn.tools.has('retry_event')
  if (retries && !isDone(turn, 'retry_event')) return call('retry_event', { event_id: subject.event_id })
  const { what, explanation, advice } = why.value
  return answer({ cause: `${what}.`, explanation, action_taken: retried(turn), advice })
}

type Subject = { execution_id: string | null; event_id: string | null }

const namedSubject = (task: string, id: string): Subject =>
  /\b(event|webhook|notification|dead.?letter)\b/i.test(task)
    ? { execution_id: null, event_id: id }
    : { execution_id: id, event_id: null }

/** What failed last, of the request in question if there is one. */
function newestSubject(turn: Turn, request_id: string | null): Subject | null {
  const isMeant = (row: { request_id?: string | null | undefined }) =>
    request_id === null || row.request_id === request_id
  const dead = resultOf(turn, 'list_dead_letters', Dead)
  const event_id = dead?.ok ? dead.value.events.find(isMeant)?.id : undefined
  if (event_id) return { execution_id: null, event_id }
  const failed = resultOf(turn, 'list_failed_executions', Failed)
  const execution_id = failed?.ok ? failed.value.executions.find(isMeant)?.id : undefined
  return execution_id ? { execution_id, event_id: null } : null
}

const allIsWell = {
  cause: 'Nothing has failed here lately.',
  explanation: 'All work that was begun has ended well or still waits for something outside.',
  action_taken: 'none',
  advice: 'nothing',
}

function retried(turn: Turn): string {
  const result = resultOf(turn, 'retry_event', z.looseObject({}))
  if (!result) return 'none'
  return result.ok ? 'It is being tried again.' : `A retry was not possible: ${explain(result.failure)}`
}
