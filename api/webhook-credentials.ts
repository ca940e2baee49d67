import { hash, timingSafeEqual } from 'node:crypto'

/** One pair that Avinode may present. Several pairs of one connection are valid side by side while a password is being changed. */
export type WebhookCredential = {
  username: string
  password: string
  /** The Avinode connection that it belongs to; the default one unless named. */
  connection?: string
}

/** Names the connection whose credentials an Authorization header holds, or undefined. */
export type IdentifyConnection = (authorization: string | undefined) => string | undefined

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i
const LONGEST = 2_000

/**
 * Compares with every pair, always in full and by digest, so that the time it takes tells nothing about what was right. Pairs are
 * compared as they are sent: of each there is one base64, and what is not quite that is nobody's.
 */
export function createIdentification(credentials: readonly WebhookCredential[]): IdentifyConnection {
  const known = credentials.map(({ username, password, connection = 'default' }) => {
    if (username.includes(':')) throw new Error('A username ends at the first colon, so it cannot contain one')
    return { connection, digest: digest(Buffer.from(`${username}:${password}`).toString('base64')) }
  })
  return (authorization) => {
    if (authorization === undefined || authorization.length > LONGEST) return undefined
    const given = BASIC.exec(authorization)?.[1]
    if (given === undefined) return undefined
    const presented = digest(given)
    let found: string | undefined
    for (const pair of known) if (timingSafeEqual(presented, pair.digest)) found = pair.connection
    return found
  }
}

const digest = (secret: string) => hash('sha256', secret, 'buffer')
