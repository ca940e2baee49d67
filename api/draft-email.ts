import { readClient } from '../tools/clients/get-client.ts'
import type { ToolContext } from '../tools/context.ts'
import type { Proposal } from '../tools/proposals/proposal.ts'
import { readRequest } from '../tools/requests/request.ts'
import { cityOf, day } from './client-page/offer.ts'

/**
 * What the e-mail says when nobody has written it yet: no price and no operator, for the document names what may be named.
 * The client's link and the broker's signature are added when it is filed.
 */
export async function draftEmail(proposal: Proposal, context: ToolContext): Promise<{ subject: string; body: string }> {
  const drafted = proposal.sent_at === null ? proposal : { email_subject: null, email_body: null }
  const request = await readRequest(proposal.request_id, context)
  const client = request.client ? await readClient(request.client.id, context) : null
  const route = `${cityOf(request.departure_airport)} to ${cityOf(request.arrival_airport)}`
  const days = [request.departure_date, request.return_date]
    .flatMap((date) => date ?? [])
    .map((date) => day(date, 'en-GB'))
  const travellers = `${request.passengers} ${request.passengers === 1 ? 'passenger' : 'passengers'}`
  const greeting = client?.contact_name ? `Dear ${client.contact_name},` : 'Good day,'
  const text = `thank you for your enquiry. Attached is our proposal ${proposal.proposal_number} for your flight ${route}, ${days.join(' and back on ')}, for ${travellers}. If anything should be different, simply answer this e-mail.`
  return {
    subject: drafted.email_subject ?? `Your flight ${route}: proposal ${proposal.proposal_number}`,
    body: drafted.email_body ?? [greeting, text, 'Kind regards'].join('\n\n'),
  }
}
