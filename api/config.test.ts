import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig, rateLimits, webhookCredentials } from './config.ts'

const GOOD = {
  PUBLIC_URL: 'https://desk.example.com/',
  SUPABASE_URL: 'https://abc.supabase.co',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_Zm9vYmFyYmF6cXV4',
  SUPABASE_SECRET_KEY: 'sb_secret_Zm9vYmFyYmF6cXV4',
  SUPABASE_JWT_SECRET: 'kQ0c4n1zv9Lr7yTtB2mWq8sXe5uJh3pD',
  DATABASE_URL: 'postgresql://api:pw@db.example.com:5432/postgres',
  AVINODE_BASE_URL: 'https://services.avinode.com/api',
  AVINODE_API_TOKEN: 'f2a9c7d0-7c1e-4a35-9a53-1f0d6e6d3c11',
  AVINODE_AUTH_TOKEN: 'eyJraWQiOiIxIn0.eyJzdWIiOiJ4In0.sig',
  AVINODE_WEBHOOK_USERNAME: 'avinode',
  AVINODE_WEBHOOK_PASSWORD: 'Vb7rT2kQ9xLw4mZp',
  CLERK_ISSUER: 'https://clerk.example.com',
  CLERK_WEBHOOK_SECRET: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
}

describe('the configuration for production', () => {
  it('is taken when it is whole', () => {
    expect(parseConfig(GOOD)).toMatchObject({ PORT: 3000, PUBLIC_URL: 'https://desk.example.com', TRUST_PROXY: false })
  })

  it.each(Object.keys(GOOD))('is refused without %s', (name) => {
    expect(() => parseConfig({ ...GOOD, [name]: undefined })).toThrow(name)
  })

  it.each([
    ['SUPABASE_SECRET_KEY', 'your-secret-key-goes-here'],
    ['SUPABASE_JWT_SECRET', 'super-secret-jwt-token-with-at-least-32-characters-long'],
    ['AVINODE_API_TOKEN', '00000000-0000-4000-8000-00000000a71d'],
    ['AVINODE_AUTH_TOKEN', 'sandbox-connection-token'],
    ['AVINODE_WEBHOOK_PASSWORD', 'changeme-changeme'],
    ['AVINODE_WEBHOOK_PASSWORD', 'short'],
    ['PUBLIC_URL', 'http://desk.example.com'],
    ['CLERK_ISSUER', 'http://clerk.example.com'],
    ['CLERK_PUBLISHABLE_KEY', `pk_live_${btoa('clerk.example.com/?$')}`],
    ['SUPABASE_SIGNING_KEY', 'not json'],
  ])('is refused with an unsafe %s', (name, value) => {
    expect(() => parseConfig({ ...GOOD, [name]: value })).toThrow(name)
  })

  it('takes an empty line for none', () => {
    expect(parseConfig({ ...GOOD, PORT: '', REDIS_URL: '', CLERK_AUTHORIZED_PARTIES: ' ' })).toMatchObject({
      PORT: 3000,
    })
    expect(() => parseConfig({ ...GOOD, SUPABASE_URL: '' })).toThrow('SUPABASE_URL: This is missing.')
  })

  it('never prints a secret when it refuses', () => {
    const secret = 'sandbox-connection-token'

    expect(() => parseConfig({ ...GOOD, AVINODE_AUTH_TOKEN: secret })).not.toThrow(secret)
  })

  it('takes the old webhook password too while it is being changed', () => {
    const config = parseConfig({
      ...GOOD,
      AVINODE_WEBHOOK_PREVIOUS_USERNAME: 'avinode',
      AVINODE_WEBHOOK_PREVIOUS_PASSWORD: 'Hn3uY8cE5aRd6fGs',
    })

    expect(webhookCredentials(config)).toHaveLength(2)
  })

  it('takes notifications of further Avinode connections, each with pairs of its own', () => {
    const pair = { username: 'second', password: 'Kd82hFq0vXz5cPw1' }
    const second = { name: 'second-desk', api_token: '3f0e8f52-3f0b-4f5e', auth_token: 'eyJhbGciOi.second.sig' }
    const parse = (...all: object[]) => parseConfig({ ...GOOD, AVINODE_CONNECTIONS: JSON.stringify(all) })

    expect(webhookCredentials(parse({ ...second, webhook: [pair] })).at(-1)).toEqual({
      ...pair,
      connection: 'second-desk',
    })
    for (const wrong of [
      [{ ...second, webhook: [] }],
      [{ ...second, name: 'default', webhook: [pair] }],
      [{ ...second, webhook: [{ ...pair, password: 'changeme-changeme' }] }],
      [{ ...second, webhook: [{ username: GOOD.AVINODE_WEBHOOK_USERNAME, password: GOOD.AVINODE_WEBHOOK_PASSWORD }] }],
      [
        { ...second, webhook: [pair] },
        { ...second, name: 'third', webhook: [pair] },
      ],
      [
        { ...second, webhook: [pair] },
        { ...second, webhook: [{ ...pair, username: 'other' }] },
      ],
    ]) {
      expect(() => parse(...wrong)).toThrow('AVINODE_CONNECTIONS')
    }
    expect(() => parseConfig({ ...GOOD, AVINODE_CONNECTIONS: '{' })).toThrow('AVINODE_CONNECTIONS')
  })

  it('limits calls, as it is told or as is usual', () => {
    expect(rateLimits(parseConfig(GOOD))).toEqual({ broker: 600, chat: 30, mcp: 120, address: 3000 })
    expect(rateLimits(parseConfig({ ...GOOD, RATE_LIMIT_CHAT: '5' }))).toMatchObject({ chat: 5 })
    expect(() => parseConfig({ ...GOOD, RATE_LIMIT_CHAT: '0' })).toThrow('RATE_LIMIT_CHAT')
  })
})

/** How a process of ours ends with these settings, and what it says. */
const endOf = (main: string, environment: Record<string, string>) =>
  new Promise<{ code: number | null; said: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [join(import.meta.dirname, '..', main)],
      { env: { PATH: process.env.PATH, ...environment } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, said: stdout + stderr }),
    )
  })

describe('wrong settings', () => {
  it.each([
    [
      'api/local/main.ts',
      { PORT: 'abc', SANDBOX_PORT: '70000', LOG_LEVEL: 'loud' },
      [
        'PORT: This must be a number.',
        'SANDBOX_PORT: At most 65535.',
        'LOG_LEVEL: This must be one of: trace, debug, info, warn, error, fatal, silent.',
      ],
    ],
    [
      'api/main.ts',
      { ...GOOD, SUPABASE_SECRET_KEY: '', AVINODE_WEBHOOK_PASSWORD: 'changeme-changeme' },
      [
        'SUPABASE_SECRET_KEY: This is missing.',
        'AVINODE_WEBHOOK_PASSWORD: This is a value from an example: make one of your own.',
      ],
    ],
    ['mcp-servers/jetvision/stdio.ts', { JETVISION_URL: 'desk' }, ['JETVISION_URL: This is no link.']],
  ])('end %s with a sentence each, and nothing else', async (main, environment, sentences) => {
    expect(await endOf(main, environment)).toEqual({ code: 1, said: `${sentences.join('\n')}\n` })
  })
})
