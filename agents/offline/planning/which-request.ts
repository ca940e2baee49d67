import type { TripReading } from '../reading/trip.ts'
import { joined, shortLabel } from './describe.ts'
import { type RequestRow, Requests } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'

const final = ['completed', 'cancelled', 'failed']
export const isOpen = ({ status }: RequestRow) => !final.includes(status)

/** "the Acme trip", "our Redwood request" */
const named =
  /\b(?:the|our|my|for)\s+([\p{L}\p{N}&'. -]{2,40}?)\s*(?:'s)?\s+(?:trip|request|deal|flight|charter|booking|one)\b/iu

const noName =
  /^(same|second|first|third|last|new|next|other|best|this|that|current|whole|paris|return|outbound|inbound|cheapest|status|of)$/i

/** The client or place whose trip the text speaks of. */
export const namedTrip = (text: string) => {
  const name = named
    .exec(text)?.[1]
    ?.replace(/^.*\b(?:the|our|my|for)\s+/i, '')
    .trim()
  return name && !noName.test(name) ? name : null
}

const spoken = (text: string) => ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `

/** The request that the broker means: one whose client or route the text names, else the one of this conversation. */
function known(turn: Turn, trip: TripReading): RequestRow | undefined {
  const { request, requests } = turn.situation
  const all = [...(request ? [request] : []), ...requests.filter(({ id }) => id !== request?.id)]
  const text = spoken(turn.text)
  const byClient = all.filter(
    ({ client }) => client && text.includes(` ${spoken(client.company_name).trim().split(' ')[0]} `),
  )
  if (byClient.length > 0) return byClient.find(isOpen) ?? byClient[0]
  const codes = trip.legs
    .flatMap(({ from, to }) => [from, to])
    .flatMap((place) => place?.airports.map(({ icao }) => icao) ?? [])
  const byRoute =
    namedTrip(turn.text) || trip.legs.some(({ from, to }) => from && to)
      ? all.filter(
          ({ departure_airport, arrival_airport }) =>
            codes.includes(departure_airport ?? '') && codes.includes(arrival_airport ?? ''),
        )
      : []
  if (byRoute.length > 0) return byRoute.find(isOpen) ?? byRoute[0]
  if (namedTrip(turn.text) && codes.length === 0) return undefined
  if (request) return request
  const open = all.filter(isOpen)
  return open.length === 1 ? open[0] : undefined
}

/** The request meant, or the step that finds or asks for it. */
export function whichRequest(turn: Turn, trip: TripReading): { request: RequestRow } | { step: Step } {
  const found = known(turn, trip)
  if (found) return { request: found }
  const name = namedTrip(turn.text) ?? trip.client
  if (name) {
    const listed = resultOf(turn, 'list_requests', Requests)
    if (!listed) return { step: call('list_requests', { client_query: name, limit: 10 }) }
    const rows = listed.ok ? listed.value.requests : []
    const newest = rows.find(isOpen) ?? rows[0]
    return newest ? { request: newest } : { step: say(`I find no request for "${name}". ${others(turn)}`) }
  }
  return { step: say(`Which request do you mean? ${others(turn)}`) }
}

function others({ situation }: Turn): string {
  const open = situation.requests.filter(isOpen).slice(0, 5)
  return open.length > 0
    ? `Open at the moment: ${joined(open.map(shortLabel))}.`
    : 'There is no open request at the moment.'
}
