import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { findRow } from '../tools/database.ts'
import { type AgentContext, agentContext } from './agent-context.ts'
import { type AgentsDeps, limitsOf } from './agent-deps.ts'
import { dayAccount } from './day-ledger.ts'
import type { Step } from './execution.ts'
import { createExecutionLog } from './execution-log.ts'
import { createBudget } from './limits.ts'
import { createOutwardCalls } from './outward-calls.ts'
import { readSituation, type Situation } from './situation.ts'
import { executionStore } from './turn-store.ts'

type Options = {
  facts: Record<string, unknown>
  retry_count: number
  request_id?: string | null
  /** Ids of what an earlier part of the same run filed and recorded. */
  earlier?: { approvals: Iterable<[string, string]>; executions: Iterable<[string, string]> }
  /** Read already, so that the first agent need not read it again. */
  situation?: Situation
  onStep?(step: Step): void
  onRequest?(request_id: string): void
}

/** Everything that the agents of one run share. */
export function startAgentRun(deps: AgentsDeps, tools: ToolContext, options: Options): AgentContext {
  const budget = createBudget(limitsOf(deps), dayAccount(deps, tools.broker.iso_agent_id))
  let firstSituation = options.situation
  const executions = createExecutionLog({
    store: executionStore(deps.supabase.service),
    newId: tools.newId,
    earlier: options.earlier?.executions ?? [],
    ownsRequest: (request_id) => ownsRequest(request_id, tools),
    facts: { ...options.facts, iso_agent_id: tools.broker.iso_agent_id },
    models: deps.models,
    retry_count: options.retry_count,
    request_id: options.request_id ?? null,
    budget,
    ...(options.onStep && { onStep: options.onStep }),
    ...(options.onRequest && { onRequest: options.onRequest }),
    log: deps.log,
  })
  return agentContext(tools, {
    executions,
    budget,
    outward: createOutwardCalls(options.earlier?.approvals),
    first_request_id: options.situation?.request?.id ?? options.request_id ?? null,
    async situation() {
      const known = firstSituation
      firstSituation = undefined
      return known ?? readSituation(tools, options.request_id ?? null)
    },
  })
}

async function ownsRequest(id: string, { db, broker }: ToolContext): Promise<boolean> {
  const query = db.from('requests').select('id').eq('id', id).eq('iso_agent_id', broker.iso_agent_id).limit(1)
  return (await findRow(z.object({ id: z.uuid() }), query)) !== undefined
}
