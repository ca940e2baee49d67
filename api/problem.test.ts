import { PassThrough } from 'node:stream'
import { Hono } from 'hono'
import pino from 'pino'
import { expect, it } from 'vitest'
import type { ApiEnv } from './api-env.ts'
import { problemHandler } from './problem.ts'

it('a defect is logged with where it happened, and told to nobody', async () => {
  const log = new PassThrough()
  const app = new Hono<ApiEnv>().get('/', () => {
    throw new Error('the secret cause')
  })
  app.onError(problemHandler(pino(log)))

  const answer = await app.request('/')

  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('secret')
  expect(JSON.parse(String(log.read()))).toMatchObject({
    err: { message: 'the secret cause', stack: expect.stringContaining('problem.test.ts') },
  })
})
