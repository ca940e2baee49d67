import { useMemo, useState } from 'react'
import { createSession, forgetSession, keepSession, keptSession, type SignedIn } from './data/session.ts'
import { createStore } from './data/store.ts'
import { Desk } from './frame/desk.tsx'
import { usePreferences } from './look/preferences.ts'
import { SignIn } from './sign-in.tsx'

/** The page: the sign-in, or the desk of whoever is signed in. */
export function App() {
  const [signedIn, setSignedIn] = useState(keptSession)
  const [expired, setExpired] = useState(false)
  const { formats } = usePreferences()

  const signIn = (session: SignedIn) => {
    keepSession(session)
    setExpired(false)
    setSignedIn(session)
  }
  const signOut = async () => {
    // At Clerk first: whoever looks who is signed in must find nobody.
    if (signedIn && 'clerk' in signedIn) await signedIn.clerk.signOut().catch(() => undefined) // the session there ends by itself
    forgetSession()
    history.replaceState(null, '', '/')
    setExpired(false)
    setSignedIn(undefined)
  }

  const store = useMemo(() => {
    if (!signedIn) return undefined
    const onEnd = () => {
      forgetSession()
      setExpired(true)
      setSignedIn(undefined)
    }
    return createStore(createSession(signedIn, onEnd))
  }, [signedIn])

  if (!signedIn || !store) return <SignIn expired={expired} onSignIn={signIn} />
  return <Desk key={`${signedIn.agent.id} ${formats}`} store={store} onSignOut={() => void signOut()} />
}
