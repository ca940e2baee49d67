import { ModelBehaviorError, type StreamEvent } from '@openai/agents'
import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { z } from 'zod'
import { UpstreamError } from '../tools/errors.ts'
import { maskedText } from './masking.ts'

/** The provider ended an answer before the model did. */
export class AnswerCut extends Error {
  override readonly name = 'AnswerCut'
  readonly reason: 'length' | 'filter'

  constructor(reason: 'length' | 'filter') {
    super(`The answer of the language model was cut off: ${reason}`)
    this.reason = reason
  }
}

/** The model was asked something that it will refuse again. */
export class ModelRefusedRequest extends Error {
  override readonly name = 'ModelRefusedRequest'
}

/** What a failed call means: an outage, an answer that was cut, or a request that is wrong. No key and no header goes with it. */
export function faultOf(error: unknown): unknown {
  if (error instanceof APIError) {
    if (isOutage(error)) return outage(error, retryAfter(error))
    return new ModelRefusedRequest(maskedText(error.message))
  }
  if (error instanceof ModelBehaviorError && error.message.includes('"response.incomplete"'))
    return new AnswerCut('length')
  if (error instanceof ModelBehaviorError && /"(response\.failed|response\.error|error)"/.test(error.message))
    return outage(error)
  if (error instanceof SyntaxError || (error instanceof TypeError && /terminated|closed|socket/i.test(error.message)))
    return outage(error) // broken off in mid-answer, or never an answer at all
  return error
}

// A wrong key or a project without credit is mended outside as well, and the broker's message is worth keeping until then.
const OUTAGE_STATUS = [401, 402, 403, 408, 409, 429]

const isOutage = (error: APIError) =>
  error instanceof APIConnectionError ||
  error.status === undefined ||
  error.status >= 500 ||
  OUTAGE_STATUS.includes(error.status)

/** The cause keeps its words for the log, without what must not stand there. */
function outage(error: Error, retry_after_seconds?: number): UpstreamError {
  const cause = new Error(maskedText(`${error.name}: ${error.message}`))
  return new UpstreamError('model', 'The language model does not answer', {
    cause,
    ...(retry_after_seconds !== undefined && { retry_after_seconds }),
  })
}

export const noAnswer = () => outage(new Error('The stream ended without an answer'))

/** `Retry-After` in seconds, or as a date. */
function retryAfter({ headers }: APIError): number | undefined {
  const value = headers?.get('retry-after')
  if (!value) return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - Date.now()) / 1000))
}

/** Longer than this nobody waits within an answer: the turn is put off instead. */
const LONGEST_PAUSE_S = 10

/** How many seconds to wait before the same call is worth another try; undefined when it is not, or not soon. */
export function pauseBefore(error: unknown, tries: number): number | undefined {
  // What took too long once would take all the time that there is.
  if (!(error instanceof APIError) || error instanceof APIConnectionTimeoutError) return undefined
  const passing =
    error instanceof APIConnectionError || [408, 409, 429].includes(error.status ?? 0) || (error.status ?? 0) >= 500
  if (!passing || error.code === 'insufficient_quota') return undefined
  const pause = retryAfter(error) ?? 0.5 * 2 ** tries
  return pause <= LONGEST_PAUSE_S ? pause : undefined
}

const Terminal = z.object({
  type: z.enum(['response.incomplete', 'response.failed']),
  response: z.object({
    incomplete_details: z.object({ reason: z.string().nullish() }).nullish(),
    usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).nullish(),
  }),
})

/** The provider's last word where it was not a whole answer, with what it took all the same. */
export function unfinished(event: StreamEvent) {
  const found = event.type === 'model' ? Terminal.safeParse(event.event).data : undefined
  if (!found) return undefined
  const { incomplete_details, usage } = found.response
  const fault =
    found.type === 'response.incomplete'
      ? new AnswerCut(incomplete_details?.reason === 'content_filter' ? 'filter' : 'length')
      : noAnswer()
  return { fault, usage: { inputTokens: usage?.input_tokens ?? 0, outputTokens: usage?.output_tokens ?? 0 } }
}
