import type { Session } from './api.ts'
import type { Agent } from './rows.ts'

export type SignedIn = { token: string; agent: Agent }

const KEPT = 'jetvision.session'

/** Who is signed in: this tab's choice first, else that of the tab before it. */
export function keptSession(): SignedIn | undefined {
  const kept = sessionStorage.getItem(KEPT) ?? localStorage.getItem(KEPT)
  if (!kept) return undefined
  sessionStorage.setItem(KEPT, kept)
  return JSON.parse(kept) as SignedIn
}

export function keepSession(signedIn: SignedIn) {
  sessionStorage.setItem(KEPT, JSON.stringify(signedIn))
  localStorage.setItem(KEPT, JSON.stringify(signedIn))
}

export function forgetSession() {
  sessionStorage.removeItem(KEPT)
  localStorage.removeItem(KEPT)
}

export type Account = Agent

export async function requestToken(email: string): Promise<SignedIn | undefined> {
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
export function createSession({ token, agent }: SignedIn, onEnd: () => void): Session {
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
    token: () => current,
    renew() {
      renewing ??= renew()
      return renewing
    },
    end: onEnd,
  }
}
