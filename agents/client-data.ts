import { Agent } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import { type AgentDeps, baseAgent, specialistTool } from './specialist.ts'

export const ClientData = z.strictObject({
  client: z
    .strictObject({
      id: z.string(),
      company_name: z.string(),
      contact_name: z.string().nullable(),
      email: z.string().nullable(),
    })
    .nullable()
    .describe('The one client that was meant, or null'),
  candidates: z
    .array(z.strictObject({ id: z.string(), company_name: z.string() }))
    .describe('When it is not certain who was meant'),
  created: z.boolean().describe('Whether the client was created just now'),
  preferences_summary: z.string().nullable().describe('What the client likes, in one sentence'),
  note: z.string().describe('One sentence for the broker'),
})

/** Finds, creates and changes the broker's clients, and ties a client to a request. */
export const createClientData = (deps: AgentDeps) =>
  new Agent<AgentContext, typeof ClientData>({
    ...baseAgent('client_data', deps, [
      'find_clients',
      'list_clients',
      'get_client',
      'create_client',
      'update_client',
      'update_request',
    ]),
    handoffDescription: "Knows the broker's clients",
    outputType: ClientData,
  })

export const clientDataTool = (deps: AgentDeps) =>
  specialistTool(createClientData(deps), {
    agent_type: 'client_data',
    description:
      "Finds the client that the broker names, with what it likes, and ties it to the request. Creates a client only when the task says that the broker agreed to it. Changes clients' data.",
    parameters: z.strictObject({
      task: z.string().describe('What to do, with the name as the broker wrote it'),
      request_id: z.uuid().nullable().describe('The request the client is for, or null'),
    }),
    limits: deps.limits,
  })
