import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { ApiEnv } from '../api-env.ts'
import { securityHeaders } from '../headers.ts'
import { webPageRoutes } from '../routes/web-page.ts'
import { buildPage } from './build.ts'

/** Plays Clerk: its script with what the page uses of `window.Clerk`, its sign-in page, and who is signed in there. */
function playClerk(service_url: string, email: string) {
  let isSignedIn = false
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('Access-Control-Allow-Origin', '*')
  })
  app.get('/npm/@clerk/clerk-js@6/dist/clerk.browser.js', (c) =>
    c.body(`(${clerkBrowser})()`, 200, { 'Content-Type': 'text/javascript' }),
  )
  app.get('/sign-in', (c) =>
    c.html(
      `<h1>Sign in to JetVision</h1><form method="post" action="${new URL(c.req.url).search}"><button>Continue</button></form>`,
    ),
  )
  app.post('/sign-in', (c) => {
    isSignedIn = true
    return c.redirect(c.req.query('redirect_url') ?? '/', 303)
  })
  app.get('/session', (c) => c.json({ isSignedIn }))
  app.post('/end', (c) => {
    isSignedIn = false
    return c.json({})
  })
  app.get('/token', async (c) => {
    if (!isSignedIn) return c.json({ token: null })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${service_url}/api/dev/token`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ email }),
    })
    return c.json(await response.json())
  })
  return app
}

/** Runs in the browser, as Clerk's own script would. */
function clerkBrowser() {
  const script = document.currentScript as HTMLScriptElement
  const { origin } = new URL(script.src)
  const ask = async (path: string, method = 'GET') => (await fetch(origin + path, { method })).json()
  const listeners = new Set<(resources: { session: unknown }) => void>()
  const clerk = {
    publishableKey: script.dataset.clerkPublishableKey,
    session: undefined as unknown,
    async load() {
      const { isSignedIn } = await ask('/session')
      clerk.session = isSignedIn ? { getToken: async () => (await ask('/token')).token } : null
    },
    async redirectToSignIn({ signInFallbackRedirectUrl: back }: { signInFallbackRedirectUrl: string }) {
      location.href = `${origin}/sign-in?redirect_url=${encodeURIComponent(back)}`
    },
    async signOut() {
      await ask('/end', 'POST')
      clerk.session = null
      for (const listener of listeners) listener({ session: null })
    },
    addListener(listener: (resources: { session: unknown }) => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  Object.assign(globalThis, { Clerk: clerk })
}

/** The page as production serves it, with Clerk in front of it and no picker behind it. */
export async function startAtClerk(service_url: string, email: string) {
  const clerk = await listen(playClerk(service_url, email))
  const app = new Hono<ApiEnv>()
  app.use(securityHeaders)
  app.all('/api/dev/*', (c) => c.notFound())
  app.all('/api/*', async (c) => {
    const { pathname, search } = new URL(c.req.url)
    const { method, headers, body, signal } = c.req.raw
    const passed = { method, headers, body, signal, ...(body && { duplex: 'half' }) }
    const answer = await fetch(`${service_url}${pathname}${search}`, passed)
    return new Response(answer.body, answer)
  })
  app.route('/', webPageRoutes(await buildPage(), { publishableKey: 'pk_test_c3RhbmQtaW4k', origin: clerk.url }))
  const page = await listen(app)
  return {
    url: page.url,
    clerkUrl: clerk.url,
    async [Symbol.asyncDispose]() {
      await Promise.all([page.close(), clerk.close()])
    },
  }
}

async function listen(app: Hono<ApiEnv> | Hono) {
  const server = createAdaptorServer({ fetch: app.fetch as Hono['fetch'] }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
