import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = { text: string } | { call: { name: string; arguments: object } } | { status: number } | 'silence'

/** Plays OpenAI's Responses API on the loopback: it answers the calls in the order of the script and keeps what it was asked. */
export async function startResponsesApi(script: Answer[]) {
  const asked: Record<string, unknown>[] = []
  const server = createServer(async (request, response) => {
    asked.push(JSON.parse(await bodyOf(request)))
    const answer = script.shift() ?? { status: 500 }
    if (answer === 'silence') return // the client gives up by itself
    if ('status' in answer) {
      response.writeHead(answer.status, { 'content-type': 'application/json' })
      return response.end(
        JSON.stringify({ error: { message: 'upstream detail that nobody should read', type: 'server_error' } }),
      )
    }
    if (asked.at(-1)?.stream) stream(response, answer)
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(finished(answer)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

type Said = Exclude<Answer, 'silence' | { status: number }>

const outputOf = (answer: Said) =>
  'text' in answer
    ? {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: answer.text, annotations: [] }],
      }
    : {
        id: 'fc_1',
        type: 'function_call',
        call_id: `call_${Math.random()}`,
        name: answer.call.name,
        arguments: JSON.stringify(answer.call.arguments),
        status: 'completed',
      }

const finished = (answer: Said) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 0,
  status: 'completed',
  model: 'gpt-test',
  output: [outputOf(answer)],
  usage: {
    input_tokens: 100,
    output_tokens: 20,
    total_tokens: 120,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  },
})

function stream(response: ServerResponse, answer: Said) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  let sequence_number = 0
  const send = (event: { type: string } & Record<string, unknown>) =>
    response.write(
      `event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number: sequence_number++ })}\n\n`,
    )
  send({ type: 'response.created', response: { ...finished(answer), status: 'in_progress', output: [] } })
  if ('text' in answer) {
    for (const delta of answer.text.match(/\S+\s*/g) ?? []) {
      send({
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta,
        logprobs: [],
      })
    }
  }
  send({ type: 'response.output_item.done', output_index: 0, item: outputOf(answer) })
  send({ type: 'response.completed', response: finished(answer) })
  response.end()
}
