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
    const release = reserve(request)
    try {
      const response = await untilAborted(model.getResponse(request), request.signal)
      count(response.usage)
      return response
    } catch (error) {
      throw outage(error, request.signal)
    } finally {
      release()
    }
  },
  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    const release = reserve(request)
    try {
      for await (const event of untilAbortedEach(model.getStreamedResponse(request), request.signal)) {
        if (event.type === 'response_done') count(event.response.usage)
        yield event
      }
    } catch (error) {
      throw outage(error, request.signal)
    } finally {
      release()
    }
  },
})

/** About what the question alone takes: a token is four characters of English, and JSON is no shorter. */
const CHARACTERS_PER_TOKEN = 4

/** A run that has spent what it may asks no model any more. */
function reserve({ systemInstructions = '', input, tools }: ModelRequest): () => void {
  const execution = currentExecution()
  if (!execution) return () => undefined
  const characters = systemInstructions.length + JSON.stringify([input, tools]).length
  try {
    const tokens = { input: Math.ceil(characters / CHARACTERS_PER_TOKEN), cached: 0, output: 0 }
    return execution.log.reserve(execution.agent_type, tokens)
  } catch (error) {
    throw remember(error)
  }
}

type Reported = { inputTokens: number; outputTokens: number; inputTokensDetails?: unknown }

function count({ inputTokens: input, outputTokens: output, inputTokensDetails }: Reported) {
  const execution = currentExecution()
  if (!execution) return
  const cached = Math.min(input, cachedIn(inputTokensDetails))
  execution.tokens.requests += 1
  execution.tokens.input += input
  execution.tokens.cached += cached
  execution.tokens.output += output
  execution.log.spend(execution.agent_type, { input, cached, output })
}

/** One object for a response, or one for each request of it. */
function cachedIn(details: unknown): number {
  const all: unknown[] = Array.isArray(details) ? details : [details]
  return all.reduce<number>((sum, one) => {
    const cached = typeof one === 'object' && one !== null && 'cached_tokens' in one ? Number(one.cached_tokens) : 0
    return sum + (Number.isFinite(cached) ? cached : 0)
  }, 0)
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
