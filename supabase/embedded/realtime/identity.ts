import { createHash, timingSafeEqual } from 'node:crypto'
import { decodeJwt, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Keys } from '../lite.ts'

/** Says whose token it is, or null for a token that it does not accept. */
export type VerifyExternalToken = (jwt: string) => Promise<{ sub: string } | null>

/** Whose rights count on a channel, and until when. */
export type Identity = {
  role: 'anon' | 'authenticated' | 'service_role'
  /** What the database sees as the caller's token. */
  claims: Record<string, unknown>
  /** The same for the same rights. */
  key: string
  expiresAt: number
}

const Claims = z.looseObject({ role: z.enum(['anon', 'authenticated', 'service_role']), exp: z.number() })

/** Another issuer's token whose end cannot be read counts for as long as Clerk's live. */
const UNKNOWN_LIFETIME_MS = 60_000

/** Reads API keys and tokens as Supabase does. Null for what is no good, or no longer. */
export function createIdentifier({ publishableKey, secretKey, jwtSecret }: Keys, verify?: VerifyExternalToken) {
  const secret = new TextEncoder().encode(jwtSecret)
  return async (token: string): Promise<Identity | null> => {
    if (isSame(token, publishableKey)) return identity('anon', {}, Number.POSITIVE_INFINITY)
    if (isSame(token, secretKey)) return identity('service_role', {}, Number.POSITIVE_INFINITY)
    try {
      const { payload } = await jwtVerify(token, secret, { algorithms: ['HS256'] })
      const { role, exp, ...claims } = Claims.parse(payload)
      return identity(role, claims, exp * 1000)
    } catch {
      const external = await verify?.(token)
      return external?.sub ? identity('authenticated', { sub: external.sub }, expiryOf(token)) : null
    }
  }
}

function identity(role: Identity['role'], claims: Record<string, unknown>, expiresAt: number): Identity | null {
  if (expiresAt <= Date.now()) return null
  const { iat: _iat, nbf: _nbf, jti: _jti, ...lasting } = claims // these differ from token to token of one person
  return { role, claims: { ...lasting, role }, key: `${role} ${JSON.stringify(lasting)}`, expiresAt }
}

function expiryOf(token: string) {
  try {
    const { exp } = decodeJwt(token)
    if (exp !== undefined) return exp * 1000
  } catch {
    // no JWT, but the issuer says that it is good
  }
  return Date.now() + UNKNOWN_LIFETIME_MS
}

function isSame(given: string, expected: string) {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
