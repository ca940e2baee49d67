import type { Log } from '../tools/context.ts'
import type { AgentType } from './agent-type.ts'
import { currentExecution, type Execution, type Step, stepId, type ToolCallRecord } from './execution.ts'
import type { Budget } from './limits.ts'
import { masked } from './masking.ts'
import type { Models } from './models-from.ts'
import type { TokenUse } from './prices.ts'
import { beginRunSpan, endRunSpan, endToolSpan, spanAbove } from './spans.ts'

export type Ending =
  | { status: 'completed'; output: unknown }
  | { status: 'failed' | 'timeout'; error: Error }
  /** Waits for a person; the same row goes on later. */
  | { status: 'pending'; output: unknown }

type EarlierPart = Pick<Execution, 'tokens'> & { tool_calls: ToolCallRecord[]; execution_time_ms: number }

export type ExecutionStore = {
  write(id: string, row: Record<string, unknown>): Promise<void>
  /** The part of a run that was stored before it waited for a person. */
  read(id: string): Promise<EarlierPart | undefined>
}

/** Keeps every run of every agent of one turn (or of one piece of background work) as a row. */
export type ExecutionLog = {
  begin(agent_type: AgentType, start: { call_id: string; input: unknown; resumes: boolean }): Promise<Execution>
  end(execution: Execution, ending: Ending): Promise<void>
  /** Ties every run that belongs to no request yet to this one, if it is the broker's. */
  learnRequest(request_id: string | undefined): Promise<void>
  stepChanged(step: Step): void
  spend(agent_type: AgentType, tokens: TokenUse): void
  /** Sets aside what a question will take. Throws `LimitExceededError` when all the runs together have not that much left. */
  reserve(agent_type: AgentType, tokens: TokenUse): () => void
  /** Throws `LimitExceededError` for a call that is too many. */
  spendToolCall(): void
  readonly steps: readonly Step[]
  /** The request that the runs are about, as far as it is known. */
  readonly request_id: string | undefined
  /** Row ids by tool call id, so that a run that waits finds its rows again. */
  readonly ids: ReadonlyMap<string, string>
}

type Options = {
  store: ExecutionStore
  newId(key: string): string
  /** Row ids of the runs that began before a person was asked. */
  earlier?: Iterable<[call_id: string, execution_id: string]>
  /** Whether a request is the broker's own: the log is written with more rights than the broker has. */
  ownsRequest(request_id: string): Promise<boolean>
  /** Goes into every row's metadata. */
  facts: Record<string, unknown>
  models: Models
  retry_count: number
  request_id: string | null
  budget: Pick<Budget, 'spend' | 'reserve' | 'spendToolCall'>
  onStep?(step: Step): void
  onRequest?(request_id: string): void
  log: Log
}

/** Writes a row when a run begins and again when it ends. Failing to write is logged, never thrown: the deal matters more. */
export function createExecutionLog(options: Options): ExecutionLog {
  const { store, newId, ownsRequest, retry_count, onStep, onRequest, log } = options
  const runs: Execution[] = []
  const ids = new Map(options.earlier)
  const steps = new Map<string, Step>()
  let request = options.request_id

  const write = async (id: string, row: Record<string, unknown>) => {
    try {
      await store.write(id, masked(row) as typeof row)
    } catch (error) {
      log.warn({ err: error, execution_id: id }, 'a run could not be recorded')
    }
  }

  const priced = (agent_type: AgentType, tokens: TokenUse) => ({
    tokens: tokens.input + tokens.output,
    cost_usd: options.models.costUsd(agent_type, tokens) ?? 0,
  })

  const self: ExecutionLog = {
    ids,
    async begin(agent_type, { call_id, input, resumes }) {
      const parent = currentExecution()
      const id = (resumes && ids.get(call_id)) || newId(`execution:${ids.size + 1}:${agent_type}`)
      ids.set(call_id, id)
      const earlier = resumes ? await store.read(id).catch(() => undefined) : undefined
      const model = options.models(agent_type).name
      const provider = options.models.offline ? 'jetvision' : 'openai'
      const above = spanAbove(parent, call_id)
      const execution: Execution = {
        id,
        agent_type,
        parent,
        model,
        provider,
        span: beginRunSpan(agent_type, { id, model, provider, facts: options.facts, above }),
        parent_step: parent ? stepId(parent, call_id) : null,
        log: self,
        started_at: new Date(),
        earlier_ms: earlier?.execution_time_ms ?? 0,
        request_id: request,
        tokens: earlier?.tokens ?? { requests: 0, input: 0, cached: 0, output: 0 },
        model_retries: 0,
        tool_calls: earlier?.tool_calls ?? [],
        begun: new Set(earlier?.tool_calls),
        fatal: undefined,
        problem: undefined,
        result: undefined,
        instructions: undefined,
      }
      runs.push(execution)
      const beginning = {
        input_data: { input },
        started_at: execution.started_at,
        completed_at: null,
        output_data: null,
      }
      await write(id, {
        agent_type,
        agent_id: agent_type,
        status: 'running',
        retry_count,
        error_message: null,
        error_stack: null,
        metadata: metadataOf(execution, options),
        ...(request && { request_id: request }),
        ...(!earlier && beginning),
      })
      return execution
    },
    async end(execution, ending) {
      for (const call of execution.tool_calls) {
        if (call.duration_ms !== null) continue
        call.error ??= 'did not finish'
        endToolSpan(call)
      }
      endRunSpan(execution, ending)
      const error = 'error' in ending ? ending.error : undefined
      await write(execution.id, {
        agent_type: execution.agent_type,
        status: ending.status,
        output_data: 'output' in ending ? { output: ending.output ?? null } : null,
        error_message: error?.message ?? null,
        error_stack: error?.stack ?? null,
        execution_time_ms: execution.earlier_ms + Date.now() - execution.started_at.getTime(),
        completed_at: ending.status === 'pending' ? null : new Date(),
        metadata: metadataOf(execution, options),
        ...(execution.request_id && { request_id: execution.request_id }),
      })
    },
    async learnRequest(request_id) {
      if (!request_id || request === request_id || !(await ownsRequest(request_id))) return
      request = request_id
      onRequest?.(request_id)
      const orphans = runs.filter((run) => run.request_id === null)
      for (const orphan of orphans) orphan.request_id = request_id
      await Promise.all(orphans.map(({ id, agent_type }) => write(id, { agent_type, request_id })))
    },
    stepChanged(step) {
      steps.set(step.id, step)
      onStep?.(step)
    },
    spend: (agent_type, tokens) => options.budget.spend(priced(agent_type, tokens)),
    reserve: (agent_type, tokens) => options.budget.reserve(priced(agent_type, tokens)),
    spendToolCall: options.budget.spendToolCall,
    get request_id() {
      return request ?? undefined
    },
    get steps() {
      return [...steps.values()]
    },
  }
  return self
}

const metadataOf = (
  { parent, agent_type, model, tokens, model_retries, tool_calls }: Execution,
  { facts, models }: Options,
) => ({
  ...facts,
  parent_execution_id: parent?.id ?? null,
  model,
  offline: models.offline,
  tokens: { ...tokens, total: tokens.input + tokens.output },
  cost_usd: models.costUsd(agent_type, tokens),
  model_retries,
  tool_calls,
})
