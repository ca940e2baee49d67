import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { NotFoundError } from '../../tools/errors.ts'
import { scopes } from '../../tools/scopes.ts'
import type { ApiEnv } from '../api-env.ts'
import type { LocalSignIn } from '../deps.ts'
import { failures, json, jsonBody, operation } from '../operation.ts'

const Account = z.looseObject({ id: z.uuid(), email: z.string(), full_name: z.string(), role: z.string() })

const listAccounts = operation({
  method: 'get',
  path: '/api/dev/accounts',
  tags: ['Local mode'],
  summary: 'The seeded agents',
  security: [],
  responses: { 200: json(z.object({ data: z.array(Account), next_cursor: z.null() }), 'Whom one can sign in as') },
})

const TokenWish = z.strictObject({
  email: z.string().trim().min(1).max(254),
  scope: z.enum(Object.keys(scopes)).optional().describe('For an MCP client: what it may do at most'),
})

const createToken = operation({
  method: 'post',
  path: '/api/dev/token',
  tags: ['Local mode'],
  summary: 'Sign in as one of the seeded agents',
  security: [],
  request: { body: jsonBody(TokenWish) },
  responses: {
    200: json(z.object({ token: z.string(), iso_agent: Account }), 'A token for the Authorization header'),
    ...failures(404),
  },
})

const showLinks = operation({
  method: 'get',
  path: '/api/dev/links',
  tags: ['Local mode'],
  summary: 'What is simulated, and where to look at it',
  security: [],
  responses: {
    200: json(
      z.object({
        marketplace_url: z.string().nullable(),
        mailbox_url: z.string().nullable(),
        simulated: z.array(z.string()),
      }),
      'The simulated world',
    ),
  },
})

/** Sign-in without Clerk. Registered in local mode only. */
export const localSignInRoutes = (local: LocalSignIn) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(listAccounts, async (c) => c.json({ data: await local.accounts(), next_cursor: null }, 200))
    .openapi(showLinks, (c) => c.json(local.links, 200))
    .openapi(createToken, async (c) => {
      const { email, scope } = c.req.valid('json')
      const signedIn = await local.issueToken(email, scope)
      if (!signedIn) throw new NotFoundError('An account with this e-mail address')
      return c.json(signedIn, 200)
    })
