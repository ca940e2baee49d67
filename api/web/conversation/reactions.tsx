import { sentenceOf } from '../data/api.ts'
import { toggleReaction } from '../data/message-actions.ts'
import type { Message } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { useRoom } from './room-context.ts'

/** Who reacted to a message, and how; one's own can be given and taken back here. */
export function Reactions({ message }: { message: Message }) {
  const { store, tell } = useDesk()
  const { canReply, colleagues } = useRoom()
  const given = Object.entries(message.reactions ?? {}).filter(([, who]) => who.length > 0)
  if (given.length === 0) return null
  const me = store.session.agent.id
  const nameOf = (id: string) => (id === me ? 'you' : (colleagues[id] ?? 'a colleague'))
  return (
    <ul className="reactions" aria-label="Reactions">
      {given.map(([emoji, who]) => (
        <li key={emoji}>
          <button
            type="button"
            className="quiet small"
            disabled={!canReply}
            aria-pressed={who.includes(me)}
            title={who.map(nameOf).join(', ')}
            aria-label={`${emoji} from ${who.map(nameOf).join(', ')}`}
            onClick={() => void toggleReaction(store, message, emoji).catch((error) => tell(sentenceOf(error)))}
          >
            {emoji} <span className="figure">{who.length}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}
