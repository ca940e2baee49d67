import { UpstreamError } from '../errors.ts'

/**
 * Whether a call that failed may still have had its effect: `not_sent` never reached Avinode, so a second try is safe;
 * after `unknown` a caller looks before it sends again.
 */
export type Outcome = 'not_sent' | 'unknown'

/** Avinode is down, slow, rate-limited, or does not accept our connection. */
export class AvinodeUnavailableError extends UpstreamError {
  override readonly details: { outcome: Outcome }
  /** The same call may succeed within seconds: a 5xx, or a connection that broke. */
  readonly momentary: boolean

  constructor(
    message: string,
    outcome: Outcome,
    options: ErrorOptions & { retry_after_seconds?: number; momentary?: boolean } = {},
  ) {
    super('avinode', message, options)
    this.details = { outcome }
    this.momentary = options.momentary ?? false
  }
}
