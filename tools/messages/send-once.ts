import { z } from 'zod'
import type { TripMessage } from '../avinode/avinode.ts'
import type { ToolContext } from '../context.ts'
import { columnsOf, rows } from '../database.ts'
import type { Delivery } from '../tool.ts'

type Words = {
  rfq_id: string
  text: string
  /** When they were decided to be sent; null if that is not known. */
  since: string | null
  /** Our own message of these words, once there is one: what Avinode's notification has bound to it is no stranger's. */
  message_id?: string
  approval_id?: string | undefined
}

/** How far Avinode's clock may be behind ours. */
const SKEW_MS = 5 * 60_000

const Known = z.object({
  id: z.uuid(),
  avinode_message_id: z.string(),
  metadata: z.record(z.string(), z.unknown()),
})

/**
 * Writes to the operator of an RFQ. Avinode takes no key against repeats, so what an attempt before a crash may have sent is
 * looked for first: the same words from us, since they were decided on, that belong to no message of ours yet.
 */
export async function sendOnce(words: Words, context: ToolContext, delivery: Delivery): Promise<TripMessage> {
  const earlier = words.since === null ? undefined : await findSent(words, Date.parse(words.since), context)
  if (earlier) return earlier
  await delivery.sending()
  return context.avinode.sendTripMessage(words.rfq_id, words.text, context.signal)
}

async function findSent(words: Words, since: number, { avinode, db, signal }: ToolContext) {
  const { message_ids } = await avinode.getRfq(words.rfq_id, signal)
  if (message_ids.length === 0) return undefined
  const known = await rows(Known, db.from('messages').select(columnsOf(Known)).in('avinode_message_id', message_ids))
  const others = new Set(known.filter((message) => !isOwn(message, words)).map((message) => message.avinode_message_id))
  for (const id of message_ids.filter((id) => !others.has(id))) {
    const message = await avinode.getTripMessage(id, signal)
    const written = message.created_on === null ? since : Date.parse(message.created_on)
    if (message.from === 'broker' && message.text.trim() === words.text && written >= since - SKEW_MS) return message
  }
  return undefined
}

const isOwn = ({ id, metadata }: z.output<typeof Known>, { message_id, approval_id }: Words) =>
  id === message_id || (approval_id !== undefined && metadata.approval_id === approval_id)
