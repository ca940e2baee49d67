import { constants, createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createTokenVerifier } from './token-verifier.ts'

// Tokens made by hand: a library that signs would refuse to make most of them.
const issuer = 'https://clerk.example.com'
const real = generateKeyPairSync('rsa', { modulusLength: 2048 })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...real.publicKey.export({ format: 'jwk' }), kid: 'a', alg: 'RS256', use: 'sig' }
const pem = real.publicKey.export({ type: 'spki', format: 'pem' })
const verify = createTokenVerifier({ issuer, jwks: { keys: [jwk] } })

const now = Math.floor(Date.now() / 1000)
const GOOD = { iss: issuer, sub: 'user_1', exp: now + 60 }
const HEADER = { alg: 'RS256', kid: 'a' }

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const words = (claims: unknown, header: unknown = HEADER) => `${part(header)}.${part(claims)}`
const rsa = (text: string, digest = 'sha256', key = real.privateKey) =>
  `${text}.${sign(digest, Buffer.from(text), key).toString('base64url')}`
const pss = (text: string) =>
  `${text}.${sign('sha256', Buffer.from(text), { key: real.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }).toString('base64url')}`
const hmac = (text: string, digest: string, secret: string | Buffer) =>
  `${text}.${createHmac(digest, secret).update(text).digest('base64url')}`
const [, , signature = ''] = rsa(words(GOOD)).split('.')

describe('of tokens made by hand', () => {
  it('the good one is taken, so that refusing the others means something', async () => {
    expect(await verify(rsa(words(GOOD)))).toMatchObject({ sub: 'user_1' })
  })

  it.each([
    ['signed by another key', rsa(words(GOOD), 'sha256', foreign.privateKey)],
    ['with the right key and another digest', rsa(words(GOOD, { ...HEADER, alg: 'RS512' }), 'sha512')],
    ['with the right key and another padding', pss(words(GOOD, { ...HEADER, alg: 'PS256' }))],
    ['with the public key as the secret', hmac(words(GOOD, { ...HEADER, alg: 'HS256' }), 'sha256', pem)],
    ['with the modulus as the secret', hmac(words(GOOD, { ...HEADER, alg: 'HS256' }), 'sha256', String(jwk.n))],
    ['with the key set as the secret', hmac(words(GOOD, { ...HEADER, alg: 'HS512' }), 'sha512', JSON.stringify(jwk))],
    ['with an empty secret', hmac(words(GOOD, { ...HEADER, alg: 'HS256' }), 'sha256', '')],
    ['with another payload under the signature', `${words({ ...GOOD, sub: 'user_2' })}.${signature}`],
    ['with another header over the signature', `${words(GOOD, { ...HEADER, typ: 'JWT' })}.${signature}`],
    ['without a signature', `${words(GOOD)}.`],
    ['without even the place of a signature', words(GOOD)],
    ['with half a signature', `${words(GOOD)}.${signature.slice(0, 171)}`],
    ['with a part too many', `${words(GOOD)}.${signature}.${signature}`],
    ['with the five parts of an encrypted one', `${words(GOOD)}.${signature}.x.x`],
    ['with a payload outside of it', rsa(words('', { ...HEADER, b64: false, crit: ['b64'] }))],
    ['with a payload that is no JSON', rsa(words('user_1'))],
    ['with a payload that is a list', rsa(words([GOOD]))],
    ['with a header that is a list', rsa(words(GOOD, [HEADER]))],
    ['with no algorithm', rsa(words(GOOD, { kid: 'a' }))],
    ['with an algorithm in a list', rsa(words(GOOD, { kid: 'a', alg: ['RS256'] }))],
    [
      'with a certificate of its own',
      rsa(words(GOOD, { ...HEADER, kid: 'b', x5c: ['MIIB'] }), 'sha256', foreign.privateKey),
    ],
    [
      'with the address of a certificate',
      rsa(words(GOOD, { ...HEADER, kid: 'b', x5u: 'https://evil.example.com' }), 'sha256', foreign.privateKey),
    ],
    ['of the issuer with a slash more', rsa(words({ ...GOOD, iss: `${issuer}/` }))],
    ['of the issuer among others', rsa(words({ ...GOOD, iss: [issuer] }))],
    ['of no issuer', rsa(words({ sub: 'user_1', exp: now + 60 }))],
    ['whose end is a word', rsa(words({ ...GOOD, exp: 'never' }))],
    ['whose end is infinite', rsa(words('{"iss":"https://clerk.example.com","sub":"user_1","exp":1e999}'))],
    ['whose beginning is a word', rsa(words({ ...GOOD, nbf: 'now' }))],
    ['whose subject is a number', rsa(words({ ...GOOD, sub: 1 }))],
    ['whose subject is a list', rsa(words({ ...GOOD, sub: ['user_1'] }))],
    ['whose subject is longer than any', rsa(words({ ...GOOD, sub: 'u'.repeat(256) }))],
  ])('one %s is refused', async (_what, token) => {
    expect(await verify(token)).toBeNull()
  })
})
