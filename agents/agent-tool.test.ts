import { Agent, Runner } from '@openai/agents'
import { assistantMessage, functionCall, ScriptedModel } from '@openai/agents/testing'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { ConflictError, LimitExceededError, UpstreamError } from '../tools/errors.ts'
import { defineTool } from '../tools/tool.ts'
import { type AgentContext, agentContext } from './agent-context.ts'
import { agentTool } from './agent-tool.ts'
import { createBudget, DEFAULT_LIMITS } from './limits.ts'
import { createOutwardCalls } from './outward-calls.ts'

const context = (tool_calls = 25): AgentContext =>
  agentContext(
    { signal: new AbortController().signal, broker: { iso_agent_id: 'dana' }, db: {} } as AgentContext['tools'],
    {
      executions: { learnRequest: async () => undefined } as unknown as AgentContext['run']['executions'], // no database in these tests
      budget: createBudget(
        { ...DEFAULT_LIMITS, tool_calls },
        { open: async () => undefined, spend: () => undefined, reserve: () => () => undefined, close: () => undefined },
      ),
      outward: createOutwardCalls(),
      situation: async () => ({}),
      first_request_id: null,
    },
  )

const lookUp = (run: (text: string, signal: AbortSignal) => Promise<{ found: string }>) =>
  defineTool({
    name: 'look_up',
    description: 'Looks something up',
    effect: 'read',
    input: z.strictObject({ text: z.string().min(2).describe('What') }),
    output: z.object({ found: z.string() }),
    run: ({ text }, { signal }) => run(text, signal),
  })

/** Lets a model call the tool once, and returns what it was told. */
async function told(tool: ReturnType<typeof lookUp>, input: object = { text: 'Acme' }, scope = context()) {
  const model = new ScriptedModel([
    [functionCall('look_up', { ...input }, { callId: 'call-1' })],
    [assistantMessage('So be it.')],
  ])
  const agent = new Agent<AgentContext>({ name: 'test', model, tools: [agentTool(tool)] })
  await new Runner({ tracingDisabled: true }).run(agent, 'Go', { context: scope })
  const items = model.lastCall?.request.input
  const result = Array.isArray(items) ? items.find((item) => item.type === 'function_call_result') : undefined
  const output = result && 'output' in result ? result.output : undefined
  return typeof output === 'object' && output !== null && 'text' in output ? output.text : output
}

it('gives the model the output as JSON', async () => {
  expect(await told(lookUp(async (text) => ({ found: text })))).toBe('{"found":"Acme"}')
})

it('tells the model about failures that it can act on, in our own words', async () => {
  expect(await told(lookUp(() => Promise.reject(new ConflictError('It moved on'))))).toBe('conflict: It moved on')
  expect(await told(lookUp(() => Promise.reject(new UpstreamError('avinode', 'Avinode does not answer'))))).toBe(
    'upstream_unavailable: Avinode does not answer',
  )
  expect(
    await told(
      lookUp(async () => ({ found: '' })),
      { text: 'A' },
    ),
  ).toMatch(/^invalid_input: /)
})

it('ends the run on a defect, on a spent limit, and when the database is down', async () => {
  await expect(told(lookUp(() => Promise.reject(new TypeError('secret detail'))))).rejects.toThrow('secret detail')
  await expect(
    told(
      lookUp(async () => ({ found: '' })),
      { text: 'Acme' },
      context(0),
    ),
  ).rejects.toThrow(/more than 0 steps/)
  await expect(told(lookUp(() => Promise.reject(new LimitExceededError('enough'))))).rejects.toThrow('enough')
  await expect(
    told(lookUp(() => Promise.reject(new UpstreamError('database', 'The database does not answer')))),
  ).rejects.toThrow('database')
})
