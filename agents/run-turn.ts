import { type Agent, type AgentInputItem, Runner, type RunState } from '@openai/agents'
import type { Approval } from '../tools/approvals/approval.ts'
import { approvalWarnings } from '../tools/approvals/approval-warnings.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { AgentContext } from './agent-context.ts'
import { type AgentsDeps, limitsOf, toolContext } from './agent-deps.ts'
import { startAgentRun } from './agent-run.ts'
import { within } from './execution.ts'
import { AVINODE_PINS, pinnedServer } from './mcp-pins.ts'
import { createOrchestrator } from './orchestrator.ts'
import { describeOutcome } from './outward-calls.ts'
import { type PausedRun, readPausedRun, restoreRun, SDK_VERSION, writePausedRun } from './paused-run.ts'
import { readSituation } from './situation.ts'
import { failedEnding, RUN_CONFIG } from './specialist.ts'
import { takeUpRequest } from './take-up-request.ts'
import { approvalsAwaited, readOutcomes, settle, waitingSentence } from './turn-approvals.ts'
import { type ChunkWriter, createChunkWriter } from './turn-chunks.ts'
import { apologyFor, causeOf, isForeseen, TurnLost, wasStopped } from './turn-failure.ts'
import { turnInput } from './turn-input.ts'
import {
  abandonExecutions,
  type ClaimedTurn,
  type TurnEnd,
  type TurnStore,
  triggerOf,
  turnStore,
} from './turn-store.ts'
import { createTurnText, type TurnText } from './turn-text.ts'

/**
 * Runs the assistant's turns. Every part of an answer is stored as it comes, and the end of a turn is one transaction, so a
 * turn that is run again after a crash does nothing twice. Throws `UpstreamError` when the model or the database does not
 * answer, and whatever the signal was aborted with, unless the broker pressed Stop: then what was said so far is kept.
 */
export function createTurnRunner(deps: AgentsDeps) {
  const limits = limitsOf(deps)
  const orchestrator = createOrchestrator({
    models: deps.models,
    limits,
    avinodeServers: (deps.avinodeServers ?? []).map((server) => pinnedServer(server, AVINODE_PINS, deps.log)),
  })
  return async (turn: ClaimedTurn, signal: AbortSignal): Promise<void> => {
    const lost = new AbortController()
    const store = turnStore(deps.supabase.service, turn)
    const writer = createChunkWriter({
      async append(first_seq, chunks) {
        if (!(await store.append(first_seq, chunks))) throw new TurnLost()
      },
      onFailure: (error) => lost.abort(error),
    })
    const outside = AbortSignal.any([signal, lost.signal])
    const clock = AbortSignal.timeout(limits.seconds * 1000)
    try {
      await runTurn({ deps, orchestrator, turn, store, writer, outside, clock, maxTurns: limits.turns })
    } catch (error) {
      if (!(error instanceof TurnLost)) throw error
      deps.log.info({ turn_id: turn.turn_id }, 'a turn went on in other hands')
    } finally {
      writer.close()
    }
  }
}

type Work = {
  deps: AgentsDeps
  orchestrator: Agent<AgentContext>
  turn: ClaimedTurn
  store: TurnStore
  writer: ChunkWriter
  /** Stop, lease, shutdown, lost database. */
  outside: AbortSignal
  clock: AbortSignal
  maxTurns: number
}

async function runTurn(work: Work): Promise<void> {
  const { deps, turn, writer, outside, clock } = work
  const paused = turn.run_state === null ? undefined : readPausedRun(turn.run_state)
  const context = await startTurn(work, paused)
  const { executions } = context.run
  const text = createTurnText((chunk) => writer.write(chunk))
  const speech = openSpeech(work, context, text, (paused?.part ?? 0) + 1)

  const input = await prepareInput(work, context, paused)
  const execution = await executions.begin('orchestrator', {
    call_id: 'turn',
    input:
      'items' in input
        ? { trigger: turn.trigger, last_item: input.items.at(-1) }
        : { trigger: turn.trigger, resumed: true },
    resumes: paused !== undefined,
  })
  const { day } = context.run.budget
  try {
    await day.open()
    const result = await within(execution, () => stream(work, context, input, text))
    const approvals = await approvalsAwaited(result.interruptions, context)
    await executions.learnRequest(executions.request_id ?? approvals[0]?.request_id ?? speech.request_id)
    if (approvals.length > 0) {
      await speech.asksFor(approvals)
      await executions.end(execution, { status: 'pending', output: text.content })
      const filed = { approvals: [...context.run.outward.filed], executions: [...executions.ids] }
      const run_state = writePausedRun({ part: speech.part, state: result.state.toString(), ...filed })
      return await speech.finish({ status: 'interrupted', run_state, sdk_version: SDK_VERSION })
    }
    if (text.content === '') text.say('Done.')
    await executions.end(execution, { status: 'completed', output: text.content })
    await speech.finish({ status: 'completed' })
  } catch (error) {
    const cause = execution.fatal ?? causeOf(error)
    if (wasStopped(outside)) {
      await executions.end(execution, { status: 'completed', output: `${text.content} [stopped]` })
      return speech.finish({ status: 'stopped' })
    }
    await executions.end(execution, failedEnding(cause, context.tools.signal))
    if (outside.aborted) throw outside.reason
    if (cause instanceof UpstreamError || cause instanceof TurnLost) throw cause
    const fields = { err: cause, turn_id: turn.turn_id }
    if (isForeseen(cause, clock)) deps.log.warn(fields, 'a turn of the assistant was cut short')
    else deps.log.error(fields, 'a turn of the assistant failed')
    text.say(apologyFor(cause, clock))
    await speech.finish({ status: 'failed', error: cause.message })
  } finally {
    day.close()
  }
}

async function startTurn(
  { deps, turn, writer, outside, clock }: Work,
  paused: PausedRun | undefined,
): Promise<AgentContext> {
  const { turn_id, conversation_id } = turn
  const tools = toolContext(deps, turn, {
    seed: turn_id,
    origin: { kind: 'chat', turn_id, conversation_id },
    signal: AbortSignal.any([outside, clock]),
  })
  if (turn.attempt > 1) await abandonExecutions(deps.supabase.service, turn_id)
  const trigger = triggerOf(turn)
  if (trigger.kind === 'request_created' && !paused) await takeUpRequest(trigger.request_id, tools)
  return startAgentRun(deps, tools, {
    facts: { turn_id, conversation_id },
    retry_count: turn.run_state === null ? turn.attempt - 1 : 0,
    situation: await readSituation(tools),
    ...(paused && { earlier: paused }),
    onStep: (step) => writer.write({ type: 'data-step', id: step.id, data: step }),
    onRequest: (request_id) => writer.write({ type: 'data-request', id: request_id, data: { request_id } }),
  })
}

/** The message that this part of the turn becomes: a stream first, a row in the end, under one id. */
function openSpeech({ deps, turn, store, writer }: Work, { tools, run }: AgentContext, text: TurnText, part: number) {
  const id = tools.newId(`message:${part}`)
  const metadata = { turn_id: turn.turn_id, model: deps.models('orchestrator').name, offline: deps.models.offline }
  writer.write({ type: 'start', messageId: id, messageMetadata: metadata })
  return {
    part,
    request_id: run.first_request_id ?? undefined,
    async asksFor(approvals: Approval[]) {
      for (const approval of approvals) {
        const { id, action, request_id, payload, expires_at } = approval
        const warnings = await approvalWarnings(approval, tools)
        const data = { approval_id: id, action, request_id, payload, expires_at, warnings }
        writer.write({ type: 'data-approval', id, data })
      }
      if (text.content === '') text.say(approvals.map(waitingSentence).join('\n\n'))
    },
    async finish(end: Omit<TurnEnd, 'messages'>) {
      const stopped = end.status === 'stopped'
      text.end()
      const told = { ...metadata, ...(stopped && { stopped }), steps: [...run.executions.steps] }
      const finishReason = end.status === 'failed' ? 'error' : 'stop'
      writer.write(
        stopped ? { type: 'abort', reason: 'stopped' } : { type: 'finish', finishReason, messageMetadata: told },
      )
      await writer.flush()
      const message = { id, content: text.content, content_type: 'text' as const, rich_content: null, metadata: told }
      if (!(await store.complete({ ...end, messages: text.content === '' ? [] : [message] }))) throw new TurnLost()
    },
  }
}

type Input = { items: AgentInputItem[] } | { state: RunState<AgentContext, Agent<AgentContext>> }

/** A stored run goes on with what became of its approvals; where it cannot be restored, the outcomes are told in a new one. */
async function prepareInput(
  { orchestrator, turn }: Work,
  context: AgentContext,
  paused: PausedRun | undefined,
): Promise<Input> {
  const outcomes = await readOutcomes(paused?.approvals ?? [], context)
  const state = paused && (await restoreRun(orchestrator, paused, turn.sdk_version, context))
  if (state) {
    settle(state, outcomes)
    context.run.outward.goOn()
    return { state }
  }
  return { items: await turnInput(turn, triggerOf(turn), context.tools, [...outcomes.values()].map(describeOutcome)) }
}

async function stream({ orchestrator, maxTurns }: Work, context: AgentContext, input: Input, text: TurnText) {
  const { signal } = context.tools
  const options = { stream: true, context, maxTurns, signal } as const
  const result = await new Runner(RUN_CONFIG).run(orchestrator, 'state' in input ? input.state : input.items, options)
  for await (const event of result) text.take(event)
  await result.completed
  signal.throwIfAborted()
  return result
}
