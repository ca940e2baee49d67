import { type Agent, type AgentInputItem, Runner, type RunState } from '@openai/agents'
import type { Approval } from '../tools/approvals/approval.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { AgentContext } from './agent-context.ts'
import { type AgentsDeps, limitsOf, toolContext } from './agent-deps.ts'
import { startAgentRun } from './agent-run.ts'
import { type Execution, within } from './execution.ts'
import { createOrchestrator } from './orchestrator.ts'
import { describeOutcome, readApproval } from './outward-calls.ts'
import { type PausedRun, readPausedRun, restoreRun, SDK_VERSION, writePausedRun } from './paused-run.ts'
import { readSituation } from './situation.ts'
import { failedEnding, RUN_CONFIG } from './specialist.ts'
import { type ChunkWriter, createChunkWriter } from './turn-chunks.ts'
import { apologyFor, causeOf, TurnLost, wasStopped } from './turn-failure.ts'
import { turnInput } from './turn-input.ts'
import { type ClaimedTurn, Trigger, type TurnEnd, type TurnStore, turnStore } from './turn-store.ts'
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
    ...(deps.avinodeServers && { avinodeServers: deps.avinodeServers }),
  })
  return async (turn: ClaimedTurn, signal: AbortSignal): Promise<void> => {
    const lost = new AbortController()
    const clock = AbortSignal.timeout(limits.seconds * 1000)
    const store = turnStore(deps.supabase.service, turn)
    const writer = createChunkWriter({
      async append(first_seq, chunks) {
        if (!(await store.append(first_seq, chunks))) throw new TurnLost()
      },
      onFailure: (error) => lost.abort(error),
    })
    try {
      await runTurn({
        deps,
        orchestrator,
        turn,
        store,
        writer,
        outside: AbortSignal.any([signal, lost.signal]),
        clock,
        maxTurns: limits.turns,
      })
    } finally {
      writer.close()
    }
  }
}

type Turn = {
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

async function runTurn(work: Turn): Promise<void> {
  const { deps, turn, writer, outside, clock } = work
  const origin = { kind: 'chat', turn_id: turn.turn_id, conversation_id: turn.conversation_id } as const
  const tools = toolContext(deps, turn, { seed: turn.turn_id, origin, signal: AbortSignal.any([outside, clock]) })
  const paused = turn.run_state === null ? undefined : readPausedRun(turn.run_state)
  const part = (paused?.part ?? 0) + 1
  const message_id = tools.newId(`message:${part}`)
  const { name: model } = deps.models('orchestrator')
  const metadata = { turn_id: turn.turn_id, model, offline: deps.models.offline }

  writer.write({ type: 'start', messageId: message_id, messageMetadata: metadata })
  const situation = await readSituation(tools)
  const context = startAgentRun(deps, tools, {
    facts: { turn_id: turn.turn_id, conversation_id: turn.conversation_id },
    retry_count: turn.run_state === null ? turn.attempt - 1 : 0,
    ...(paused && { earlier: paused }),
    situation,
    onStep: (step) => writer.write({ type: 'data-step', id: step.id, data: step }),
    onRequest: (request_id) => writer.write({ type: 'data-request', id: request_id, data: { request_id } }),
  })
  const text = createTurnText((chunk) => writer.write(chunk))
  const { executions } = context.run

  const finish = async (end: Omit<TurnEnd, 'messages'>, stopped = false) => {
    text.end()
    const content = text.content
    const message = { id: message_id, content, content_type: 'text' as const, rich_content: null }
    const told = { ...metadata, ...(stopped && { stopped }), steps: [...executions.steps] }
    writer.write(
      stopped
        ? { type: 'abort', reason: 'stopped' }
        : { type: 'finish', finishReason: end.status === 'failed' ? 'error' : 'stop', messageMetadata: told },
    )
    await writer.flush()
    const held = await work.store.complete({ ...end, messages: content === '' ? [] : [{ ...message, metadata: told }] })
    if (!held) throw new TurnLost()
  }

  const input = await prepareInput(work, context, paused)
  const execution = await executions.begin('orchestrator', {
    call_id: 'turn',
    input:
      typeof input === 'object' && 'input' in input ? { trigger: turn.trigger, items: input.input } : { resumed: part },
    resumes: paused !== undefined,
  })
  try {
    const result = await within(execution, () => stream(work, context, input, text))
    await executions.learnRequest(situation.request?.id)
    const approvals = await pendingApprovals(context, result)
    if (approvals.length > 0)
      return await interrupt({ context, execution, result, approvals, text, writer, part, finish })
    if (text.content === '') text.say('Done.')
    await executions.end(execution, { status: 'completed', output: text.content })
    await finish({ status: 'completed' })
  } catch (error) {
    const cause = execution.fatal ?? causeOf(error)
    const stopped = wasStopped(outside)
    if (stopped) await executions.end(execution, { status: 'completed', output: `${text.content} [stopped]` })
    else await executions.end(execution, failedEnding(cause, tools.signal))
    if (stopped) return finish({ status: 'stopped' }, true)
    if (outside.aborted) throw outside.reason
    if (cause instanceof UpstreamError || cause instanceof TurnLost) throw cause
    deps.log.error({ err: cause, turn_id: turn.turn_id }, 'a turn of the assistant failed')
    text.say(apologyFor(cause, clock))
    await finish({ status: 'failed', error: cause.message })
  }
}

/** What the turn needs to know of the SDK's result. */
type TurnResult = { interruptions?: { rawItem: object }[]; state: { toString(): string } }

type Input = { input: AgentInputItem[] } | { state: RunState<AgentContext, Agent<AgentContext>> }

/** A stored run goes on with what became of its approvals; where it cannot be restored, the outcomes are told in a new one. */
async function prepareInput(
  { orchestrator, turn }: Turn,
  context: AgentContext,
  paused: PausedRun | undefined,
): Promise<Input> {
  const outcomes = new Map<string, Approval>()
  for (const [call_id, approval_id] of paused?.approvals ?? []) {
    const approval = await readApproval(context.tools.db, approval_id)
    if (approval) outcomes.set(call_id, approval)
  }
  const state = paused && (await restoreRun(orchestrator, paused, turn.sdk_version, context))
  if (!state) {
    const trigger = Trigger.safeParse(turn.trigger).data ?? { kind: 'message' }
    return { input: await turnInput(turn, trigger, context.tools, [...outcomes.values()].map(describeOutcome)) }
  }
  for (const interruption of state.getInterruptions()) {
    const call_id = 'callId' in interruption.rawItem ? String(interruption.rawItem.callId) : ''
    const approval = outcomes.get(call_id)
    if (approval?.status === 'rejected' || approval?.status === 'expired')
      state.reject(interruption, { message: describeOutcome(approval) })
    else state.approve(interruption) // which only lets the tool read the outcome: the action itself was the outbox's
  }
  return { state }
}

async function stream({ orchestrator, maxTurns }: Turn, context: AgentContext, input: Input, text: TurnText) {
  const runner = new Runner(RUN_CONFIG)
  const { signal } = context.tools
  const result = await runner.run(orchestrator, 'state' in input ? input.state : input.input, {
    stream: true,
    context,
    maxTurns,
    signal,
  })
  for await (const event of result) text.take(event)
  await result.completed
  signal.throwIfAborted()
  return result
}

/** The approvals for which the run waits. Each was filed when the SDK asked whether the call needs one. */
async function pendingApprovals({ tools, run }: AgentContext, result: TurnResult) {
  const approvals: Approval[] = []
  for (const { rawItem } of result.interruptions ?? []) {
    const approval_id = run.outward.filed.get('callId' in rawItem ? String(rawItem.callId) : '')
    const approval = approval_id && (await readApproval(tools.db, approval_id))
    if (!approval) throw new Error('A run waits for an approval that was never filed')
    approvals.push(approval)
  }
  return approvals
}

type Interruption = {
  context: AgentContext
  execution: Execution
  result: TurnResult
  approvals: Approval[]
  text: TurnText
  writer: ChunkWriter
  part: number
  finish(end: Omit<TurnEnd, 'messages'>): Promise<void>
}

async function interrupt({ context, execution, result, approvals, text, writer, part, finish }: Interruption) {
  const { run } = context
  for (const { id, action, request_id, payload, expires_at } of approvals) {
    writer.write({ type: 'data-approval', id, data: { approval_id: id, action, request_id, payload, expires_at } })
  }
  if (text.content === '') text.say(approvals.map(waitingSentence).join('\n\n'))
  await run.executions.end(execution, { status: 'pending', output: text.content })
  const run_state = writePausedRun({
    part,
    state: result.state.toString(),
    approvals: [...run.outward.filed],
    executions: [...run.executions.ids],
  })
  await finish({ status: 'interrupted', run_state, sdk_version: SDK_VERSION })
}

function waitingSentence({ action, payload }: Approval): string {
  const to = (key: string) => (typeof payload[key] === 'string' ? payload[key] : '')
  if (action === 'send_proposal') {
    return `Proposal ${to('proposal_number')} is ready. The e-mail to ${to('to_name') || to('to_email')} waits for your approval; nothing is sent before you say yes.`
  }
  if (action === 'reply_to_operator')
    return `My answer to ${to('operator_name') || 'the operator'} waits for your approval; nothing is sent before you say yes.`
  if (action === 'cancel_request')
    return 'Cancelling this request waits for your approval; nothing is cancelled before you say yes.'
  if (action === 'accept_quote')
    return 'Accepting this quote waits for your approval; the operator hears nothing before you say yes.'
  return 'This waits for your approval; nothing happens before you say yes.'
}
