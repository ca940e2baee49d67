import { z } from 'zod'
import { AvinodeUnavailableError } from '../../tools/avinode/unavailable.ts'
import {
  ConflictError,
  ForbiddenError,
  HTTP_STATUS,
  InvalidInputError,
  LimitExceededError,
  NotFoundError,
  ServiceError,
  UpstreamError,
} from '../../tools/errors.ts'

/** Where a failed call carries its typed error. Its text says the same, for models. */
export const ERROR_META = 'jetvision.example/error'

/** What the marketplace can fail with. Approvals and keys against repeats belong to our own surfaces. */
const Code = z.enum(['invalid_input', 'forbidden', 'not_found', 'conflict', 'limit_exceeded', 'upstream_unavailable'])

export const ToolError = z.object({
  code: Code,
  status: z.int().describe('The HTTP status that the failure amounts to'),
  message: z.string(),
  /** Whether the same call, unchanged, may succeed later. */
  retryable: z.boolean(),
  retry_after_seconds: z.number().nullable(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })),
  /** `unknown`: the call may have had its effect; look before it is repeated. */
  outcome: z.enum(['not_sent', 'unknown']).nullable(),
})
export type ToolError = z.infer<typeof ToolError>

/** What of an expected failure crosses the wire; undefined for a defect. */
export function toToolError(error: unknown): ToolError | undefined {
  if (!(error instanceof ServiceError)) return undefined
  const { data: code } = Code.safeParse(error.code)
  if (code === undefined) return undefined
  return {
    code,
    status: HTTP_STATUS[code],
    message: error.message,
    retryable: error.retryable,
    retry_after_seconds: error instanceof UpstreamError ? (error.retry_after_seconds ?? null) : null,
    issues: error instanceof InvalidInputError ? error.details.issues : [],
    outcome: error instanceof AvinodeUnavailableError ? error.details.outcome : null,
  }
}

/** The error that the other side threw, as it was thrown there. */
export function fromToolError({ code, message, issues, retry_after_seconds, outcome }: ToolError): ServiceError {
  switch (code) {
    case 'invalid_input':
      return new InvalidInputError(issues, message)
    case 'forbidden':
      return new ForbiddenError(message)
    case 'not_found':
      return new NotFoundError(message.replace(/ was not found$/, ''))
    case 'conflict':
      return new ConflictError(message)
    case 'limit_exceeded':
      return new LimitExceededError(message)
    case 'upstream_unavailable':
      return new AvinodeUnavailableError(message, outcome ?? 'unknown', {
        ...(retry_after_seconds !== null && { retry_after_seconds }),
      })
  }
}
