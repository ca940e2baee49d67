import { priceLabel } from './describe.ts'
import { type Details, draftEmail } from './email.ts'
import { explain } from './failures.ts'
import { OneProposal, type ProposalRow, Proposals, Quotes } from './rows.ts'
import { settled } from './small-talk.ts'
import { readTask, requestIn, type Task } from './specialist.ts'
import { answer, call, resultOf, type Step, type Turn, textOf } from './turn.ts'

type Told = {
  proposal_id?: string | null
  approval?: 'executed' | 'rejected' | 'none'
  subject?: string | null
  body?: string | null
  note: string
}

const told = ({ proposal_id = null, approval = 'none', subject = null, body = null, note }: Told): Step =>
  answer({ proposal_id, approval, subject, body, note })

/** Makes proposals and writes to clients and operators; sending waits for the broker inside the tools. */
export function planCommunication(turn: Turn): Step {
  const task = readTask(turn)
  if (/\bwhat margin\b/i.test(task.task)) return planMarginAnswer(turn, task)
  if (/\bmargin\b/i.test(task.task)) return planMarginChange(turn, task)
  if (/\boperator\b/i.test(task.task) && /"[^"]+"/.test(task.task)) return planOperatorReply(turn, task)
  return planProposal(turn, task)
}

function planProposal(turn: Turn, task: Task): Step {
  const made = task.proposal_id
    ? existing(turn, task.proposal_id)
    : task.quote_id
      ? create(turn, task)
      : newest(turn, task)
  if ('step' in made) return made.step
  const { proposal, details } = made
  const proposal_id = proposal.id
  if (!/\bsend\b/i.test(task.task)) return told({ proposal_id, note: readyNote(proposal) })
  const { subject, body } = draftEmail(requestIn(turn, task.request_id), proposal, details)
  const sent = textOf(turn, 'send_proposal')
  if (sent === undefined) return call('send_proposal', { proposal_id, subject, body })
  const note = settled(
    sent,
    `${named(proposal)} is on its way; I tell you when the client answers.`,
    'Nothing was sent',
  )
  return told({ proposal_id, approval: approvalOf(sent), subject, body, note })
}

const readyNote = (proposal: ProposalRow) =>
  `${named(proposal)} is ready${proposal.final_amount ? `: ${priceLabel(proposal.final_amount, proposal.currency)} for the client` : ''}. Say "send it" and I put the e-mail up for your approval.`

const named = ({ proposal_number }: ProposalRow) => (proposal_number ? `Proposal ${proposal_number}` : 'The proposal')

type Made = { step: Step } | { proposal: ProposalRow; details: Details }

function existing(turn: Turn, proposal_id: string): Made {
  const read = resultOf(turn, 'get_proposal', OneProposal)
  if (!read) return { step: call('get_proposal', { proposal_id }) }
  if (!read.ok) return { step: told({ note: explain(read.failure) }) }
  const contact_name = read.value.client?.contact_name ?? null
  return { proposal: read.value.proposal, details: { aircraft_type: null, valid_until: null, contact_name } }
}

/** Without a quote it is the proposal that was made last, or else the best quote's. */
function newest(turn: Turn, task: Task): Made {
  if (!turn.tools.has('list_proposals')) return create(turn, task)
  const listed = resultOf(turn, 'list_proposals', Proposals)
  if (!listed) return { step: call('list_proposals', { request_id: task.request_id, limit: 10 }) }
  const live = listed.ok ? listed.value.proposals.find(isLive) : undefined
  return live ? existing(turn, live.id) : create(turn, task)
}

const isLive = ({ status }: ProposalRow) => !['accepted', 'rejected', 'expired'].includes(status ?? '')

function create(turn: Turn, { request_id, quote_id }: Task): Made {
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes && request_id) return { step: call('list_quotes', { request_id }) }
  const listed = quotes?.ok ? quotes.value.quotes : []
  const quote = quote_id
    ? listed.find(({ id }) => id === quote_id)
    : listed.find(({ status }) => status !== 'expired' && status !== 'rejected')
  const chosen = quote?.id ?? quote_id
  if (!chosen) return { step: told({ note: 'There is no open quote to propose.' }) }
  const made = resultOf(turn, 'create_proposal', OneProposal)
  if (!made) return { step: call('create_proposal', { quote_id: chosen, title: null, description: null }) }
  if (!made.ok) return { step: told({ note: `The proposal could not be made. ${explain(made.failure)}` }) }
  return {
    proposal: made.value.proposal,
    details: {
      aircraft_type: quote?.aircraft_type ?? null,
      valid_until: quote?.valid_until ?? null,
      contact_name: made.value.client?.contact_name ?? null,
    },
  }
}

function planMarginAnswer(turn: Turn, { request_id }: Task): Step {
  const listed = resultOf(turn, 'list_proposals', Proposals)
  if (!listed) return call('list_proposals', { request_id, limit: 10 })
  if (!listed.ok) return told({ note: explain(listed.failure) })
  const proposal = listed.value.proposals.find(isLive) ?? listed.value.proposals[0]
  const { total_amount: net, margin_applied: margin, final_amount: final, currency } = proposal ?? {}
  if (!proposal || !net || !margin || !final)
    return told({ note: 'There is no proposal yet. It takes the margin of your settings when it is made.' })
  const [first, added, sum] = [net, margin, final].map((amount) => priceLabel(amount, currency))
  return told({
    proposal_id: proposal.id,
    note: `${named(proposal)}: ${first} net and ${added} margin, ${sum} for the client.`,
  })
}

function planMarginChange(turn: Turn, { task, request_id, proposal_id }: Task): Step {
  const found = proposal_id ? undefined : resultOf(turn, 'list_proposals', Proposals)
  if (!proposal_id && !found) return call('list_proposals', { request_id, limit: 10 })
  const newest = found?.ok ? found.value.proposals.find(isLive) : undefined
  const id = proposal_id ?? newest?.id
  if (!id)
    return told({
      note: 'There is no proposal yet whose margin could change. It takes the margin of your settings when it is made.',
    })
  const [, value = '', unit = ''] = /(\d+(?:\.\d+)?) (%|fixed)/.exec(task) ?? []
  const revised = resultOf(turn, 'revise_proposal', OneProposal)
  if (!revised)
    return call('revise_proposal', {
      proposal_id: id,
      margin_type: unit === '%' ? 'percentage' : 'fixed',
      margin_value: value,
    })
  if (!revised.ok) return told({ proposal_id: id, note: explain(revised.failure) })
  const { final_amount, currency } = revised.value.proposal
  return told({
    proposal_id: id,
    note: `${named(revised.value.proposal)} now comes to ${final_amount ? priceLabel(final_amount, currency) : 'the new price'} for the client. Say "send the proposal" to send it.`,
  })
}

function planOperatorReply(turn: Turn, { task, request_id, quote_id }: Task): Step {
  const text = /"([^"]+)"/.exec(task)?.[1] ?? ''
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes) return call('list_quotes', { request_id })
  if (!quotes.ok) return told({ note: explain(quotes.failure) })
  const quote = quotes.value.quotes.find(({ id }) => id === quote_id)
  if (!quote?.conversation_id) return told({ note: 'This operator has no room yet, so nothing can be written.' })
  const sent = textOf(turn, 'reply_to_operator')
  if (sent === undefined) return call('reply_to_operator', { conversation_id: quote.conversation_id, text })
  const note = settled(
    sent,
    `The message to ${quote.operator_name} is sent.`,
    `The message to ${quote.operator_name} was not sent`,
  )
  return told({ approval: approvalOf(sent), body: text, note })
}

const approvalOf = (text: string) =>
  text.startsWith('executed') ? 'executed' : text.startsWith('rejected') ? 'rejected' : 'none'
