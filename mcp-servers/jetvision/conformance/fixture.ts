import { randomBytes } from 'node:crypto'
import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  createRequestStateCodec,
  inputRequired,
  McpServer,
  ResourceTemplate,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'

/** A red pixel, and a sound without samples. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA='

const states = createRequestStateCodec<{ step: number }>({ key: randomBytes(32) })

/** What the conformance suite wants to find on a server, so that it can look at everything around it: protocol, transport, origins. */
export function createConformanceServer(): McpServer {
  const server = new McpServer(
    { name: 'jetvision-conformance', version: '1.0.0' },
    {
      requestState: { verify: states.verify },
      capabilities: { logging: {}, completions: {}, resources: { subscribe: true } },
    },
  )
  registerContents(server)
  registerMessages(server)
  registerQuestions(server)
  registerResources(server)
  acceptSubscriptions(server)
  registerPrompts(server)
  return server
}

const said = (text: string) => ({ content: [{ type: 'text' as const, text }] })
const picture = { type: 'image' as const, data: PNG, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, text: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text },
})

function registerContents(server: McpServer) {
  const tool = (name: string, answer: () => Awaited<ReturnType<Parameters<McpServer['registerTool']>[2]>>) =>
    server.registerTool(name, { description: name }, () => answer())
  tool('test_simple_text', () => said('This is a simple text response for testing.'))
  tool('test_image_content', () => ({ content: [picture] }))
  tool('test_audio_content', () => ({ content: [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }] }))
  tool('test_embedded_resource', () => ({
    content: [resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  }))
  tool('test_multiple_content_types', () => ({
    content: [
      { type: 'text', text: 'Multiple content types test:' },
      picture,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  }))
  tool('test_error_handling', () => {
    throw new Error('This tool intentionally returns an error for testing')
  })
}

function registerMessages(server: McpServer) {
  server.registerTool('test_tool_with_progress', { description: 'Reports progress' }, async ({ mcpReq }) => {
    const progressToken = mcpReq._meta?.progressToken ?? 0
    for (const progress of [0, 50, 100])
      await mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress, total: 100 } })
    return said(String(progressToken))
  })
  for (const name of ['test_tool_with_logging', 'test_logging_tool'])
    server.registerTool(name, { description: 'Logs' }, async ({ mcpReq }) => {
      for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed'])
        await mcpReq.log('info', line)
      return said('Done')
    })
}

const asks = (message: string, property: string, type: 'string' | 'boolean' = 'string') =>
  inputRequired.elicit({
    message,
    requestedSchema: {
      type: 'object',
      properties: { [property]: type === 'string' ? { type } : { type } },
      required: [property],
    },
  })
const samples = (text: string, maxTokens: number) =>
  inputRequired.createMessage({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens })

function registerQuestions(server: McpServer) {
  const tool = (name: string, run: (context: ServerContext) => ReturnType<Parameters<McpServer['registerTool']>[2]>) =>
    server.registerTool(name, { description: name }, run)
  const answers = ({ mcpReq }: ServerContext) => mcpReq.inputResponses

  for (const name of ['test_input_required_result_elicitation', 'test_streaming_elicitation'])
    tool(name, (context) => {
      const name = acceptedContent<{ name: string }>(answers(context), 'user_name')?.name
      return typeof name === 'string'
        ? said(`Hello, ${name}!`)
        : inputRequired({ inputRequests: { user_name: asks('What is your name?', 'name') } })
    })
  for (const name of ['test_input_required_result_sampling', 'test_missing_capability'])
    tool(name, (context) => {
      const given = answers(context)?.capital_question
      return given
        ? said(JSON.stringify(given))
        : inputRequired({ inputRequests: { capital_question: samples('What is the capital of France?', 100) } })
    })
  tool('test_input_required_result_list_roots', (context) => {
    const given = answers(context)?.client_roots
    return given
      ? said(JSON.stringify(given))
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } })
  })
  for (const name of ['test_input_required_result_request_state', 'test_input_required_result_tampered_state'])
    tool(name, async (context) =>
      answers(context) && context.mcpReq.requestState()
        ? said('state-ok')
        : inputRequired({
            inputRequests: { confirm: asks('Please confirm', 'ok', 'boolean') },
            requestState: await states.mint({ step: 1 }),
          }),
    )
  tool('test_input_required_result_multiple_inputs', async (context) =>
    context.mcpReq.requestState() && Object.keys(answers(context) ?? {}).length === 3
      ? said(JSON.stringify(answers(context)))
      : inputRequired({
          inputRequests: {
            user_name: asks('What is your name?', 'name'),
            greeting: samples('Generate a greeting', 50),
            client_roots: inputRequired.listRoots(),
          },
          requestState: await states.mint({ step: 1 }),
        }),
  )
  tool('test_input_required_result_multi_round', async (context) => {
    const step = context.mcpReq.requestState<{ step: number }>()?.step ?? 0
    if (step === 2) return said('Done')
    const question = step === 0 ? asks('Step 1: What is your name?', 'name') : asks('Step 2: Which colour?', 'color')
    return inputRequired({
      inputRequests: { [`step${step + 1}`]: question },
      requestState: await states.mint({ step: step + 1 }),
    })
  })
  tool('test_input_required_result_capabilities', ({ mcpReq }) => {
    const envelope: Record<string, unknown> = { ...mcpReq.envelope }
    const can = Object(envelope[CLIENT_CAPABILITIES_META_KEY])
    return inputRequired({
      inputRequests: {
        ...('sampling' in can && { question: samples('What is the capital of France?', 100) }),
        ...('elicitation' in can && { name: asks('What is your name?', 'name') }),
      },
    })
  })
}

function registerResources(server: McpServer) {
  const text = (uri: string, words: string) => ({ contents: [{ uri, mimeType: 'text/plain', text: words }] })
  const about = { mimeType: 'text/plain', description: 'A resource for testing' }
  server.registerResource('static-text', 'test://static-text', { title: 'Static text', ...about }, ({ href }) =>
    text(href, 'This is the content of the static text resource.'),
  )
  server.registerResource('watched', 'test://watched-resource', { title: 'Watched', ...about }, ({ href }) =>
    text(href, 'Watched resource content'),
  )
  const binary = { title: 'Static binary', ...about, mimeType: 'image/png' }
  server.registerResource('static-binary', 'test://static-binary', binary, ({ href }) => ({
    contents: [{ uri: href, mimeType: 'image/png', blob: PNG }],
  }))
  const template = new ResourceTemplate('test://template/{id}/data', { list: undefined })
  server.registerResource('template', template, { title: 'Template', ...about }, ({ href }, { id }) => ({
    contents: [
      {
        uri: href,
        mimeType: 'application/json',
        text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
      },
    ],
  }))
}

/** Old clients subscribe by a request of its own. */
function acceptSubscriptions({ server }: McpServer) {
  server.setRequestHandler('resources/subscribe', () => ({}))
  server.setRequestHandler('resources/unsubscribe', () => ({}))
}

function registerPrompts(server: McpServer) {
  const user = <Content>(...contents: Content[]) => ({
    messages: contents.map((content) => ({ role: 'user' as const, content })),
  })
  const words = (text: string) => ({ type: 'text' as const, text })
  server.registerPrompt('test_simple_prompt', { description: 'Simple' }, () =>
    user(words('This is a simple prompt for testing.')),
  )
  const two = z.object({ arg1: z.string().describe('First'), arg2: z.string().describe('Second') })
  server.registerPrompt('test_prompt_with_arguments', { description: 'Arguments', argsSchema: two }, ({ arg1, arg2 }) =>
    user(words(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  )
  const one = z.object({ resourceUri: z.string().describe('What to embed') })
  server.registerPrompt('test_prompt_with_embedded_resource', { description: 'Embeds', argsSchema: one }, (args) => ({
    messages: [
      { role: 'user', content: resource(args.resourceUri, 'text/plain', 'Embedded resource content for testing.') },
      { role: 'user', content: words('Please process the embedded resource above.') },
    ],
  }))
  server.registerPrompt('test_prompt_with_image', { description: 'An image' }, () => ({
    messages: [
      { role: 'user', content: picture },
      { role: 'user', content: words('Please analyze the image above.') },
    ],
  }))
  server.registerPrompt('test_input_required_result_prompt', { description: 'Asks' }, ({ mcpReq }) => {
    const given = acceptedContent<{ context: string }>(mcpReq.inputResponses, 'user_context')
    return given
      ? user(words(given.context))
      : inputRequired({ inputRequests: { user_context: asks('What context should the prompt use?', 'context') } })
  })
  server.server.setRequestHandler('completion/complete', () => ({
    completion: { values: [], total: 0, hasMore: false },
  }))
}
