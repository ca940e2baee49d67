import { z } from 'zod'
import {
  ConflictError,
  ForbiddenError,
  InvalidInputError,
  type Issue,
  NotFoundError,
  type ServiceError,
} from '../errors.ts'
import { AvinodeUnavailableError } from './unavailable.ts'

/** One entry of Avinode's `meta.errors`. Its title is another party's text, so it is read, never passed on. */
export const WireError = z.object({
  title: z.string().catch(''),
  code: z.string().catch(''),
  path: z.string().nullish().catch(null),
})
export type WireError = z.infer<typeof WireError>

const KNOWN: Record<string, string> = {
  START_AIRPORT_INVALID: 'Avinode does not know this departure airport',
  END_AIRPORT_INVALID: 'Avinode does not know this arrival airport',
  LIFT_INVALID: 'Avinode cannot use the requested aircraft',
}

/** What Avinode could not use, in our words and with our field names (`segments.0.departure_airport`). */
export const issuesOf = (errors: WireError[]): Issue[] =>
  errors.map(({ code, path }) => ({
    path: ourPath(path ?? ''),
    message: KNOWN[code] ?? `Avinode refused the input (${plainCode(code)})`,
  }))

const ourPath = (path: string) =>
  path
    .replace(/[^\w.[\]]/g, '')
    .replace(/\[(\d+)\]/g, '.$1')
    .replaceAll('startAirport', 'departure_airport')
    .replaceAll('endAirport', 'arrival_airport')

const plainCode = (code: string) => (/^[A-Z_]{1,60}$/.test(code) ? code : 'no code')

/** The typed error for an answer that is not a success. `what` names the resource that was asked for. */
export function refusalOf(
  status: number,
  errors: WireError[],
  what: string,
  retry_after_seconds?: number,
): ServiceError {
  const codes = errors.map(({ code }) => plainCode(code)).join(', ') || `HTTP ${status}`
  if (status === 401) return new AvinodeUnavailableError('Avinode does not accept our credentials', 'not_sent')
  if (status === 403) return new ForbiddenError(`The Avinode connection may not do this (${codes})`)
  if (status === 404) return new NotFoundError(what)
  if (status === 409 || status === 423)
    return new ConflictError(`${what} cannot be changed any more in Avinode (${codes})`)
  if (status === 429) {
    return new AvinodeUnavailableError('Avinode asks us to slow down', 'not_sent', {
      retry_after_seconds: retry_after_seconds ?? 60,
    })
  }
  if (status >= 300 && status < 400) return new AvinodeUnavailableError('Avinode answered with a redirect', 'unknown')
  if (status >= 500) {
    return new AvinodeUnavailableError(`Avinode answered with an error (HTTP ${status})`, 'unknown', {
      momentary: retry_after_seconds === undefined,
      ...(retry_after_seconds !== undefined && { retry_after_seconds }),
    })
  }
  if (errors.some(({ title }) => /X-Avinode-/i.test(title))) {
    return new AvinodeUnavailableError(
      'Avinode refuses our headers: check its configuration and this clock',
      'not_sent',
    )
  }
  const issues = issuesOf(errors)
  return new InvalidInputError(
    issues.length > 0 ? issues : [{ path: '', message: `Avinode refused the input (${codes})` }],
  )
}
