import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Approval } from '../tools/approvals/approval.ts'
import { decideApproval } from '../tools/approvals/decide-approval.ts'
import type { ToolContext } from '../tools/context.ts'
import type { Mail } from '../tools/mail.ts'
import { replyToOperator } from '../tools/messages/reply-to-operator.ts'
import { createProposal } from '../tools/proposals/create-proposal.ts'
import { sendProposal } from '../tools/proposals/send-proposal.ts'
import { scoreQuotes } from '../tools/quotes/score-quotes.ts'
import { requestApproval, runTool } from '../tools/tool.ts'
import { processWebhook } from './avinode-webhooks.ts'
import { createBackoff } from './backoff.ts'
import { brokerContext } from './broker-context.ts'
import type { OutboundDeps } from './outbound.ts'
import { outwardActionNamed } from './outward-actions.ts'
import type { World } from './testing-world.ts'

/** A request with one operator who has quoted, its room, and the outbox worked off by hand. */
export async function openDeal(world: World) {
  const broker = await world.broker()
  const request = await world.request(broker)
  const backoff = createBackoff({ first_ms: 30_000, longest_ms: 300_000 })
  const takeIn = async (expected: number) => {
    const enqueue = { webhook: async () => {}, analysis: async () => {}, monitor: async () => {} }
    const deps = { system: world.system, avinodeOf: () => world.avinode, enqueue, backoff, log: world.log }
    for (const notified of await world.notifications(expected)) {
      await processWebhook({ event_id: (await world.store(notified)).event_id }, deps)
    }
  }
  await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 1 })
  await world.play(`trips/${request.trip_id}/operator-quote`, { total_price: '100000.00' })
  await takeIn(2)
  const { rows } = await world.sql.query(
    "select id, avinode_thread_id from conversations where request_id = $1 and type = 'quote_discussion'",
    [request.id],
  )
  const room = { id: String(rows[0].id), rfq_id: String(rows[0].avinode_thread_id) }
  const background = {
    supabase: world.supabase,
    avinode: world.avinode,
    publicUrl: 'https://jets.example',
    log: world.log,
  }
  const contextWith =
    (mail: Mail): OutboundDeps['contextFor'] =>
    (who, seed, signal) =>
      brokerContext(who, seed, signal, { ...background, mail })
  const resumed: string[] = []
  const deps = (played: Partial<OutboundDeps> & { mail?: Mail } = {}): OutboundDeps => ({
    system: world.system,
    contextFor: contextWith(played.mail ?? world.mail),
    actionNamed: outwardActionNamed,
    enqueue: { turn: async (id) => void resumed.push(id), outbox: async () => {} },
    backoff,
    log: world.log,
    ...played,
  })
  const context = contextWith(world.mail)(broker, randomUUID(), AbortSignal.timeout(60_000))
  return { world, broker, request, room, takeIn, deps, context, resumed }
}

export type Deal = Awaited<ReturnType<typeof openDeal>>

export const said = async ({ world, room }: Deal) => {
  const signal = AbortSignal.timeout(10_000)
  const { message_ids } = await world.avinode.getRfq(room.rfq_id, signal)
  const messages = await Promise.all(message_ids.map((id) => world.avinode.getTripMessage(id, signal)))
  return messages.filter(({ from }) => from === 'broker').map(({ text }) => text)
}

export async function approve(approval: Approval, context: ToolContext) {
  await decideApproval({ approval_id: approval.id, decision: 'approve' }, context)
  return approval.id // the outbox row of an approval has its id
}

export const askForReply = (deal: Deal, text: string) =>
  requestApproval(replyToOperator, { conversation_id: deal.room.id, text }, deal.context)

/** What the broker writes in the operator's room. */
export async function write({ room, context }: Deal, text: string) {
  const { data } = await context.db
    .rpc('post_message', { p_conversation_id: room.id, p_message_id: randomUUID(), p_content: text })
    .throwOnError()
  return z.object({ outbox_id: z.uuid(), message: z.object({ id: z.uuid() }) }).parse(data)
}

export async function askForProposal({ world, request, context }: Deal) {
  await runTool(scoreQuotes, { request_id: request.id }, context)
  const { rows } = await world.sql.query('select id from quotes where request_id = $1', [request.id])
  const { proposal } = await runTool(createProposal, { quote_id: rows[0].id, title: null, description: null }, context)
  const words = {
    proposal_id: proposal.id,
    subject: 'Your flight to Van Nuys',
    body: 'Dear Ann,\n\nhere is our offer.',
  }
  return requestApproval(sendProposal, words, context)
}

export const outboxOf = async ({ world }: Deal, id: string) => {
  const { rows } = await world.sql.query(
    'select status, attempts, was_sending, error from private.outbox where id = $1',
    [id],
  )
  return rows[0]
}
export const approvalOf = async ({ world }: Deal, id: string) => {
  const { rows } = await world.sql.query('select status, error_message, result from approvals where id = $1', [id])
  return rows[0]
}
/** What a worker that died holds is free again. */
export const endLeases = ({ world }: Deal) =>
  world.sql.query("update private.outbox set lease_until = now() - interval '1 second' where lease_until is not null")
