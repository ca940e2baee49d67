import { useEffect, useState } from 'react'
import { type Account, requestToken, type SignedIn } from './data/session.ts'
import { Icon } from './look/icon.tsx'
import { Alert, Skeleton } from './look/status-note.tsx'

type Props = { expired: boolean; onSignIn(session: SignedIn): void }

const PRODUCTION = 'This service runs in production mode: sign in through your company’s address.'

/** The picker of local mode. In production the sign-in of Clerk stands in front of the page. */
export function SignIn({ expired, onSignIn }: Props) {
  const [accounts, setAccounts] = useState<Account[]>()
  const [failure, setFailure] = useState<string>()
  const [choosing, setChoosing] = useState<string>()

  useEffect(() => {
    fetch('/api/dev/accounts')
      .then(async (response) => {
        if (response.status === 404) return setFailure(PRODUCTION)
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
    <main className="sign-in">
      <p className="brand">
        <Icon name="mark" /> JetVision
      </p>
      <h1>{expired ? 'Sign in again' : 'Choose who you are'}</h1>
      <p className="soft">
        {expired
          ? 'Your session has ended. Nothing is lost: your drafts are where you left them.'
          : 'Local mode signs you in without a password.'}
      </p>
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
    </main>
  )
}

const initialsOf = (name: string) =>
  name
    .split(/\s+/)
    .map((word) => word[0])
    .slice(0, 2)
    .join('')
