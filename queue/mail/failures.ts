import { InvalidInputError, UpstreamError } from '../../tools/errors.ts'

/** After `not_sent` a second try is safe; after `unknown` the message may be with the client already. */
export type Outcome = 'not_sent' | 'unknown'

/** The mail provider is down, busy, slow, or does not accept our account. */
export class MailUnavailableError extends UpstreamError {
  override readonly details: { outcome: Outcome }

  constructor(message: string, outcome: Outcome, options?: ErrorOptions & { retry_after_seconds?: number }) {
    super('mail', message, options)
    this.details = { outcome }
  }
}

/** The provider said no to this very message: sending it again changes nothing. */
export const refused = (status: number | string, cause: unknown) =>
  new InvalidInputError([{ path: 'message', message: `The mail server refused the message (${status})` }], undefined, {
    cause,
  })
