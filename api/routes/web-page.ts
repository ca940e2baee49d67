import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { Context } from 'hono'
import { Hono } from 'hono'
import type { ApiEnv } from '../api-env.ts'

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/** The brokers' page: its built files, and for every address of the page its one document. */
export function webPageRoutes(webDir: string) {
  const root = resolve(webDir)
  const app = new Hono<ApiEnv>()
  const document = (c: Context<ApiEnv>) => send(c, join(root, 'index.html'), 'no-cache')
  app.get('/', document)
  app.get('/deals', document)
  app.get('/deals/*', document)
  app.get('/assets/*', (c) => {
    const file = resolve(root, `.${c.req.path}`)
    return file.startsWith(root + sep) ? send(c, file, 'public, max-age=31536000, immutable') : c.notFound()
  })
  app.get('/:file{[\\w-]+\\.(svg|png|ico|webmanifest|txt)}', (c) =>
    send(c, join(root, c.req.param('file')), 'public, max-age=3600'),
  )
  return app
}

async function send(c: Context<ApiEnv>, path: string, caching: string) {
  const type = TYPES[extname(path)]
  const file = type ? await readFile(path).catch(() => undefined) : undefined // a missing file is a 404, whatever the reason
  if (!type || !file) return c.notFound()
  const etag = `"${createHash('sha256').update(file).digest('base64url').slice(0, 22)}"`
  const headers = { 'Content-Type': type, 'Cache-Control': caching, ETag: etag }
  if (c.req.header('If-None-Match') === etag) return c.body(null, 304, headers)
  return c.body(new Uint8Array(file), 200, headers)
}
