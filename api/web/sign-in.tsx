import { useEffect, useState } from 'react'
import type { Agent } from './rows.ts'

type Props = { expired: boolean; onSignIn(session: { token: string; agent: Agent }): void }

/** The picker of local mode. In production the sign-in of Clerk stands in front of the page. */
export function SignIn({ expired, onSignIn }: Props) {
  const [accounts, setAccounts] = useState<Agent[]>()
  const [failure, setFailure] = useState<string>()

  useEffect(() => {
    fetch('/api/dev/accounts')
      .then(async (response) => {
        if (response.status === 404)
          throw new Error('This service runs in production mode: sign in through your company’s address.')
        if (!response.ok) throw new Error('The list of brokers could not be read. Please reload.')
        setAccounts(((await response.json()) as { data: Agent[] }).data)
      })
      .catch((error: Error) => setFailure(error.message))
  }, [])

  const choose = async (email: string) => {
    const response = await fetch('/api/dev/token', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email }),
    })
    if (!response.ok) return setFailure('Signing in did not work. Please try again.')
    const { token, iso_agent } = (await response.json()) as { token: string; iso_agent: Agent }
    onSignIn({ token, agent: iso_agent })
  }

  return (
    <main className="sign-in">
      <h1>JetVision</h1>
      <p>{expired ? 'Your session has ended. Sign in again; nothing is lost.' : 'Local mode: choose who you are.'}</p>
      {failure && (
        <p className="problem" role="alert">
          {failure}
        </p>
      )}
      {!accounts && !failure && <p role="status">Loading brokers …</p>}
      <ul>
        {accounts?.map((account) => (
          <li key={account.email}>
            <button type="button" onClick={() => choose(account.email)}>
              <strong>{account.full_name}</strong>
              <span>
                {account.role === 'admin' ? 'Admin' : 'Broker'} · {account.email}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </main>
  )
}
