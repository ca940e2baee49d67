import { retryMessage } from '../data/message-actions.ts'
import type { Message } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon, type IconName } from '../look/icon.tsx'
import { useAction } from '../look/use-action.ts'
import { useRoom } from './room-context.ts'

const TO_OPERATOR: Record<Message['status'], [IconName, string]> = {
  sending: ['clock', 'Sending …'],
  sent: ['check', 'Sent through Avinode'],
  delivered: ['checks', 'Delivered'],
  read: ['checks', 'Read'],
  failed: ['alert', 'Not delivered'],
}

/** How far the broker's own message got: to the operator, or to the colleagues in the room. The assistant reads everything: there it only is on its way. */
export function Delivery({ message }: { message: Message }) {
  const { operator, colleagues } = useRoom()
  if (operator) return <ToOperator message={message} />
  const isOnItsWay = message.status === 'sending'
  if (Object.keys(colleagues).length === 0) return isOnItsWay ? <OnItsWay /> : null
  if (isOnItsWay) return <State status="sending" icon="clock" words="Sending …" />
  const readers = (message.read_by ?? []).flatMap(({ iso_agent_id }) => colleagues[iso_agent_id ?? ''] ?? [])
  if (readers.length === 0) return <State status="sent" icon="check" words="Sent" />
  return <State status="read" icon="checks" words={`Read by ${readers.join(', ')}`} />
}

function ToOperator({ message }: { message: Message }) {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  const [icon, words] = TO_OPERATOR[message.status]
  if (message.status !== 'failed') return <State status={message.status} icon={icon} words={words} />
  return (
    <p className="delivery" data-status="failed">
      <Icon name={icon} /> {problem ?? words}
      <button
        type="button"
        className="quiet small"
        disabled={busy}
        onClick={() => void run(() => retryMessage(store, message))}
      >
        {busy ? 'Sending …' : 'Send again'}
      </button>
    </p>
  )
}

/** Beside the words: it comes and goes, and nothing moves for it. */
const OnItsWay = () => (
  <p className="delivery on-its-way">
    <Icon name="clock" /> <span className="unseen">Sending …</span>
  </p>
)

const State = ({ status, icon, words }: { status: Message['status']; icon: IconName; words: string }) => (
  <p className="delivery" data-status={status}>
    <Icon name={icon} /> {words}
  </p>
)
