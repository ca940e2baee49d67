import { Agent } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import { type AgentDeps, baseAgent, specialistTool } from './specialist.ts'

export const Communication = z.strictObject({
  proposal_id: z.string().nullable(),
  approval: z.enum(['executed', 'rejected', 'none']).describe('What became of the message that needed approval'),
  subject: z.string().nullable(),
  body: z.string().nullable(),
  note: z.string().describe('One sentence for the broker'),
})

/** Makes proposals and writes to clients and operators, without having seen a word of theirs. Nothing of it leaves before the broker approved it. */
export const createCommunication = (deps: AgentDeps) =>
  new Agent<AgentContext, typeof Communication>({
    ...baseAgent('communication', deps, [
      'create_proposal',
      'revise_proposal',
      'get_proposal',
      'list_proposals',
      'list_quotes',
      'send_proposal',
      'reply_to_operator',
    ]),
    handoffDescription: 'Writes to clients and operators',
    outputType: Communication,
  })

export const communicationTool = (deps: AgentDeps) =>
  specialistTool(createCommunication(deps), {
    agent_type: 'communication',
    description:
      'Makes the proposal for a quote (margin, PDF), changes its margin, drafts the e-mail to the client or the answer to an operator, and asks the broker for approval to send it.',
    parameters: z.strictObject({
      task: z.string().describe("What to do, with the broker's own wishes for the wording"),
      request_id: z.uuid().describe('The request'),
      quote_id: z.uuid().nullable().describe('The quote that the proposal is for, or null'),
      proposal_id: z.uuid().nullable().describe('The proposal, where it exists, or null'),
    }),
    limits: deps.limits,
  })
