import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createTokenVerifier } from './token-verifier.ts'

const issuer = 'https://clerk.example.com'
const now = () => Math.floor(Date.now() / 1000)

async function keyPair(kid: string, alg: 'RS256' | 'ES256' = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  const sign = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}) =>
    new SignJWT({ iss: issuer, sub: 'user_1', exp: now() + 60, ...claims })
      .setProtectedHeader({ alg, kid, ...header })
      .sign(privateKey)
  return { jwk, sign }
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

describe('a good token', () => {
  it('says whose it is', async () => {
    const { jwk, sign } = await keyPair('a')
    const verify = createTokenVerifier({ issuer, jwks: { keys: [jwk] } })

    expect(await verify(await sign())).toMatchObject({ sub: 'user_1' })
  })

  it('comes from a party that is expected, where parties are', async () => {
    const { jwk, sign } = await keyPair('a')
    const verify = createTokenVerifier({
      issuer,
      jwks: { keys: [jwk] },
      authorizedParties: ['https://app.example.com'],
    })

    expect(await verify(await sign({ azp: 'https://app.example.com' }))).toMatchObject({ sub: 'user_1' })
    expect(await verify(await sign({ azp: 'https://evil.example.com' }))).toBeNull()
    expect(await verify(await sign())).toBeNull()
  })
})

describe('a forged token', () => {
  it.each([
    ['of another issuer', { iss: 'https://elsewhere.example.com' }, {}],
    ['that has expired', { exp: now() - 10 }, {}],
    ['that never expires', { exp: undefined }, {}],
    ['of tomorrow', { nbf: now() + 3600 }, {}],
    ['of nobody', { sub: '' }, {}],
    ['without a subject', { sub: undefined }, {}],
    ['with a key of its own', {}, { jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } }],
    ['that names a key elsewhere', {}, { jku: 'https://evil.example.com/jwks.json', kid: 'evil' }],
    ['with a path as key id', {}, { kid: '../../etc/passwd' }],
  ])('%s is refused', async (name, claims, header) => {
    const { jwk, sign } = await keyPair('a')
    const other = await keyPair('a')
    const verify = createTokenVerifier({ issuer, jwks: { keys: [jwk] } })

    const token = await (Object.keys(header).length > 0 ? other : { sign }).sign(claims, header)

    expect(await verify(token), name).toBeNull()
  })

  it('is refused whatever algorithm it claims', async () => {
    const { jwk, sign } = await keyPair('a')
    const verify = createTokenVerifier({ issuer, jwks: { keys: [jwk] } })
    const [, payload, signature] = (await sign()).split('.')
    const publicKeyAsSecret = await new SignJWT({ iss: issuer, sub: 'user_1', exp: now() + 60 })
      .setProtectedHeader({ alg: 'HS256', kid: 'a' })
      .sign(new TextEncoder().encode(JSON.stringify(jwk)))
    const elliptic = await keyPair('a', 'ES256')

    expect(await verify(`${encoded({ alg: 'none' })}.${payload}.`)).toBeNull()
    expect(await verify(`${encoded({ alg: 'None', kid: 'a' })}.${payload}.${signature}`)).toBeNull()
    expect(await verify(publicKeyAsSecret)).toBeNull()
    expect(await verify(await elliptic.sign())).toBeNull()
    expect(await verify(`${encoded({ alg: 'RS256', kid: 'a', crit: ['x'], x: 1 })}.${payload}.${signature}`)).toBeNull()
    expect(await verify('')).toBeNull()
  })
})

describe('keys that the issuer publishes', () => {
  function published(keys: JWK[]) {
    const set = { keys, calls: 0, down: false }
    const get = async () => {
      set.calls += 1
      if (set.down) throw new TypeError('fetch failed')
      return Response.json({ keys: set.keys })
    }
    let time = Date.now()
    const pass = (ms: number) => {
      time += ms
    }
    const verify = createTokenVerifier({
      issuer,
      jwks: new URL(`${issuer}/jwks`),
      fetch: get as typeof fetch,
      now: () => time,
    })
    return { set, verify, pass }
  }
  const HOUR = 60 * 60_000

  it('are fetched once and kept', async () => {
    const { jwk, sign } = await keyPair('a')
    const { set, verify } = published([jwk])

    await Promise.all([1, 2, 3].map(async () => verify(await sign())))

    expect(set.calls).toBe(1)
  })

  it('serve for hours while the issuer is down', async () => {
    const { jwk, sign } = await keyPair('a')
    const { set, verify, pass } = published([jwk])
    await verify(await sign())
    set.down = true
    pass(2 * HOUR)

    expect(await verify(await sign({ exp: now() + 3 * 3600 }))).toMatchObject({ sub: 'user_1' })
  })

  it('that cannot be had at all are an outage, not a refusal', async () => {
    const { sign } = await keyPair('a')
    const { set, verify } = published([])
    set.down = true

    await expect(verify(await sign())).rejects.toMatchObject({ code: 'upstream_unavailable' })
  })

  it('are fetched again for a new key, but not for every made-up one', async () => {
    const [old, fresh] = [await keyPair('old'), await keyPair('fresh')]
    const { set, verify, pass } = published([old.jwk])
    await verify(await old.sign())
    set.keys = [fresh.jwk]
    pass(60_000)

    expect(await verify(await fresh.sign({ exp: now() + 3600 }))).toMatchObject({ sub: 'user_1' })
    for (let guess = 0; guess < 20; guess += 1)
      await verify(await old.sign({ exp: now() + 3600 }, { kid: `made-up-${guess}` }))
    expect(set.calls).toBe(2)
    expect(await verify(await old.sign({ exp: now() + 3600 }))).toBeNull()
  })
})
