export type ErrorCode =
  | 'invalid_input'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'idempotency_key_reused'
  | 'approval_pending'
  | 'limit_exceeded'
  | 'upstream_unavailable'

/** What each failure amounts to in HTTP: the same on every surface. */
export const HTTP_STATUS = {
  invalid_input: 422,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  idempotency_key_reused: 422,
  approval_pending: 409,
  limit_exceeded: 429,
  upstream_unavailable: 503,
} as const satisfies Record<ErrorCode, number>

/** A failure the service expects and can explain. Anything else that is thrown is a defect. */
export abstract class ServiceError extends Error {
  abstract readonly code: ErrorCode
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: boolean = false
  /** Facts that may be shown to the caller beside the message. */
  readonly details: Record<string, unknown> = {}
}

export type Issue = { path: string; message: string }

/** The caller sent something that cannot be used; `issues` names each field and what is wrong with it. */
export class InvalidInputError extends ServiceError {
  override readonly code = 'invalid_input'
  override readonly details: { issues: Issue[] }

  constructor(issues: Issue[], message = issues.map(({ message }) => message).join('; '), options?: ErrorOptions) {
    super(message || 'The input is not valid', options)
    this.details = { issues }
  }
}

/** The caller is known but has no right to do this. What the caller may not even see is a `NotFoundError`. */
export class ForbiddenError extends ServiceError {
  override readonly code = 'forbidden'
}

/** Nothing of that id exists for this caller: absent and not theirs look the same. */
export class NotFoundError extends ServiceError {
  override readonly code = 'not_found'

  constructor(what: string, options?: ErrorOptions) {
    super(`${what} was not found`, options)
  }
}

/** The state it would act on has moved on, or the same thing exists already. */
export class ConflictError extends ServiceError {
  override readonly code = 'conflict'
}

/** The caller's key against repeats came with another call before: what that one made is no answer to this one. */
export class KeyReusedError extends ServiceError {
  override readonly code = 'idempotency_key_reused'

  constructor() {
    super('This Idempotency-Key came with another call before: give every call a key of its own')
  }
}

/** Not a failure: the action is filed and waits for a person's yes. */
export class ApprovalPendingError extends ServiceError {
  override readonly code = 'approval_pending'
  override readonly details: { approval_id: string }

  constructor(approval_id: string) {
    super('This needs your approval before anything is sent')
    this.details = { approval_id }
  }
}

/** A limit of the service (size, rate, turns, cost) was reached. */
export class LimitExceededError extends ServiceError {
  override readonly code = 'limit_exceeded'
}

export type Upstream = 'avinode' | 'model' | 'mail' | 'database' | 'queue'

/** Something we depend on does not answer. It may pass by itself, so it uses up no attempt. */
export class UpstreamError extends ServiceError {
  override readonly code = 'upstream_unavailable'
  override readonly retryable = true
  readonly upstream: Upstream
  /** Seconds to wait, where the other side said so. */
  readonly retry_after_seconds: number | undefined

  constructor(upstream: Upstream, message: string, options?: ErrorOptions & { retry_after_seconds?: number }) {
    super(message, options)
    this.upstream = upstream
    this.retry_after_seconds = options?.retry_after_seconds
  }
}
