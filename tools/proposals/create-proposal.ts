import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { getRow, insertOnce, rows, stableId } from '../database.ts'
import { ConflictError, InvalidInputError } from '../errors.ts'
import { refuseNetFacts } from '../messages/confidentiality.ts'
import { visibleText } from '../messages/visible-text.ts'
import { applyMargin, type Margin, MarginType } from '../money.ts'
import { type Quote, readQuote, refuseClosed } from '../quotes/quote.ts'
import { type Request, readRequest } from '../requests/request.ts'
import { defineTool } from '../tool.ts'
import { advance, refuseFinal } from '../workflow.ts'
import { Addressee, addresseeOf } from './addressee.ts'
import { readMargin } from './margin.ts'
import { isLive, Proposal, proposalColumns, readProposal, StoredProposal } from './proposal.ts'
import { proposalTitle, writeProposal } from './write-proposal.ts'

export const createProposal = defineTool({
  name: 'create_proposal',
  description:
    "Make the proposal for a quote: the broker's margin is added, the PDF is written and stored. Nothing is sent. A quote has one open proposal: again, it returns the same, at the quote's price of now unless the client has it already.",
  effect: 'write',
  input: z.strictObject({
    quote_id: z.uuid().describe('The quote that was chosen, from list_quotes'),
    title: z.string().trim().max(120).nullable().default(null).describe('Headline for the client; null for the route'),
    description: z
      .string()
      .trim()
      .max(1500)
      .nullable()
      .default(null)
      .describe('A few words to the client under the headline; names neither operator nor price'),
  }),
  output: z.object({ proposal: Proposal, client: Addressee.nullable() }),
  async run({ quote_id, title, description }, context) {
    const quote = await readQuote(quote_id, context)
    const request = await readRequest(quote.request_id, context)
    refuseFinal(request)
    const earlier = await proposalsOf(quote_id, context)
    const open = earlier.find((proposal) => isLive(proposal) && proposal.status !== 'draft')
    const isFormerPrice = open?.status === 'generated' && open.total_amount !== quote.total_price
    if (open && !isFormerPrice) return { proposal: open, client: await addresseeOf(open, context) }
    refuseClosed(quote, context.now())
    const margin = marginOf(open) ?? (await readMargin(context))
    if (open) {
      const proposal = await repriceProposal(open, { request, quote, margin }, context)
      return { proposal, client: await addresseeOf(proposal, context) }
    }
    const words = {
      title: visibleText(title ?? '') || proposalTitle(request),
      description: visibleText(description ?? ''),
    }
    refuseNetFacts(words, { ...applyMargin(quote.total_price, margin), operator_name: quote.operator_name })
    const proposal = await makeProposal({ request, quote, margin, words, earlier }, context)
    return { proposal, client: await addresseeOf(proposal, context) }
  },
})

type Terms = { request: Request; quote: Quote; margin: Margin }

type NewProposal = Terms & {
  words: { title: string | null; description: string | null }
  /** Those made for this quote before. */
  earlier: Proposal[]
}

/**
 * Inserts a proposal and writes its PDF. Its id follows from the quote and from how many were closed before, so that however
 * many ask at once, or again after a crash, they end with one.
 */
export async function makeProposal({ request, quote, margin, words, earlier }: NewProposal, context: ToolContext) {
  if (request.client_profile_id === null) {
    throw new InvalidInputError([
      {
        path: 'client_profile_id',
        message: 'A proposal is made for somebody: say first which client the request is for',
      },
    ])
  }
  const closed = earlier.filter((proposal) => !isLive(proposal)).length
  const id = stableId('proposal', quote.id, String(closed))
  const { margin_type, margin_value } = margin
  await insertOnce(context.db, 'proposals', {
    id,
    request_id: request.id,
    iso_agent_id: context.broker.iso_agent_id,
    quote_id: quote.id,
    client_profile_id: request.client_profile_id,
    ...words,
    ...applyMargin(quote.total_price, margin),
    status: 'draft',
    metadata: { currency: quote.currency, margin_type, margin_value },
  })
  const proposal = await readProposal(id, context)
  const written = proposal.status === 'draft' ? await writeProposal(proposal, { request, quote }, context) : proposal
  await advance(request, 'generating_email', 'communication', context)
  return written
}

const KeptMargin = z.object({ margin_type: MarginType, margin_value: z.string() })

/** The margin that a proposal was made with, which may not be the broker's usual one. */
const marginOf = (proposal: Proposal | undefined): Margin | undefined => KeptMargin.safeParse(proposal?.metadata).data

/** Gives a proposal that nobody has seen yet its price from the quote as it is now and that margin, and a new PDF. */
export async function repriceProposal(
  { id, metadata }: Proposal,
  { request, quote, margin }: Terms,
  context: ToolContext,
) {
  const { margin_type, margin_value } = margin
  const changes = {
    ...applyMargin(quote.total_price, margin),
    metadata: { ...metadata, margin_type, margin_value: String(margin_value) },
  }
  const changed = context.db.from('proposals').update(changes).eq('id', id).select(proposalColumns)
  return writeProposal(await getRow('The proposal', StoredProposal, changed), { request, quote }, context)
}

/** Every proposal that was made for a quote, oldest first. */
export const proposalsOf = (quote_id: string, { db }: ToolContext) =>
  rows(
    StoredProposal,
    db.from('proposals').select(proposalColumns).eq('quote_id', quote_id).order('created_at').order('id'),
  )

/** Throws when a proposal is beyond changing. */
export function refuseClosedProposal({ status }: Pick<Proposal, 'status'>) {
  if (!isLive({ status })) throw new ConflictError(`The proposal is ${status}`)
}
