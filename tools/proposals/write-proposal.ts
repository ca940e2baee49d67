import { readClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { getRow } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { spellMoney } from '../money.ts'
import { type Quote, validUntil } from '../quotes/quote.ts'
import type { Request } from '../requests/request.ts'
import { documentPath, storeDocument } from './documents.ts'
import { itineraryLines } from './itinerary-lines.ts'
import { type Proposal, proposalColumns, StoredProposal } from './proposal.ts'
import { renderProposal } from './proposal-pdf.ts'

const WEEK_MS = 7 * 24 * 60 * 60_000

/** Renders the PDF of a proposal from its own row, stores it under its number, and marks the proposal as generated. Doing it again gives the same file. */
export async function writeProposal(
  proposal: Proposal,
  { request, quote }: { request: Request; quote: Quote },
  context: ToolContext,
): Promise<Proposal> {
  const { proposal_number, final_amount, client_profile_id } = proposal
  if (proposal_number === null || final_amount === null || client_profile_id === null) {
    throw new ConflictError('This proposal lacks its number, price or client')
  }
  const client = await readClient(client_profile_id, context)
  const pdf = await renderProposal({
    proposal_number,
    title: proposal.title ?? proposalTitle(request),
    description: proposal.description,
    broker: context.broker,
    client,
    issued_on: inWords(new Date(proposal.created_at)),
    valid_until: inWords(proposalValidUntil(proposal, quote)),
    itinerary: itineraryLines(request.segments),
    aircraft: aircraftFacts(quote, request),
    wishes: wishesOf(request),
    price: spellMoney(final_amount, proposal.currency),
  })
  const file_path = documentPath(request.id, proposal_number)
  await storeDocument(file_path, pdf, context.db)
  const changes = {
    file_name: `${proposal_number}.pdf`,
    file_path,
    file_url: `${context.publicUrl}/api/proposals/${proposal.id}/pdf`,
    file_size_bytes: pdf.byteLength,
    mime_type: 'application/pdf',
    status: 'generated',
    generated_at: context.now().toISOString(),
  } as const
  return getRow(
    'The proposal',
    StoredProposal,
    context.db.from('proposals').update(changes).eq('id', proposal.id).select(proposalColumns),
  )
}

/** What a proposal is called if nobody says otherwise: `Teterboro to Los Angeles and back`. */
export function proposalTitle(request: Request): string {
  const lines = itineraryLines(request.segments)
  const [first, last] = [lines[0], lines.at(-1)]
  if (!first || !last) return 'Private jet charter'
  if (lines.length === 1) return `${first.from.city} to ${first.to.city}`
  if (lines.length === 2 && last.to.code === first.from.code && last.from.code === first.to.code) {
    return `${first.from.city} to ${first.to.city} and back`
  }
  return [first.from.city, ...lines.map(({ to }) => to.city)].join(' - ')
}

/** A week, unless the operator stands by the price for less. */
function proposalValidUntil(proposal: Proposal, quote: Quote): Date {
  const week = Date.parse(proposal.created_at) + WEEK_MS
  const quoted = validUntil(quote)
  return new Date(quoted === null ? week : Math.min(week, Date.parse(quoted)))
}

const inWords = (day: Date) => new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' }).format(day)

function aircraftFacts({ aircraft_type, aircraft_details, metadata }: Quote, request: Request) {
  const category = metadata.aircraft_category ?? aircraft_details.category ?? request.metadata.aircraft_category
  const seats = aircraft_details.max_passengers ?? aircraft_details.seats
  const year = aircraft_details.year_of_make ?? aircraft_details.year_built
  const amenities = aircraft_details.amenities
  const facts = [
    { label: 'Type', value: aircraft_type ?? category },
    { label: 'Category', value: aircraft_type === null ? null : category },
    { label: 'Seats', value: typeof seats === 'number' ? `Up to ${seats} guests` : null },
    { label: 'Year', value: typeof year === 'number' ? String(year) : null },
    {
      label: 'On board',
      value: Array.isArray(amenities) ? amenities.filter((name) => typeof name === 'string').join(', ') : null,
    },
  ]
  const known = facts.flatMap(({ label, value }) =>
    typeof value === 'string' && value !== '' ? [{ label, value }] : [],
  )
  return known.length > 0 ? known : [{ label: 'Type', value: 'A private jet suited to this trip' }]
}

function wishesOf({ metadata, special_requirements }: Request): string[] {
  const wishes = metadata.special_wishes
  if (Array.isArray(wishes) && wishes.length > 0) return wishes.filter((wish) => typeof wish === 'string')
  return special_requirements ? [special_requirements] : []
}
