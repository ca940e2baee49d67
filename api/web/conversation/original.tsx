import { useState } from 'react'
import { readOriginal } from '../data/message-actions.ts'
import type { Message } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { useAction } from '../look/use-action.ts'
import { Verbatim } from './verbatim.tsx'

/** That a message was changed; to its sender also what it said at first. */
export function Original({ message }: { message: Message }) {
  const { store } = useDesk()
  const { problem, run } = useAction()
  const [original, setOriginal] = useState<string | null>()
  if (message.sender_iso_agent_id !== store.session.agent.id) return <span className="soft">edited</span>
  const show = () => run(async () => setOriginal(await readOriginal(store, message)))
  return (
    <details className="original" onToggle={(event) => event.currentTarget.open && void show()}>
      <summary className="soft">edited</summary>
      <p className="soft">{problem ?? 'At first it said:'}</p>
      {original && <Verbatim text={original} />}
    </details>
  )
}
