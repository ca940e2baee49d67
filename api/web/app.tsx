import { useMemo, useState } from 'react'
import { Desk } from './desk.tsx'
import type { Agent } from './rows.ts'
import { SignIn } from './sign-in.tsx'
import { createStore } from './store.ts'

type SignedIn = { token: string; agent: Agent }

const KEPT = 'jetvision.session'

/** Who is signed in survives a reload of this tab, and ends with the tab. */
function keptSession(): SignedIn | undefined {
  const kept = sessionStorage.getItem(KEPT)
  return kept ? (JSON.parse(kept) as SignedIn) : undefined
}

export function App() {
  const [signedIn, setSignedIn] = useState(keptSession)
  const [expired, setExpired] = useState(false)

  const signIn = (session: SignedIn) => {
    sessionStorage.setItem(KEPT, JSON.stringify(session))
    setExpired(false)
    setSignedIn(session)
  }
  const signOut = () => {
    sessionStorage.removeItem(KEPT)
    setSignedIn(undefined)
  }

  const store = useMemo(() => {
    if (!signedIn) return undefined
    const onExpired = () => {
      sessionStorage.removeItem(KEPT)
      setExpired(true)
      setSignedIn(undefined)
    }
    return createStore({ token: signedIn.token, onExpired })
  }, [signedIn])

  if (!signedIn || !store) return <SignIn expired={expired} onSignIn={signIn} />
  return <Desk key={signedIn.agent.id} store={store} agent={signedIn.agent} onSignOut={signOut} />
}
