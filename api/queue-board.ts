import { createBullBoard } from '@bull-board/api'
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter'
import { HonoAdapter } from '@bull-board/hono'
import { serveStatic } from '@hono/node-server/serve-static'
import type { Queue } from 'bullmq'
import { Hono } from 'hono'

export const BOARD_PATH = '/api/admin/queues'

/** The page is not ours: it writes style attributes, and would fetch its letters from elsewhere. */
export const BOARD_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** bull-board over our queues, to look at: what is to be done again is replayed through the database, where it is known. */
export function createQueueBoard(queues: readonly Queue[]): Hono {
  const serverAdapter = new HonoAdapter(serveStatic).setBasePath(BOARD_PATH)
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })),
    serverAdapter,
    options: { uiConfig: { boardTitle: 'JetVision queues', hideRedisDetails: true } },
  })
  return new Hono().route(BOARD_PATH, serverAdapter.registerPlugin())
}
