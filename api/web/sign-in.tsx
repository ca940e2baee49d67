import { useCallback, useEffect, useState } from 'react'
import { sentenceOf } from './data/api.ts'
import { type Clerk, goToSignIn, loadClerk, readAgent, usesClerk } from './data/clerk.ts'
import { type Account, requestToken, type SignedIn } from './data/session.ts'
import { Icon } from './look/icon.tsx'
import { Alert, Skeleton } from './look/status-note.tsx'

type Props = { expired: boolean; onSignIn(session: SignedIn): void }

const ENDED = 'Your session has ended. Nothing is lost: your drafts are where you left them.'

/** The way in: Clerk's sign-in page, or the picker of local mode. */
export function SignIn({ expired, onSignIn }: Props) {
  return (
    <main className="sign-in">
      <p className="brand">
        <Icon name="mark" /> JetVision
      </p>
      {usesClerk() ? (
        <AtClerk expired={expired} onSignIn={onSignIn} />
      ) : (
        <Picker expired={expired} onSignIn={onSignIn} />
      )}
    </main>
  )
}

function AtClerk({ expired, onSignIn }: Props) {
  const [clerk, setClerk] = useState<Clerk>()
  const [failure, setFailure] = useState<string>()
  const [isLeaving, setLeaving] = useState(false)

  const look = useCallback(async () => {
    setFailure(undefined)
    const found = await loadClerk().catch(() => undefined) // said below
    if (!found) return setFailure('The sign-in cannot be reached. Nothing is lost: your drafts are on this device.')
    try {
      if (found.session) return onSignIn({ clerk: found, agent: await readAgent(found) })
    } catch (error) {
      setFailure(sentenceOf(error))
    }
    setClerk(found)
  }, [onSignIn])
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it is shown
  useEffect(() => void look(), [])

  const leave = async (found: Clerk) => {
    setLeaving(true)
    // Somebody who is signed in without access here has to leave that account first.
    if (found.session) await found.signOut().catch(() => undefined) // the sign-in page sorts it out
    await goToSignIn(found).catch(() => setFailure('The sign-in page cannot be opened. Please try again.'))
    setLeaving(false)
  }
  return (
    <>
      <h1>{expired ? 'Sign in again' : 'Sign in'}</h1>
      <p className="soft">{expired ? ENDED : 'With the account of your company.'}</p>
      {failure && <Alert {...(clerk ? {} : { onRetry: () => void look() })}>{failure}</Alert>}
      {!clerk && !failure && <Skeleton lines={2} label="Looking who is signed in" />}
      {clerk && (
        <button type="button" disabled={isLeaving} onClick={() => void leave(clerk)}>
          {isLeaving ? 'One moment …' : failure ? 'Use another account' : 'Sign in'}
        </button>
      )}
    </>
  )
}

function Picker({ expired, onSignIn }: Props) {
  const [accounts, setAccounts] = useState<Account[]>()
  const [failure, setFailure] = useState<string>()
  const [choosing, setChoosing] = useState<string>()

  useEffect(() => {
    fetch('/api/dev/accounts')
      .then(async (response) => {
        if (response.status === 404)
          return setFailure('Nobody can sign in here: this installation names no sign-in. Ask whoever runs it.')
        if (!response.ok) return setFailure('The list of brokers could not be read. Please reload.')
        setAccounts(((await response.json()) as { data: Account[] }).data)
      })
      .catch(() => setFailure('JetVision cannot be reached. Reload when the connection is back.'))
  }, [])

  const choose = async (email: string) => {
    setChoosing(email)
    const session = await requestToken(email)
    setChoosing(undefined)
    if (session) onSignIn(session)
    else setFailure('Signing in did not work. Please try again.')
  }

  return (
    <>
      <h1>{expired ? 'Sign in again' : 'Choose who you are'}</h1>
      <p className="soft">{expired ? ENDED : 'Local mode signs you in without a password.'}</p>
      {failure && <Alert>{failure}</Alert>}
      {!accounts && !failure && <Skeleton lines={4} label="Loading brokers" />}
      <ul>
        {accounts?.map(({ email, full_name, role }) => (
          <li key={email}>
            <button type="button" className="choice" disabled={choosing !== undefined} onClick={() => choose(email)}>
              <span className="initials" aria-hidden="true">
                {initialsOf(full_name)}
              </span>
              <span>
                <strong>{full_name}</strong>
                <span className="soft">
                  {role === 'admin' ? 'Administrator' : 'Broker'} · {email}
                </span>
              </span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

/** The first letters of a name's first two words. */
export const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('')
