import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { findRow, rows } from '../tools/database.ts'
import { postAssistantMessage } from '../tools/messages/post-message.ts'
import { pricesIn } from '../tools/messages/stated-facts.ts'
import { parseMoney, sayMoney } from '../tools/money.ts'
import { type Quote, readQuotes } from '../tools/quotes/quote.ts'
import { type AgentsDeps, limitsOf, toolContext } from './agent-deps.ts'
import { startAgentRun } from './agent-run.ts'
import { brokerOfRequest } from './background-broker.ts'
import { withModelsLeft } from './background-models.ts'
import { deterministicId } from './deterministic-id.ts'
import { recordToolCalls } from './execution.ts'
import { createProposalAnalysis, ProposalAnalysis } from './proposal-analysis.ts'
import { runAlone } from './run-alone.ts'

/**
 * Analyses the quotes of one request as its broker, and tells the broker in the request's room. Once for each set of quotes: a
 * second call for the same set changes nothing. `key` names the state of the quotes for which it was asked; the present one counts.
 */
export function createQuoteAnalyser(deps: AgentsDeps) {
  const limits = limitsOf(deps)

  return async (request_id: string, _key: string, signal: AbortSignal): Promise<void> => {
    const broker = await brokerOfRequest(deps.supabase.service, request_id)
    if (!broker) return // gone, or its broker is no longer active
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(limits.seconds * 1000)])
    const look = toolContext(deps, broker, { seed: request_id, origin: BACKGROUND, signal: bounded })
    const quote_ids = await liveQuotes(request_id, look)
    const room = await roomOf(request_id, look)
    if (quote_ids.length === 0) return
    const seed = deterministicId(request_id, `analysis:${quote_ids.join(',')}`)
    const message_id = deterministicId(seed, 'comparison')
    if (room && (await isPosted(message_id, look))) return

    const tools = toolContext(deps, broker, { seed, origin: BACKGROUND, signal: bounded })
    const work = await withModelsLeft(deps, broker.iso_agent_id)
    const agent = recordToolCalls(createProposalAnalysis({ models: work.models, limits }))
    const context = startAgentRun(work, tools, { facts: { background: 'quote_analysis' }, retry_count: 0, request_id })
    const task = 'Score and rank the quotes that came in, and say which one is best and why.'
    const input = { task, request_id }
    const analysis = await runAlone(agent, {
      agent_type: 'proposal_analysis',
      output: ProposalAnalysis,
      input,
      context,
      maxTurns: limits.turns,
    })
    const reasons = new Map(analysis.ranking.map(({ quote_id, reason }) => [quote_id, reason]))
    const ranking = (await readQuotes(request_id, tools)).filter(isRanked).map((quote) => ({
      quote_id: quote.id,
      ranking: quote.ranking,
      operator_name: quote.operator_name,
      total_price: quote.total_price,
      currency: quote.currency,
      score: quote.score,
      reason: reasons.get(quote.id) ?? '',
    }))
    if (!room || ranking.length === 0) return
    await postAssistantMessage(
      {
        id: message_id,
        conversation_id: room,
        content_type: 'workflow_update',
        content: comparisonText(isTrue(analysis.summary, ranking) ? analysis.summary : null, ranking),
        rich_content: {
          card: 'comparison',
          request_id,
          best_quote_id: ranking[0]?.quote_id ?? null,
          ranking,
        },
      },
      tools,
    )
  }
}

const BACKGROUND = { kind: 'background', turn_id: null, conversation_id: null } as const

async function liveQuotes(request_id: string, { db }: ToolContext): Promise<string[]> {
  const query = db
    .from('quotes')
    .select('id')
    .eq('request_id', request_id)
    .in('status', ['received', 'analyzed'])
    .order('id')
  return (await rows(z.object({ id: z.uuid() }), query)).map(({ id }) => id)
}

async function roomOf(request_id: string, { db }: ToolContext): Promise<string | null> {
  const row = z.object({ primary_conversation_id: z.uuid().nullable() })
  const found = await findRow(row, db.from('requests').select('primary_conversation_id').eq('id', request_id).limit(1))
  return found?.primary_conversation_id ?? null
}

async function isPosted(message_id: string, { db }: ToolContext): Promise<boolean> {
  return (
    (await findRow(z.object({ id: z.uuid() }), db.from('messages').select('id').eq('id', message_id).limit(1))) !==
    undefined
  )
}

const isRanked = (quote: Quote): quote is Quote & { ranking: number; score: number } =>
  ['received', 'analyzed'].includes(quote.status) && quote.ranking !== null && quote.score !== null

type Ranked = Omit<ProposalAnalysis['ranking'][number], 'quote_id'>

/** Whether every amount in a model's words is one that an operator asked, or lies between two of them. */
function isTrue(summary: string, ranking: Ranked[]): boolean {
  const prices = ranking.map(({ total_price }) => parseMoney(total_price))
  const known = new Set([...prices, ...prices.flatMap((one) => prices.map((other) => one - other))])
  return pricesIn(summary).every((cents) => known.has(cents))
}

/** A model says why; names, prices and scores are those of the rows. Where its summary tells of the first, the list goes on with the second. */
function comparisonText(summary: string | null, ranking: Ranked[]): string {
  const lines = (summary === null ? ranking : ranking.slice(1)).map(
    ({ ranking, operator_name, total_price, currency, score, reason }) =>
      `${ranking}. ${operator_name}, ${sayMoney(total_price, currency)}, score ${score}: ${reason}`,
  )
  const next = 'Tell me which one to propose, and I prepare the e-mail for your approval.'
  return [summary, lines.join('\n'), next].filter(Boolean).join('\n\n')
}
