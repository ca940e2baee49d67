import {
  InputGuardrailTripwireTriggered,
  MaxTurnsExceededError,
  ModelRefusalError,
  ModelTimeoutError,
  ToolCallError,
} from '@openai/agents'
import { LimitExceededError, UpstreamError } from '../tools/errors.ts'
import { DayLimitError } from './limits.ts'
import { AnswerCut } from './model-faults.ts'

/** Another worker holds the turn now, so nothing may be written any more. */
export class TurnLost extends Error {
  override readonly name = 'TurnLost'

  constructor() {
    super('The turn is in other hands')
  }
}

/** What really went wrong, under the SDK's wrappings. */
export function causeOf(error: unknown): Error {
  if (error instanceof ToolCallError) return causeOf(error.error)
  if (error instanceof ModelTimeoutError)
    return new UpstreamError('model', 'The language model does not answer', { cause: error })
  return error instanceof Error ? error : new Error(String(error))
}

/** Whether it was the broker who ended the turn. The worker says so in the reason that it aborts with. */
export function wasStopped({ aborted, reason }: AbortSignal): boolean {
  return (
    aborted && (reason === 'stopped' || (reason instanceof Error && 'reason' in reason && reason.reason === 'stopped'))
  )
}

/** What the broker reads when a turn could not be finished. A defect is logged, not told. */
export function apologyFor(error: Error, clock: AbortSignal): string {
  if (error instanceof DayLimitError)
    return `${error.message}, so I stop here; I am back at midnight UTC. What was done so far is kept, quotes that come in are still compared, and everything that needs no assistant works as before.`
  if (error instanceof LimitExceededError)
    return `${error.message}. What was done so far is kept; ask me for the rest in smaller steps.`
  if (error instanceof MaxTurnsExceededError)
    return 'This took too many steps, so I stopped. What was done so far is kept; ask me for the rest in smaller steps.'
  if (error instanceof InputGuardrailTripwireTriggered)
    return 'Your message is too long for me to read at once. Please send it in smaller parts.'
  if (error instanceof ModelRefusalError)
    return 'The language model declined to answer this. Please say it in other words, or do this step by hand.'
  if (error instanceof AnswerCut && error.reason === 'filter')
    return 'The answer was stopped by a filter of the language model. Please say it in other words.'
  if (error instanceof AnswerCut)
    return 'The answer became too long and is cut off here. Ask me to go on, or for a part of it.'
  if (clock.aborted) return 'This took too long, so I stopped. What was done so far is kept; ask me to go on.'
  return 'Something went wrong on my side, and I could not finish this. What was done so far is kept. Please try again.'
}

/** Whether a turn ended so by design: a limit, the clock, a message that is too long. Anything else is a defect. */
export const isForeseen = (error: Error, clock: AbortSignal): boolean =>
  clock.aborted ||
  error instanceof LimitExceededError ||
  error instanceof MaxTurnsExceededError ||
  error instanceof ModelRefusalError ||
  error instanceof AnswerCut ||
  error instanceof InputGuardrailTripwireTriggered
