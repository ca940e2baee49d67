import { randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose'
import { z } from 'zod'
import { readOrCreate } from './secret-file.ts'

const KeyPair = z.object({
  privateKey: z.looseObject({ kid: z.string() }),
  publicKey: z.looseObject({ kid: z.string() }),
})

const LIFETIME_SECONDS = 12 * 60 * 60

export type Issuer = {
  issuer: string
  jwks: { keys: JWK[] }
  /** A token as Clerk would issue it for that user. */
  issueToken(clerk_user_id: string, wish?: { lifetime_seconds?: number; scope?: string | undefined }): Promise<string>
}

/** Stands in for Clerk in local mode: issues tokens of the same shape, signed with a key that never leaves the data folder. */
export async function createIssuer({ keyFile, issuer }: { keyFile: string; issuer: string }): Promise<Issuer> {
  const { privateKey, publicKey } = await readOrCreate(keyFile, KeyPair, createKeyPair)
  const key = await importJWK(privateKey as JWK, 'RS256')
  return {
    issuer,
    jwks: { keys: [publicKey as JWK] },
    issueToken: (clerk_user_id, { lifetime_seconds = LIFETIME_SECONDS, scope } = {}) =>
      new SignJWT({ sid: `sess_${randomUUID()}`, azp: issuer, ...(scope && { scope }) })
        .setProtectedHeader({ alg: 'RS256', kid: publicKey.kid, typ: 'JWT' })
        .setSubject(clerk_user_id)
        .setIssuer(issuer)
        .setIssuedAt()
        .setNotBefore(Math.floor(Date.now() / 1000) - 5)
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetime_seconds)
        .sign(key),
  }
}

async function createKeyPair() {
  const pair = await generateKeyPair('RS256', { extractable: true })
  const kid = `local_${randomUUID()}`
  return {
    privateKey: { ...(await exportJWK(pair.privateKey)), kid, alg: 'RS256', use: 'sig' },
    publicKey: { ...(await exportJWK(pair.publicKey)), kid, alg: 'RS256', use: 'sig' },
  }
}
