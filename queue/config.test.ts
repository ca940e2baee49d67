import { expect, it } from 'vitest'
import { signing } from '../tools/settings.ts'
import { mailOptions, parseConfig } from './config.ts'

const environment = {
  PUBLIC_URL: 'https://jets.example/',
  SUPABASE_URL: 'https://abc.supabase.co',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_5b2c9d7e1f',
  SUPABASE_SECRET_KEY: 'sb_secret_9f8e7d6c5b4a3f2e',
  SUPABASE_JWT_SECRET: 'kD93jf0aLq82mZpXv71cRt55bNw0yHsE',
  DATABASE_URL: 'postgresql://postgres:pw@db.abc.supabase.co:5432/postgres',
  AVINODE_BASE_URL: 'https://services.avinode.com/api',
  AVINODE_API_TOKEN: '7b1f44f0-5c1d-4a3e-9a55-1f2e3d4c5b6a',
  AVINODE_AUTH_TOKEN: 'eyJhbGciOiJIUzI1NiJ9.abc.def',
  AVINODE_WEBHOOK_USERNAME: 'jetvision',
  AVINODE_WEBHOOK_PASSWORD: 'uP3rT9sK1mQ7wZ5x',
  MAIL_FROM: 'JetVision <offers@jets.example>',
  SMTP_URL: 'smtps://user:pw@mail.example:465',
}

it('a complete environment says all that a worker needs', () => {
  const config = parseConfig(environment)

  expect(config).toMatchObject({ PUBLIC_URL: 'https://jets.example', LOG_LEVEL: 'info' })
  expect(signing(config)).toEqual({ jwtSecret: environment.SUPABASE_JWT_SECRET })
  expect(mailOptions(config)).toEqual({ from: environment.MAIL_FROM, smtpUrl: environment.SMTP_URL })
})

it('an empty line means the same as none', () => {
  const config = parseConfig({ ...environment, REDIS_URL: '', RESEND_API_KEY: '', OPENAI_API_KEY: '' })

  expect(config.REDIS_URL).toBeUndefined()
  expect(config.OPENAI_API_KEY).toBeUndefined()
})

it.each([
  'PUBLIC_URL',
  'SUPABASE_SECRET_KEY',
  'DATABASE_URL',
  'AVINODE_AUTH_TOKEN',
  'MAIL_FROM',
  'SUPABASE_JWT_SECRET',
])('refuses to start without %s, and says so', (name) => {
  expect(() => parseConfig({ ...environment, [name]: undefined })).toThrow(name)
})

it.each([
  ['SUPABASE_JWT_SECRET', 'super-secret-jwt-token-with-at-least-32-characters-long'],
  ['AVINODE_AUTH_TOKEN', 'sandbox-connection-token'],
  ['AVINODE_WEBHOOK_PASSWORD', 'changeme-changeme'],
])('refuses the well-known value of %s', (name, value) => {
  expect(() => parseConfig({ ...environment, [name]: value })).toThrow(name)
})

it('refuses two ways for e-mail to leave, or none', () => {
  expect(() => parseConfig({ ...environment, RESEND_API_KEY: 're_8f7e6d5c4b3a2910' })).toThrow('SMTP_URL')
  expect(() => parseConfig({ ...environment, SMTP_URL: undefined })).toThrow('SMTP_URL')
})
