import { createHash, timingSafeEqual } from 'node:crypto'

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
 * Compares with every pair, always in full and by digest, so that the time it takes tells nothing about what was right.
 */
export function createIdentification(credentials: readonly WebhookCredential[]): IdentifyConnection {
  const known = credentials.map(({ username, password, connection = 'default' }) => ({
    connection,
    username: digest(username),
    password: digest(password),
  }))
  return (authorization) => {
    const given = read(authorization ?? '')
    if (!given) return undefined
    const username = digest(given.username)
    const password = digest(given.password)
    let found: string | undefined
    for (const pair of known) {
      const isUser = timingSafeEqual(username, pair.username)
      const isPassword = timingSafeEqual(password, pair.password)
      if (isUser && isPassword) found = pair.connection
    }
    return found
  }
}

function read(authorization: string) {
  if (authorization.length > LONGEST) return undefined
  const encoded = BASIC.exec(authorization)?.[1]
  if (encoded === undefined) return undefined
  // Compared as bytes: what is not UTF-8, or not quite base64, is nobody's password.
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.toString('base64') !== encoded) return undefined
  const colon = bytes.indexOf(':')
  if (colon < 0) return undefined
  return { username: bytes.subarray(0, colon), password: bytes.subarray(colon + 1) }
}

const digest = (secret: string | Buffer) => createHash('sha256').update(secret).digest()
