import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import { ServiceError } from '../tools/errors.ts'

type Options = {
  issuer: string
  /** The keys themselves, or the address where the issuer publishes them. */
  jwks: { keys: object[] } | URL
  /** Origins whose tokens are taken (`azp`); undefined takes any. */
  authorizedParties?: readonly string[]
  algorithms?: readonly ('RS256' | 'ES256')[]
  fetch?: typeof fetch
  now?: () => number
}

const CLOCK_TOLERANCE_SECONDS = 5
const FRESH_MS = 10 * 60_000
/** An issuer that is down locks nobody out: known keys serve this long. */
const STALE_MS = 24 * 60 * 60_000
/** Tokens with made-up key ids cause no more than one call in this time. */
const COOLDOWN_MS = 30_000
const FETCH_TIMEOUT_MS = 5_000

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })

/** The keys to check tokens with are out of reach. It passes by itself. */
class KeysUnavailableError extends ServiceError {
  override readonly code = 'upstream_unavailable'
  override readonly retryable = true
}

/** Checks a token's signature, algorithm, issuer, time and party, and answers whose it is, what it is restricted to and until when it is taken, or null. Throws only when keys cannot be had. */
export function createTokenVerifier({ issuer, jwks, authorizedParties, algorithms = ['RS256'], ...remote }: Options) {
  const key = jwks instanceof URL ? remoteKeys(jwks, remote) : createLocalJWKSet(jwks as JSONWebKeySet)
  return async (token: string): Promise<{ sub: string; expires_at: number; scopes: string[] } | null> => {
    try {
      const { payload } = await jwtVerify(token, key, {
        issuer,
        algorithms: [...algorithms],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        requiredClaims: ['sub', 'exp'],
        ...(remote.now && { currentDate: new Date(remote.now()) }),
      })
      const { sub, azp, exp, scope = '' } = payload
      // The signature makes a claim the issuer's word, not yet of the type that the standard gives it.
      if (typeof sub !== 'string' || sub === '' || sub.length > 255 || !Number.isFinite(exp)) return null
      if (typeof scope !== 'string') return null
      if (authorizedParties && !(typeof azp === 'string' && authorizedParties.includes(azp))) return null
      const scopes = scope.split(' ').filter(Boolean)
      return { sub, scopes, expires_at: (Number(exp) + CLOCK_TOLERANCE_SECONDS) * 1000 }
    } catch (error) {
      if (error instanceof errors.JOSEError || error instanceof TypeError) return null
      throw error
    }
  }
}

function remoteKeys(url: URL, { fetch: get = fetch, now = Date.now }: Pick<Options, 'fetch' | 'now'>): JWTVerifyGetKey {
  let known: { find: ReturnType<typeof createLocalJWKSet>; at: number } | undefined
  let asked_at = Number.NEGATIVE_INFINITY
  let asking: Promise<void> | undefined

  async function ask() {
    asked_at = now()
    const response = await get(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS), redirect: 'error' })
    if (!response.ok) throw new Error(`the key set was answered with ${response.status}`)
    known = { find: createLocalJWKSet(KeySet.parse(await response.json()) as JSONWebKeySet), at: now() }
  }

  const refresh = () => {
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
  const mayAsk = () => asking !== undefined || now() - asked_at >= COOLDOWN_MS

  async function current() {
    const age = known ? now() - known.at : Number.POSITIVE_INFINITY
    let cause: unknown
    if (age >= FRESH_MS && (mayAsk() || !known)) {
      await refresh().catch((error: unknown) => {
        cause = error
      })
    }
    if (known && now() - known.at < STALE_MS) return known.find
    throw new KeysUnavailableError('Sign-in cannot be checked at the moment', { cause })
  }

  return async (header, token) => {
    const find = await current()
    try {
      return await find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !mayAsk()) throw error
      await refresh().catch(() => undefined) // the keys that are known decide
      return (await current())(header, token)
    }
  }
}
