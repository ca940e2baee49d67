import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { refusePending } from '../approvals/refuse-pending.ts'
import { readClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { done } from '../database.ts'
import { ConflictError, InvalidInputError } from '../errors.ts'
import type { MailAttachment } from '../mail.ts'
import { refuseNetFacts } from '../messages/confidentiality.ts'
import { refuseForeignFacts } from '../messages/stated-facts.ts'
import { visibleText } from '../messages/visible-text.ts'
import { parseMoney } from '../money.ts'
import { type Quote, readQuote, refuseClosed, validUntil } from '../quotes/quote.ts'
import { type Request, readRequest } from '../requests/request.ts'
import { defineOutwardTool } from '../tool.ts'
import { refuseFinal } from '../workflow.ts'
import { refuseClosedProposal } from './create-proposal.ts'
import { readDocument } from './documents.ts'
import { type Proposal, readProposal } from './proposal.ts'

const LINK_DAYS = 7

const Subject = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/, 'The subject is one line')
const Body = z.string().trim().min(1).max(10_000)

type Offer = { request: Request; quote: Quote }

const Attachment = z.strictObject({
  file_name: z.string(),
  file_path: z.string(),
  size_bytes: z.int(),
  sha256: z.string(),
})

export const sendProposal = defineOutwardTool({
  name: 'send_proposal',
  description:
    "Ask the broker to approve an e-mail to the client with the proposal's PDF and a personal link to accept it. The client's address, the link and the broker's signature are added by the service. Name neither operator nor net price.",
  effect: 'outward',
  input: z.strictObject({
    proposal_id: z.uuid().describe('From create_proposal or list_proposals'),
    subject: Subject.describe('One line'),
    body: Body.describe('Plain text from greeting to closing words, without link and signature'),
  }),
  output: z.object({ proposal_id: z.uuid(), email_message_id: z.string(), to_email: z.string() }),
  payload: z.strictObject({
    proposal_id: z.uuid(),
    proposal_number: z.string(),
    to_email: z.email(),
    to_name: z.string(),
    subject: Subject,
    body: Body,
    client_link: z.url(),
    attachments: z.array(Attachment),
  }),
  editable: ['subject', 'body'],
  async checkWords({ proposal_id, subject, body, client_link }, context) {
    const proposal = await readProposal(proposal_id, context)
    refuseWords({ subject, body: body.replace(client_link, '') }, proposal, await refuseUnsendable(proposal, context))
  },
  async prepare({ proposal_id, ...words }, context) {
    const proposal = await readProposal(proposal_id, context)
    const { request, quote } = await refuseUnsendable(proposal, context)
    await refusePending('send_proposal', { proposal_id }, context)
    const [subject, text] = [visibleText(words.subject), visibleText(words.body)]
    refuseWords({ subject, body: text }, proposal, { request, quote })
    const { to_email, to_name } = await recipient(proposal, context)
    const client_link = `${context.publicUrl}/p/${randomBytes(32).toString('base64url')}`
    return {
      payload: {
        proposal_id,
        proposal_number: proposal.proposal_number ?? '',
        to_email,
        to_name,
        subject,
        body: letter(text, client_link, context),
        client_link,
        attachments: [await attachmentOf(proposal, context)],
      },
      request_id: request.id,
      conversation_id: request.primary_conversation_id,
    }
  },
  async refuseOutdated(payload, context) {
    await stillSendable(payload, context)
  },
  async perform(payload, context, delivery) {
    const { proposal_id, to_email, to_name, subject, body, client_link } = payload
    const attachments = await stillSendable(payload, context)
    await openLink(proposal_id, client_link, context)
    const email_message_id = `${delivery.key}@${new URL(context.publicUrl).hostname}`
    const { full_name: name, email } = context.broker
    await delivery.sending()
    await context.mail.send(
      {
        message_id: email_message_id,
        to: { name: to_name, email: to_email },
        reply_to: { name, email },
        subject,
        text: body,
        attachments,
      },
      context.signal,
    )
    return { proposal_id, email_message_id, to_email }
  },
})

/** The text of the agent, the link on a line of its own, and who it is from. */
const letter = (text: string, link: string, { broker }: ToolContext) =>
  `${text}\n\nYou can read and accept the proposal here:\n${link}\n\n${broker.full_name}\n${broker.email}`

async function refuseUnsendable(proposal: Proposal, context: ToolContext) {
  refuseClosedProposal(proposal)
  if (proposal.status === 'draft' || proposal.file_path === null || proposal.quote_id === null) {
    throw new ConflictError('The PDF of this proposal is not written yet')
  }
  const [request, quote] = await Promise.all([
    readRequest(proposal.request_id, context),
    readQuote(proposal.quote_id, context),
  ])
  refuseFinal(request)
  refuseClosed(quote, context.now())
  if (proposal.total_amount !== null && parseMoney(proposal.total_amount) !== parseMoney(quote.total_price)) {
    throw new ConflictError('The quote has another price by now than this proposal: make the proposal anew')
  }
  return { request, quote }
}

type Filed = { proposal_id: string; to_email: string; attachments: z.output<typeof Attachment>[] }

/** The files to send, where everything still is as it was when the e-mail was drafted. */
async function stillSendable({ proposal_id, to_email, attachments }: Filed, context: ToolContext) {
  const proposal = await readProposal(proposal_id, context)
  await refuseUnsendable(proposal, context)
  await refuseFormerAddress(to_email, proposal, context)
  return Promise.all(attachments.map((file) => approvedFile(file, context)))
}

/** Neither what the client must not learn, nor a price or a day that stands in no row of ours. */
function refuseWords(words: { subject: string; body: string }, proposal: Proposal, { request, quote }: Offer) {
  const { final_amount, ...net } = amountsOf(proposal)
  refuseNetFacts(words, { ...net, operator_name: quote.operator_name })
  const days = [...request.segments.map(({ departure_date }) => departure_date), ...daysOf(validUntil(quote))]
  refuseForeignFacts(words, { final_amount, currency: proposal.currency, days })
}

/** Whoever changed the client's address after the draft had a reason: the old one gets nothing any more. */
async function refuseFormerAddress(to_email: string, proposal: Proposal, context: ToolContext) {
  const now = await recipient(proposal, context)
  if (now.to_email.toLowerCase() !== to_email.toLowerCase()) {
    throw new ConflictError("The client's address was changed after this was drafted: prepare it again")
  }
}

function amountsOf({ total_amount, margin_applied, final_amount }: Proposal) {
  if (total_amount === null || margin_applied === null || final_amount === null)
    throw new ConflictError('This proposal has no price')
  return { total_amount, margin_applied, final_amount }
}

/** A moment is one day or its neighbour, depending on where one stands. */
const daysOf = (moment: string | null) =>
  moment === null
    ? []
    : [-1, 0, 1].map((days) => new Date(Date.parse(moment) + days * 86_400_000).toISOString().slice(0, 10))

async function recipient({ client_profile_id }: Proposal, context: ToolContext) {
  if (client_profile_id === null) throw new ConflictError('This proposal is for no client')
  const client = await readClient(client_profile_id, context)
  if (!client.is_active) throw new ConflictError(`${client.company_name} is no longer one of your clients`)
  if (client.email === null) {
    throw new InvalidInputError([
      { path: 'email', message: `${client.company_name} has no e-mail address yet: add it to the client first` },
    ])
  }
  return { to_email: client.email, to_name: client.contact_name ?? client.company_name }
}

async function attachmentOf({ file_path, file_name }: Proposal, { db }: ToolContext) {
  if (file_path === null || file_name === null) throw new ConflictError('This proposal has no PDF')
  const { content, sha256 } = await readDocument(file_path, db)
  return { file_name, file_path, size_bytes: content.byteLength, sha256 }
}

/** The file as the broker saw it on the card, byte for byte. */
async function approvedFile(file: z.output<typeof Attachment>, { db }: ToolContext): Promise<MailAttachment> {
  const { content, sha256 } = await readDocument(file.file_path, db)
  if (sha256 !== file.sha256) {
    throw new ConflictError('The proposal was changed after this was drafted: prepare it again')
  }
  return { filename: file.file_name, content_type: 'application/pdf', content }
}

/** From now on the link opens, and every earlier one of this proposal is dead. Only its hash is kept. */
async function openLink(proposal_id: string, link: string, { db, now }: ToolContext) {
  const token = link.slice(link.lastIndexOf('/') + 1)
  await done(
    db.rpc('create_proposal_link', {
      p_proposal_id: proposal_id,
      p_token_hash: createHash('sha256').update(token).digest('hex'),
      p_expires_at: new Date(now().getTime() + LINK_DAYS * 24 * 60 * 60_000).toISOString(),
    }),
  )
}
