import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, join, resolve, sep } from 'node:path'
import type { Context } from 'hono'
import { Hono } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import { type ClerkFrontend, clerkTags } from '../clerk-frontend.ts'
import { pagePolicy } from '../headers.ts'

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

/** The names of files in `assets` say what is in them. */
const KEPT_FOREVER = 'public, max-age=31536000, immutable'
const PACKINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** The brokers' page: its built files, and for every address of the page its one document, which says where to sign in. */
export function webPageRoutes(webDir: string, clerk: ClerkFrontend | null = null) {
  const root = resolve(webDir)
  const app = new Hono<ApiEnv>()
  const document = (c: Context<ApiEnv>) => {
    if (!clerk) return send(c, join(root, 'index.html'), 'no-cache')
    c.header('Content-Security-Policy', pagePolicy(clerk.origin))
    return send(c, join(root, 'index.html'), 'no-cache', (text) =>
      text.replace('</head>', `${clerkTags(clerk)}</head>`),
    )
  }
  app.get('/', document)
  app.get('/deals', document)
  app.get('/deals/*', document)
  app.get('/assets/*', async (c) => {
    const file = resolve(root, `.${c.req.path}`)
    if (!file.startsWith(root + sep)) return c.notFound()
    const packed = await packedFor(c, file)
    return packed ?? send(c, file, KEPT_FOREVER)
  })
  app.get('/:file{[\\w-]+\\.(svg|png|ico|webmanifest|txt)}', (c) =>
    send(c, join(root, c.req.param('file')), 'public, max-age=3600'),
  )
  return app
}

/** The file as the build has compressed it, for a browser that takes it so. */
async function packedFor(c: Context<ApiEnv>, path: string) {
  const type = TYPES[extname(path)]
  const taken = (c.req.header('Accept-Encoding') ?? '').split(',').map((part) => part.trim().split(';')[0])
  const [encoding, end] = PACKINGS.find(([name]) => taken.includes(name)) ?? []
  const bytes = type && end ? await readFile(path + end).catch(() => undefined) : undefined // only some are compressed
  if (!type || !encoding || !bytes) return undefined
  const headers = { 'Content-Type': type, 'Content-Encoding': encoding, 'Cache-Control': KEPT_FOREVER }
  return c.body(new Uint8Array(bytes), 200, { ...headers, Vary: 'Accept-Encoding' })
}

async function send(c: Context<ApiEnv>, path: string, caching: string, change?: (text: string) => string) {
  const type = TYPES[extname(path)]
  const stored = type ? await readFile(path).catch(() => undefined) : undefined // a missing file is a 404, whatever the reason
  if (!type || !stored) return c.notFound()
  const file = change ? Buffer.from(change(stored.toString())) : stored
  const etag = `"${createHash('sha256').update(file).digest('base64url').slice(0, 22)}"`
  const headers = { 'Content-Type': type, 'Cache-Control': caching, ETag: etag }
  if (c.req.header('If-None-Match') === etag) return c.body(null, 304, headers)
  return c.body(new Uint8Array(file), 200, headers)
}
