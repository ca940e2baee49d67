import type { Session } from './api.ts'
import { type Clerk, createClerkSession, usesClerk } from './clerk.ts'
import type { Agent } from './rows.ts'

/** Signed in by the local issuer, or at Clerk. */
export type SignedIn = LocallySignedIn | { clerk: Clerk; agent: Agent }
type LocallySignedIn = { token: string; agent: Agent }

const KEPT = 'jetvision.session'

/** Who is signed in: this tab's choice first, else that of the tab before it. Clerk keeps its own. */
export function keptSession(): SignedIn | undefined {
  if (usesClerk()) return undefined
  const kept = sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT)
  if (!kept) return undefined
  sessionStorage.setItem(KEPT, kept)
  return JSON.parse(kept) as SignedIn
}

export function keepSession(signedIn: SignedIn) {
  if ('clerk' in signedIn) return
  sessionStorage.setItem(KEPT, JSON.stringify(signedIn))
  localStorage.setItem(KEPT, JSON.stringify(signedIn))
}

export function forgetSession() {
  sessionStorage.removeItem(KEPT)
  localStorage.removeItem(KEPT)
}

export type Account = Agent

export async function requestToken(email: string): Promise<LocallySignedIn | undefined> {
  const response = await fetch('/api/dev/token', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email }),
  }).catch(() => undefined) // the network: the same as no token
  if (!response?.ok) return undefined
  const { token, iso_agent } = (await response.json()) as { token: string; iso_agent: Agent }
  return { token, agent: iso_agent }
}

/** A session whose token is renewed in the background, until that fails and `onEnd` is told. */
export const createSession = (signedIn: SignedIn, onEnd: () => void): Session =>
  'clerk' in signedIn ? createClerkSession(signedIn.clerk, signedIn.agent, onEnd) : createLocalSession(signedIn, onEnd)

function createLocalSession({ token, agent }: LocallySignedIn, onEnd: () => void): Session {
  let current = token
  let renewing: Promise<boolean> | undefined
  const renew = async () => {
    const fresh = await requestToken(agent.email)
    renewing = undefined
    if (!fresh) return false
    current = fresh.token
    keepSession(fresh)
    return true
  }
  return {
    agent,
    token: async () => current,
    renew() {
      renewing ??= renew()
      return renewing
    },
    end: onEnd,
  }
}
