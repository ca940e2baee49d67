import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { call, stableId } from '../tools/database.ts'
import { UpstreamError } from '../tools/errors.ts'
import { postAssistantMessage } from '../tools/messages/post-message.ts'
import { type DealProblem, explainProblem, Problem, type ServiceProblem } from '../tools/operations/problem.ts'
import { type AgentsDeps, toolContext } from './agent-deps.ts'
import { brokerOfRequest, firstAdmin } from './background-broker.ts'
import { canBegin, sentenceAbout } from './problem-words.ts'

const Watched = z.object({ closed: z.int(), untold: z.array(Problem) })

/** Long enough for work that was begun anew to show whether it got anywhere. */
const SECOND_CHANCE_MS = 15 * 60_000

export type WatchDeps = AgentsDeps & {
  /** Wakes the worker for a turn; without it the sweeper finds the turn. */
  enqueue?: { turn(turn_id: string, attempt: number): Promise<unknown> }
}

/**
 * Looks for requests that stand still, operators that are silent, and whatever keeps failing. What a retry cures is begun anew; of
 * the rest the broker or an admin is told in plain words, once for each cause. May run at any time, and twice at once.
 */
export async function watch(deps: WatchDeps, signal: AbortSignal): Promise<{ told: number; closed: number }> {
  const { service } = deps.supabase
  const { untold, closed } = await call(Watched, service.rpc('watch_problems'))
  let told = 0
  for (const problem of untold) {
    signal.throwIfAborted()
    try {
      const done = await handle(problem, deps, signal)
      if (done) await call(z.unknown(), service.rpc('note_problem', { p_id: problem.id, p_what: done }))
      if (done === 'told') told += 1
    } catch (error) {
      const fields = { err: error, problem_id: problem.id, kind: problem.kind }
      if (error instanceof UpstreamError) deps.log.warn(fields, 'a problem could not be told of yet')
      else deps.log.error(fields, 'a problem could not be told of')
    }
  }
  return { told, closed }
}

async function handle(problem: Problem, deps: WatchDeps, signal: AbortSignal): Promise<'told' | 'retried' | undefined> {
  if (!('request_id' in problem)) return tellAdmin(problem, deps, signal)
  if (problem.kind === 'stuck_request' && canBegin(problem.details.status) && problem.conversation_id) {
    if (problem.retried_at === null) return beginAnew(problem, problem.conversation_id, deps)
    const now = (deps.now?.() ?? new Date()).getTime()
    if (now - Date.parse(problem.retried_at) < SECOND_CHANCE_MS) return undefined
  }
  return tellBroker(problem, deps, signal)
}

/** A turn of the assistant that takes the request up, as if it had just been created: whatever exists already is found again. */
async function beginAnew(
  { id, request_id }: DealProblem,
  p_conversation_id: string,
  { supabase, enqueue, log }: WatchDeps,
) {
  const p_trigger = { kind: 'request_created', request_id }
  const p_turn_id = stableId('begun anew', id)
  await call(z.unknown(), supabase.service.rpc('start_background_turn', { p_conversation_id, p_turn_id, p_trigger }))
  await enqueue?.turn(p_turn_id, 0)
  log.info({ problem_id: id, request_id }, 'a request that stood still was begun anew')
  return 'retried' as const
}

async function tellBroker(problem: DealProblem, deps: WatchDeps, signal: AbortSignal) {
  const { id, kind, request_id, conversation_id } = problem
  const broker = await brokerOfRequest(deps.supabase.service, request_id)
  deps.log.info({ problem_id: id, kind, request_id }, 'a deal needs somebody')
  if (broker && conversation_id) {
    const tools = background(deps, broker, id, signal)
    const content = sentenceAbout(problem, tools.now())
    await tell(conversation_id, content, { request_id, kind }, tools)
  }
  return 'told' as const
}

/** In the admin's own support room, and in the log, where an alarm may hang on it. */
async function tellAdmin(problem: ServiceProblem, deps: WatchDeps, signal: AbortSignal) {
  const { id, kind, details } = problem
  deps.log.error({ problem_id: id, kind, ...details }, 'something keeps failing')
  const admin = await firstAdmin(deps.supabase.service)
  if (!admin) return 'told' as const
  const tools = background(deps, admin, id, signal)
  const room = stableId('support room', admin.iso_agent_id)
  const opening = { p_id: room, p_subject: 'What needs attention', p_type: 'support' as const }
  await call(z.unknown(), tools.db.rpc('start_conversation', opening))
  const { what, advice } = explainProblem(problem)
  await tell(room, `${what} ${advice}`, { kind, count: details.count }, tools)
  return 'told' as const
}

const tell = (conversation_id: string, content: string, facts: Record<string, unknown>, tools: ToolContext) =>
  postAssistantMessage(
    {
      id: tools.newId('told'),
      conversation_id,
      content_type: 'workflow_update',
      content,
      rich_content: { card: 'notice', ...facts },
    },
    tools,
  )

const background = (deps: AgentsDeps, broker: Parameters<typeof toolContext>[1], seed: string, signal: AbortSignal) =>
  toolContext(deps, broker, {
    seed,
    origin: { kind: 'background', turn_id: null, conversation_id: null },
    signal,
  })
