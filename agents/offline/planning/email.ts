import { getAirport } from '../../../tools/airports/airports.ts'
import { dayLabel } from './describe.ts'
import type { ProposalRow, RequestRow, Segment } from './rows.ts'

/** What the letter says besides the trip; `contact_name` is whom it greets. */
export type Details = { aircraft_type: string | null; valid_until: string | null; contact_name: string | null }

/** The e-mail that carries a proposal. It names no operator and no price: the PDF does the latter, and nobody the former. Link and signature are added when it is put up for approval. */
export function draftEmail(request: RequestRow | null, { proposal_number }: ProposalRow, details: Details) {
  const flights = request?.segments ?? []
  const proposal = `proposal${proposal_number ? ` ${proposal_number}` : ''}`
  const subject = `Your charter ${proposal}${request ? `: ${routeOf(request)}` : ''}`
  const until = details.valid_until
    ? `It holds until ${dayLabel(details.valid_until)}, subject to availability.`
    : 'It is subject to availability.'
  const body = [
    `Dear ${details.contact_name ?? (request?.client ? `${request.client.company_name} team` : 'client')},`,
    `thank you for your request. Please find attached our ${proposal} for your flight${flights.length > 1 ? 's' : ''}:`,
    flights.map(flightLine).join('\n'),
    [passengersLine(request), details.aircraft_type && `Aircraft: ${details.aircraft_type}`].filter(Boolean).join('\n'),
    `The price and everything that it includes are in the attached PDF. ${until}`,
    'If anything should be different, or if you have a question, simply answer this e-mail. We look forward to hearing from you.',
  ]
  return { subject, body: body.filter(Boolean).join('\n\n') }
}

const city = (code: string) => getAirport(code)?.city ?? code

const routeOf = ({ departure_airport, arrival_airport, departure_date }: RequestRow) =>
  `${city(departure_airport ?? '')} to ${city(arrival_airport ?? '')}${departure_date ? `, ${dayLabel(departure_date)}` : ''}`

const flightLine = ({ departure_airport: from, arrival_airport: to, departure_date, departure_time }: Segment) =>
  `- ${dayLabel(departure_date)}${departure_time ? `, ${departure_time} local time` : ''}: ${city(from)} to ${city(to)}`

const passengersLine = (request: RequestRow | null) =>
  request?.passengers ? `Passengers: ${request.passengers}` : null
