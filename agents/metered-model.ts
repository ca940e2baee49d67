import type { Model, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents'
import { APIConnectionError, APIError } from 'openai'
import { UpstreamError } from '../tools/errors.ts'
import { currentExecution, remember } from './execution.ts'

/**
 * A model whose use is counted in the run that called it, and whose outage ends that run instead of being told to another
 * model: a turn is better run again than answered with an excuse.
 */
export const meteredModel = (model: Model): Model => ({
  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    try {
      const response = await untilAborted(model.getResponse(request), request.signal)
      count(response.usage.inputTokens, response.usage.outputTokens)
      return response
    } catch (error) {
      throw outage(error, request.signal)
    }
  },
  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    try {
      for await (const event of untilAbortedEach(model.getStreamedResponse(request), request.signal)) {
        if (event.type === 'response_done') count(event.response.usage.inputTokens, event.response.usage.outputTokens)
        yield event
      }
    } catch (error) {
      throw outage(error, request.signal)
    }
  },
})

function count(input: number, output: number) {
  const execution = currentExecution()
  if (!execution) return
  execution.tokens.requests += 1
  execution.tokens.input += input
  execution.tokens.output += output
  try {
    execution.log.spendTokens(input + output)
  } catch (error) {
    throw remember(error)
  }
}

function outage(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted || !isOutage(error)) return error
  const retry_after_seconds =
    Number(error instanceof APIError ? error.headers?.get('retry-after') : undefined) || undefined
  const upstream = new UpstreamError('model', 'The language model does not answer', {
    cause: error,
    ...(retry_after_seconds !== undefined && { retry_after_seconds }),
  })
  return remember(upstream)
}

// A wrong key or a project without credit is mended outside as well, and the broker's message is worth keeping until then.
const OUTAGE_STATUS = [401, 402, 403, 408, 409, 429]

function isOutage(error: unknown): boolean {
  if (error instanceof UpstreamError) return error.upstream === 'model'
  if (error instanceof APIConnectionError) return true
  if (error instanceof APIError)
    return error.status === undefined || error.status >= 500 || OUTAGE_STATUS.includes(error.status)
  return error instanceof TypeError && error.message === 'terminated' // undici's word for a connection that broke in mid-answer
}

/** A model that does not listen to the signal is left behind. */
async function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer
  signal.throwIfAborted()
  let leave = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    leave = () => reject(signal.reason)
  })
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

async function* untilAbortedEach<T>(events: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  const iterator = events[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await untilAborted(iterator.next(), signal)
      if (done) return
      yield value
    }
  } finally {
    iterator.return?.().catch(() => undefined) // nobody waits for a stream that was left
  }
}
