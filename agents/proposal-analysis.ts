import { Agent } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import { type AgentDeps, baseAgent, specialistTool } from './specialist.ts'

export const ProposalAnalysis = z.strictObject({
  request_id: z.string(),
  best_quote_id: z.string().nullable(),
  summary: z.string().describe('Which quote is best and why, in two or three sentences for the broker'),
  ranking: z.array(
    z.strictObject({
      quote_id: z.string(),
      ranking: z.int(),
      operator_name: z.string(),
      total_price: z.string().describe('As the tool gave it'),
      currency: z.string().describe('As the tool gave it'),
      score: z.int(),
      reason: z.string().describe('One short sentence'),
    }),
  ),
})
export type ProposalAnalysis = z.output<typeof ProposalAnalysis>

/**
 * Scores and ranks operators' quotes, says why, and reads what operators wrote. As the one agent that sees their words it can change
 * nothing by its own: the scores that it has written are calculated.
 */
export const createProposalAnalysis = (deps: AgentDeps) =>
  new Agent<AgentContext, typeof ProposalAnalysis>({
    ...baseAgent(
      'proposal_analysis',
      deps,
      ['score_quotes', 'compare_quotes', 'list_quotes', 'get_quote', 'list_messages'],
      { sight: 'marked' },
    ),
    handoffDescription: 'Compares quotes',
    outputType: ProposalAnalysis,
  })

export const proposalAnalysisTool = (deps: AgentDeps) =>
  specialistTool(createProposalAnalysis(deps), {
    agent_type: 'proposal_analysis',
    description:
      'Scores, ranks and compares the quotes of a request, and says which one is best and why. Also reads what an operator wrote, and reports it.',
    parameters: z.strictObject({
      task: z.string().describe('What the broker wants to know'),
      request_id: z.uuid().describe('The request'),
    }),
    limits: deps.limits,
  })
