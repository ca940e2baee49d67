import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { importJWK, type JWK, SignJWT } from 'jose'
import type { Database } from './database.types.ts'

export type SupabaseConfig = {
  url: string
  publishableKey: string
  secretKey: string
  /** Another way to reach the API, for a stack that runs in this process. */
  fetch?: typeof fetch
} & ({ jwtSecret: string } | { signingKey: JWK })

export type Supabase = {
  /** Past row level security: only for the system writers. */
  service: SupabaseClient<Database>
  /** With the rights of that broker: row level security decides what it sees. */
  forBroker(clerk_user_id: string): SupabaseClient<Database>
  /** Nobody signed in. */
  anon: SupabaseClient<Database>
}

const TOKEN_SECONDS = 300
const RENEW_SECONDS = 60
const KEPT_CLIENTS = 1000

/** Clients for the three kinds of callers. A broker's client signs its own short-lived tokens and renews them by itself. */
export function createSupabase(config: SupabaseConfig): Supabase {
  const sign = brokerSigner(config)
  const brokers = new Map<string, SupabaseClient<Database>>()
  const connect = (key: string, accessToken?: () => Promise<string>) =>
    createClient<Database>(config.url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: { headers: { 'x-client-info': 'jetvision' }, ...(config.fetch ? { fetch: config.fetch } : {}) },
      ...(accessToken ? { accessToken } : {}),
    })
  return {
    service: connect(config.secretKey),
    anon: connect(config.publishableKey),
    forBroker(clerk_user_id) {
      if (!clerk_user_id) throw new Error('A broker client needs the Clerk id of a signed-in person')
      const client =
        brokers.get(clerk_user_id) ??
        connect(
          config.publishableKey,
          renewed(() => sign(clerk_user_id)),
        )
      brokers.delete(clerk_user_id)
      brokers.set(clerk_user_id, client) // the most recently used last, so that the first may go
      const [oldest] = brokers.keys()
      if (brokers.size > KEPT_CLIENTS && oldest !== undefined) brokers.delete(oldest)
      return client
    },
  }
}

/** Signs database tokens that say who the broker is and nothing else. */
export function brokerSigner(config: { jwtSecret: string } | { signingKey: JWK }) {
  const material =
    'jwtSecret' in config
      ? { key: new TextEncoder().encode(config.jwtSecret), header: { alg: 'HS256', typ: 'JWT' } }
      : {
          key: importJWK(config.signingKey),
          header: { alg: config.signingKey.alg ?? 'ES256', typ: 'JWT', kid: config.signingKey.kid },
        }
  return async (sub: string) => {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ role: 'authenticated' })
      .setProtectedHeader(material.header)
      .setSubject(sub)
      .setAudience('authenticated')
      .setIssuedAt(now)
      .setExpirationTime(now + TOKEN_SECONDS)
      .sign(await material.key)
  }
}

function renewed(sign: () => Promise<string>) {
  let token: Promise<string> | undefined
  let renewAt = 0
  return () => {
    if (!token || Date.now() >= renewAt) {
      renewAt = Date.now() + (TOKEN_SECONDS - RENEW_SECONDS) * 1000
      token = sign()
    }
    return token
  }
}
