import { setTimeout as pause } from 'node:timers/promises'
import type { Model, ModelRequest, ModelResponse, StreamEvent } from '@openai/agents'
import { UpstreamError } from '../tools/errors.ts'
import { currentExecution, remember } from './execution.ts'
import { faultOf, noAnswer, pauseBefore, unfinished } from './model-faults.ts'
import { chatSpan } from './spans.ts'

/**
 * A model whose use is counted in the run that called it, that is asked again where that helps, and whose outage ends that run
 * instead of being told to another model: a turn is better run again than answered with an excuse.
 */
export const meteredModel = (model: Model, { retries = 0 }: { retries?: number } = {}): Model => ({
  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    const release = reserve(request)
    const span = chatSpan(currentExecution())
    try {
      const response = await trying(retries, request.signal, () =>
        untilAborted(model.getResponse(request), request.signal),
      )
      count(response.usage)
      span.used(response.usage)
      return response
    } catch (error) {
      span.failed(error)
      throw told(error, request.signal)
    } finally {
      span.end()
      release()
    }
  },
  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    const release = reserve(request)
    const span = chatSpan(currentExecution())
    let whole = false
    try {
      for await (const event of beginning(model, request, retries)) {
        const cut = unfinished(event)
        if (cut) {
          count(cut.usage)
          span.used(cut.usage)
          throw cut.fault
        }
        if (event.type === 'response_done') {
          whole = true
          count(event.response.usage)
          span.used(event.response.usage)
        }
        yield event
      }
      if (!whole) throw noAnswer()
    } catch (error) {
      span.failed(error)
      throw told(error, request.signal)
    } finally {
      span.end()
      release()
    }
  },
})

/** A stream that breaks before its first event has said nothing yet, so it may begin again. */
async function* beginning(model: Model, request: ModelRequest, retries: number): AsyncIterable<StreamEvent> {
  const { signal } = request
  const [iterator, first] = await trying(retries, signal, async () => {
    const events = untilAbortedEach(model.getStreamedResponse(request), signal)[Symbol.asyncIterator]()
    return [events, await events.next()] as const
  })
  try {
    for (let next = first; !next.done; next = await iterator.next()) yield next.value
  } finally {
    await iterator.return?.()
  }
}

async function trying<T>(retries: number, signal: AbortSignal | undefined, attempt: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt()
    } catch (error) {
      const seconds = signal?.aborted || tries >= retries ? undefined : pauseBefore(error, tries)
      if (seconds === undefined) throw error
      const execution = currentExecution()
      if (execution) execution.model_retries += 1
      await pause(seconds * 1000, undefined, { ...(signal && { signal }) })
    }
  }
}

/** What ends the whole run is remembered, because the SDK would hide it from the agents above. */
function told(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return error
  const fault = faultOf(error)
  return fault instanceof UpstreamError && fault.upstream === 'model' ? remember(fault) : fault
}

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
