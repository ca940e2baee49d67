import type { Queue } from 'bullmq'
import { type Context, Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { createAdminPasses, PASS_SECONDS } from '../admin-pass.ts'
import type { ApiEnv } from '../api-env.ts'
import { findBroker } from '../broker.ts'
import type { ApiDeps, QueueBoard } from '../deps.ts'
import { BOARD_PATH, BOARD_POLICY, createQueueBoard } from '../queue-board.ts'

const COOKIE = 'jetvision_queues'

/**
 * The queues as a page. A browser that opens an address sends no bearer token: an admin fetches a pass with one, and the page
 * is shown to whoever has the pass, to be read only. Calls with a bearer token are answered by the routes behind this one.
 */
export function queueBoardRoutes(deps: ApiDeps) {
  const app = new Hono<ApiEnv>()
  if (!deps.queueBoard) return app
  const passes = createAdminPasses(deps.queueBoard.secret)
  const board = keptBoard(deps.queueBoard)
  const isAdmin = async (pass: string | undefined) => {
    const sub = pass === undefined ? undefined : passes.read(pass)
    return sub !== undefined && (await findBroker(deps.supabase.forBroker(sub), sub))?.role === 'admin'
  }
  return app.get(`${BOARD_PATH}/*`, async (c, next) => {
    if (c.req.header('Authorization') !== undefined) return next()
    const pass = getCookie(c, COOKIE)
    if (await isAdmin(pass)) {
      const answer = await (await board()).fetch(c.req.raw)
      const headers = new Headers(answer.headers)
      headers.set('Content-Security-Policy', BOARD_POLICY)
      return new Response(answer.body, { status: answer.status, headers })
    }
    if (pass === undefined && !/text\/html/i.test(c.req.header('Accept') ?? '')) return next() // refused as every call without a token
    return c.html(closed, 401)
  })
}

/** Lets the browser of this admin open the page of the queues, and nothing else, for a quarter of an hour. */
export function giveBoardPass(c: Context<ApiEnv>, { secret }: QueueBoard, publicUrl: string) {
  setCookie(c, COOKIE, createAdminPasses(secret).issue(c.var.context.broker.clerk_user_id), {
    path: BOARD_PATH,
    httpOnly: true,
    sameSite: 'Strict',
    secure: publicUrl.startsWith('https:'),
    maxAge: PASS_SECONDS,
  })
}

/** Made once for the queues that are open; queues that had to be opened anew get a new one. */
function keptBoard({ queues }: QueueBoard) {
  let kept: { of: readonly Queue[]; board: ReturnType<typeof createQueueBoard> } | undefined
  return async () => {
    const open = await queues()
    if (!kept || open.some((queue, index) => queue !== kept?.of[index])) {
      kept = { of: open, board: createQueueBoard(open) }
    }
    return kept.board
  }
}

const closed = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Queues</title>
  </head>
  <body>
    <h1>Queues</h1>
    <p>Administrators open this page from “Administration” in the desk. It stays open for a quarter of an hour.</p>
    <p><a href="/">To the desk</a></p>
  </body>
</html>`
