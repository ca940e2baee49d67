import { type Bearer, getJson, type Session } from './api.ts'
import type { Agent } from './rows.ts'

/** What the page uses of clerk-js. */
export type Clerk = {
  load(): Promise<void>
  session?: { getToken(options?: { skipCache?: boolean }): Promise<string | null> } | null
  redirectToSignIn(options: { signInFallbackRedirectUrl: string }): Promise<unknown>
  signOut(): Promise<void>
  addListener(listener: (resources: { session?: unknown }) => void): () => void
}

const settingOf = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content

/** Whether the service signs its brokers in through Clerk. It says so in the document; in local mode it does not. */
export const usesClerk = () => settingOf('clerk-publishable-key') !== undefined

let loading: Promise<Clerk> | undefined

/** Clerk's own script, ready to be asked who is signed in. It comes from the installation's own address at Clerk and from nowhere else. */
export function loadClerk(): Promise<Clerk> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined // tried again when somebody asks
    throw error
  })
  return loading
}

async function load(): Promise<Clerk> {
  const script = document.createElement('script')
  script.src = settingOf('clerk-script') ?? ''
  script.async = true
  script.crossOrigin = 'anonymous'
  script.dataset.clerkPublishableKey = settingOf('clerk-publishable-key') ?? ''
  await new Promise((resolve, reject) => {
    script.onload = resolve
    script.onerror = () => {
      script.remove()
      reject(new Error('Clerk could not be loaded'))
    }
    document.head.append(script)
  })
  const { Clerk: clerk } = globalThis as { Clerk?: Clerk }
  if (!clerk) throw new Error('Clerk is not there')
  await clerk.load()
  return clerk
}

/** Clerk's own sign-in page; it comes back to where the broker was. */
export const goToSignIn = (clerk: Clerk) => clerk.redirectToSignIn({ signInFallbackRedirectUrl: location.href })

/** Who is signed in at Clerk, as the service knows them. Throws a `Problem` for an account that has no access. */
export const readAgent = (clerk: Clerk) =>
  getJson<Agent>(
    sessionOf(clerk, () => undefined),
    '/api/me',
  )

/** Clerk's tokens live for a minute; it hands out a fresh one whenever it is asked. */
const sessionOf = (clerk: Clerk, end: () => void): Bearer => ({
  token: async () => (await clerk.session?.getToken()) ?? '',
  renew: async () => Boolean(await clerk.session?.getToken({ skipCache: true })),
  end,
})

/** A session that lasts as long as the one at Clerk: signing out in another tab ends it here. */
export function createClerkSession(clerk: Clerk, agent: Agent, onEnd: () => void): Session {
  const forget = clerk.addListener(({ session }) => {
    if (session === null) end()
  })
  const end = () => {
    forget()
    onEnd()
  }
  return { agent, ...sessionOf(clerk, end) }
}
