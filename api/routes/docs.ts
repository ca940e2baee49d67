import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type { ApiEnv } from '../api-env.ts'

const FILES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
}

/** Swagger UI writes style attributes; everything else comes from here. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Calls are tried where the page was opened, also where the service goes by several names. */
const START = `fetch('/api/openapi.json').then((answer) => answer.json()).then((spec) => SwaggerUIBundle({
  spec: { ...spec, servers: [{ url: location.origin }] }, dom_id: '#docs', deepLinking: true, docExpansion: 'list',
  defaultModelsExpandDepth: 0, persistAuthorization: false, validatorUrl: null,
}))`

/** The contract as a page, from files of our own. */
export function docsRoutes() {
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  return new Hono<ApiEnv>()
    .get('/api/docs/', (c) => c.redirect('/api/docs', 308))
    .get('/api/docs', (c) => {
      c.header('Content-Security-Policy', DOCS_POLICY)
      return c.html(page)
    })
    .get('/api/docs/start.js', (c) => c.body(START, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }))
    .get('/api/docs/:file', async (c) => {
      const type = FILES[c.req.param('file')]
      if (!type) return c.notFound()
      const file = await readFile(join(folder, c.req.param('file')))
      return c.body(new Uint8Array(file), 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=86400' })
    })
}

const page = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>JetVision API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
  </head>
  <body>
    <div id="docs"></div>
    <script src="/api/docs/swagger-ui-bundle.js"></script>
    <script src="/api/docs/start.js"></script>
  </body>
</html>`
