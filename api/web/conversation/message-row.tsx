import { memo } from 'react'
import { CardOf } from '../cards/card-of.tsx'
import { keepMessage } from '../data/message-actions.ts'
import type { Message, Step } from '../data/rows.ts'
import { type Answer, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatClock, formatMoment } from '../look/format.ts'
import { Delivery } from './delivery.tsx'
import { EditMessage } from './edit-message.tsx'
import type { Entry } from './entries.ts'
import { Files } from './files.tsx'
import { GrowingMarkdown, Markdown } from './markdown.tsx'
import { MessageMenu } from './message-menu.tsx'
import { Original } from './original.tsx'
import { QuotedParent } from './quoted-parent.tsx'
import { Reactions } from './reactions.tsx'
import { useRoom } from './room-context.ts'
import { speakerOf } from './speaker.ts'
import { Steps } from './steps.tsx'

type Props = Pick<Entry, 'message' | 'isFirst'> & {
  part?: Entry['part']
  /** Set while the assistant is still at it. */
  live?: Answer | undefined
  /** Inside its own thread a message need not say what it answers. */
  inThread?: boolean
}

/** One message with its card, its files, and what others made of it. */
export const MessageRow = memo(function MessageRow({
  message,
  part = 'whole',
  isFirst,
  live,
  inThread = false,
}: Props) {
  const { store } = useDesk()
  const isLeaving = useStore(store, ({ leaving }) => message.id in leaving)
  const { editing, edit } = useRoom()
  const isEditing = editing === message.id
  const steps = live?.steps ?? (message.metadata?.steps as Step[] | undefined)
  const stopped = message.metadata?.stopped === true
  const card = message.deleted_at ? null : <CardOf message={message} />
  const { sender_type, sender_iso_agent_id } = message
  const isMine = sender_type === 'iso_agent' && sender_iso_agent_id === store.session.agent.id
  // What is only on its way to the service cannot be acted on yet.
  const isStored = !live && (message.status !== 'sending' || message.metadata !== null)
  const isGone = message.deleted_at !== null || isLeaving
  const head = isFirst && (
    <header>
      <strong>{speakerOf(message, store.session.agent.id)}</strong>
      {sender_type === 'operator' && <span className="tag">Operator</span>}
      <time dateTime={message.created_at} title={formatMoment(message.created_at)}>
        {formatClock(message.created_at)}
      </time>
    </header>
  )
  const work = (steps || live) && (
    <Steps steps={steps ?? []} running={live !== undefined} hasWords={Boolean(message.content)} />
  )
  if (part === 'steps') {
    return (
      <div className="message" data-sender={sender_type} data-first={isFirst}>
        {head}
        {work}
      </div>
    )
  }

  return (
    <article
      className="message"
      id={inThread ? undefined : `message-${message.id}`}
      data-sender={isMine ? 'iso_agent' : sender_type === 'iso_agent' ? 'colleague' : sender_type}
      data-first={isFirst}
      aria-busy={live !== undefined}
    >
      {head}
      {!inThread && message.parent_message_id && !isGone && <QuotedParent message={message} />}
      {part === 'whole' && work}
      {isLeaving && <Leaving id={message.id} />}
      {!isLeaving && isEditing && <EditMessage message={message} onClose={() => edit(undefined)} />}
      {!isLeaving && !isEditing && <Words message={message} hasCard={card !== null} isGrowing={live !== undefined} />}
      {stopped && <p className="soft">You stopped the answer here.</p>}
      {card}
      {!isGone && <Files files={message.attachments ?? []} />}
      {!isGone && <Reactions message={message} />}
      {!inThread && (message.reply_count ?? 0) > 0 && <Replies message={message} />}
      {isMine && !isLeaving && <Delivery message={message} />}
      {isStored && !isGone && !isEditing && <MessageMenu message={message} onEdit={() => edit(message.id)} />}
    </article>
  )
})

/** Cards that say it all themselves. */
const SPEAKING_CARDS = ['approval', 'comparison', 'trip']

function Words({ message, hasCard, isGrowing }: { message: Message; hasCard: boolean; isGrowing: boolean }) {
  const { content, deleted_at, rich_content, is_edited } = message
  if (deleted_at) return <p className="soft">This message was deleted.</p>
  if (!content || (hasCard && SPEAKING_CARDS.includes(String(rich_content?.card)))) return null
  return (
    <div className="words">
      {isGrowing ? <GrowingMarkdown text={content} /> : <Markdown text={content} />}
      {is_edited && <Original message={message} />}
    </div>
  )
}

/** For a moment a deleted message can be had back. */
function Leaving({ id }: { id: string }) {
  const { store } = useDesk()
  return (
    <p className="leaving soft" role="status">
      You deleted this message.{' '}
      <button
        type="button"
        className="quiet small"
        ref={(button) => button?.focus()}
        onClick={() => keepMessage(store, id)}
      >
        Undo
      </button>
    </p>
  )
}

function Replies({ message: { id, reply_count = 0 } }: { message: Message }) {
  const { openThread } = useRoom()
  return (
    <button type="button" className="quiet small replies" onClick={() => openThread(id)}>
      {reply_count} {reply_count === 1 ? 'reply' : 'replies'}
    </button>
  )
}
