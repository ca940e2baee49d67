import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Call = { name: string /** As text, what a model got wrong stays wrong. */; arguments: object | string }
type Usage = { input?: number; cached?: number; output?: number }

type Said = { usage?: Usage } & (
  | { text: string }
  | { call: Call }
  | { calls: Call[] }
  | { refusal: string }
  /** Cut off by the provider, after this much. */
  | { incomplete: 'max_output_tokens' | 'content_filter'; text: string }
  /** Broken off, inside an answer that began well. */
  | { failed: { code: string; message: string } }
)

type Answer =
  | Said
  | { status: number; headers?: Record<string, string>; message?: string }
  /** Nothing comes, and nothing is closed. */
  | 'silence'
  /** The connection breaks, before anything came or after the first words. */
  | 'reset'
  | 'reset in mid-answer'
  /** The stream ends without its last event. */
  | 'no end'
  | 'garbage'

/** Plays OpenAI's Responses API on the loopback: it answers the calls in the order of the script and keeps what it was asked. */
export async function startResponsesApi(script: Answer[]) {
  const asked: Record<string, unknown>[] = []
  const headers: IncomingMessage['headers'][] = []
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await bodyOf(request)))
    headers.push(request.headers)
    answerWith(script.shift() ?? { status: 500 }, response, asked.at(-1)?.stream === true)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    headers,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answerWith(answer: Answer, response: ServerResponse, streamed: boolean) {
  if (answer === 'silence') return // the client gives up by itself
  if (answer === 'reset') return response.destroy()
  if (answer === 'garbage')
    return response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: {"type":\n\n')
  if (answer === 'reset in mid-answer' || answer === 'no end') {
    begin(response)({ type: 'response.output_text.delta', ...place, delta: 'Half a ', logprobs: [] })
    if (answer === 'no end') response.end()
    else setImmediate(() => response.destroy())
    return
  }
  if ('status' in answer) {
    const { status, headers, message = 'upstream detail that nobody should read' } = answer
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    return response.end(JSON.stringify({ error: { message, type: 'server_error' } }))
  }
  if (streamed) return stream(response, answer)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(finished(answer)))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

function outputOf(answer: Said): object[] {
  const message = (content: object) => [
    { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [content] },
  ]
  if ('refusal' in answer) return message({ type: 'refusal', refusal: answer.refusal })
  if ('text' in answer) return message({ type: 'output_text', text: answer.text, annotations: [] })
  if ('failed' in answer) return []
  return ('calls' in answer ? answer.calls : [answer.call]).map(({ name, arguments: args }, at) => ({
    id: `fc_${at}`,
    type: 'function_call',
    call_id: `call_${Math.random()}`,
    name,
    arguments: typeof args === 'string' ? args : JSON.stringify(args),
    status: 'completed',
  }))
}

function finished(answer: Said) {
  const { input = 100, cached = 0, output = 20 } = answer.usage ?? {}
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 0,
    status: 'incomplete' in answer ? 'incomplete' : 'failed' in answer ? 'failed' : 'completed',
    incomplete_details: 'incomplete' in answer ? { reason: answer.incomplete } : null,
    error: 'failed' in answer ? answer.failed : null,
    model: 'gpt-test',
    output: outputOf(answer),
    usage: {
      input_tokens: input,
      output_tokens: output,
      total_tokens: input + output,
      input_tokens_details: { cached_tokens: cached },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  }
}

const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }

function begin(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let sequence_number = 0
  return (event: { type: string } & Record<string, unknown>) =>
    response.write(
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: sequence_number++ })}\n\n`,
    )
}

function stream(response: ServerResponse, answer: Said) {
  const send = begin(response)
  const whole = finished(answer)
  send({ type: 'response.created', response: { ...whole, status: 'in_progress', output: [] } })
  if ('text' in answer) {
    for (const delta of answer.text.match(/\S+\s*/g) ?? []) {
      send({ type: 'response.output_text.delta', ...place, delta, logprobs: [] })
    }
  }
  if ('refusal' in answer) send({ type: 'response.refusal.delta', ...place, delta: answer.refusal })
  whole.output.forEach((item, output_index) => {
    send({ type: 'response.output_item.done', output_index, item })
  })
  send({ type: `response.${whole.status}`, response: whole })
  response.end()
}
