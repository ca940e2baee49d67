import type { TripReading } from '../reading/trip.ts'
import { joined, shortLabel } from './describe.ts'
import { type RequestRow, Requests } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'

const final = ['completed', 'cancelled', 'failed']
export const isOpen = ({ status }: RequestRow) => !final.includes(status)

/** "the Acme trip", "our Redwood request" */
const named =
  /\b(?:the|our|my|for)\s+([\p{L}\p{N}&'. -]{2,40}?)\s*(?:'s)?\s+(?:trip|request|deal|flight|charter|booking)\b/iu

/** "the Redwood one", but not "the cheaper one" */
const namedOne = /\b(?:the|our|my|for)\s+(\p{Lu}[\p{L}\p{N}&'. -]{1,40}?) one\b/u

const noName =
  /^(same|second|first|third|last|new|next|other|best|this|that|current|whole|paris|return|outbound|inbound|cheapest|status|of)$/i

/** The client or place whose trip the text speaks of. */
export const namedTrip = (text: string) => {
  const name = (named.exec(text) ?? namedOne.exec(text))?.[1]?.replace(/^.*\b(?:the|our|my|for)\s+/i, '').trim()
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
  const legs = trip.legs.filter(({ from, to }) =>
    [from, to].every((place) => place === null || place.airports.length > 0),
  )
  const onRoute = all.filter((one) => isOnRoute(one, legs))
  if (legs.length > 0) return onRoute.find(isOpen) ?? onRoute[0]
  if (namedTrip(turn.text)) return undefined
  if (request) return request
  const open = all.filter(isOpen)
  return open.length === 1 ? open[0] : undefined
}

/** "the trip to Aspen": each side that the text names fits. */
function isOnRoute({ departure_airport, arrival_airport }: RequestRow, legs: TripReading['legs']): boolean {
  const has = (place: TripReading['legs'][number]['from'], code: string | null | undefined) =>
    place === null || place.airports.some(({ icao }) => icao === code)
  return legs.some(({ from, to }) => has(from, departure_airport) && has(to, arrival_airport))
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
