import type { Airport } from '../../../tools/airports/airports.ts'
import type { Exchange } from './exchange.ts'
import { aircraftById, operatorById, performance } from './fleet.ts'
import { airportOf, type Leg, SentSegment, toInstant } from './itinerary.ts'
import { flightOf } from './pricing.ts'
import type { EmptyLeg, Lift, Message, Quote, Rfq, Trip, WebhookSetting, World } from './records.ts'

/** Optional blocks that the caller asked for with `fields[…]`. */
export type Groups = Set<string>

export type Documents = ReturnType<typeof createDocuments>

const SOURCING = { unanswered: [1, 'Unanswered'], accepted: [2, 'Accepted'], declined: [3, 'Declined'] } as const
const BUYER = { id: 'acompany-7001', displayName: 'Example Charter Brokers' }

/** The JSON of the API. `baseUrl` is asked late, because a free port is known only after listening. */
export function createDocuments({
  world,
  exchange,
  baseUrl,
}: {
  world: World
  exchange: Exchange
  baseUrl: () => string
}) {
  const href = (type: string, id: string) => `${baseUrl()}/api/${type}/${id}`
  const link = (type: string, id: string) => ({ id, type, href: href(type, id) })

  const action = (description: string, httpMethod: string, target: string) => ({
    type: 'actions',
    description,
    httpMethod,
    href: target,
  })
  const searchPage = (trip_id: string) =>
    `${baseUrl()}/marketplace/mvc/search/load/${trip_id}?source=api&origin=api_action`
  const tripPage = (trip_id: string) => `${baseUrl()}/marketplace/mvc/trips/buying/${trip_id}?source=api`
  const viewInAvinode = (trip_id: string) => action('View in Avinode', 'GET', tripPage(trip_id))

  const airport = ({ icao, iata, name, city, country }: Airport) => ({
    ...link('airports', `aairport-${icao}`),
    icao,
    iata,
    name,
    city,
    country: { code: country, name: regionNames.of(country) ?? country },
  })

  function segment(sent: unknown) {
    const parsed = SentSegment.safeParse(sent)
    if (!parsed.success) return sent
    const { startAirport, endAirport, dateTime } = parsed.data
    const [from, to] = [airportOf(startAirport), airportOf(endAirport)]
    const departs = from && dateTime.time ? toInstant(dateTime.date, dateTime.time, from.timezone) : null
    return {
      ...(sent as object), // what the client sent comes back as it was
      startAirport: from ? airport(from) : startAirport,
      endAirport: to ? airport(to) : endAirport,
      ...(departs && {
        departureDateTime: { dateTimeUTC: departs, dateTimeLocal: `${dateTime.date}T${dateTime.time}:00` },
      }),
    }
  }

  const seller = (operator_id: string, groups: Groups) => {
    const operator = operatorById(operator_id)
    return {
      id: operator_id,
      type: 'companies',
      displayName: operator?.name ?? operator_id,
      active: true,
      ...(groups.has('sellercontactinfo') && { contactInfo: { emails: [operator?.email], phone: operator?.phone } }),
    }
  }

  function lift(record: Lift, groups: Groups) {
    const [sourcingStatus, sourcingDisplayStatus] = SOURCING[record.answer]
    const quotes = exchange.quotesOf(record.id)
    const latest = quotes.at(-1)
    return {
      id: record.id,
      aircraftCategory: record.aircraft_category,
      aircraftType: record.aircraft_type,
      aircraftTail: record.aircraft_tail,
      maxPax: record.max_passengers,
      sourcingStatus,
      sourcingDisplayStatus,
      links: { quotes: quotes.map(({ id }) => link('quotes', id)), emptylegs: [] },
      ...(groups.has('latestquote') && latest && { latestQuote: shortQuote(latest) }),
    }
  }

  const shortQuote = (quote: Quote) => ({
    ...link('quotes', quote.id),
    avinodeGenerated: quote.is_estimate,
    createdOn: quote.created_on,
    sellerPrice: price(quote.cents, quote.currency),
  })

  function rfq(record: Rfq, groups: Groups) {
    const trip = exchange.tripOf(record)
    const messages = world.messages.where('rfq_id', record.id)
    const shown = messages.filter(({ from }) => groups.has(from === 'broker' ? 'buyermessages' : 'sellermessagelinks'))
    return {
      ...link('rfqs', record.id),
      tripId: trip.display_id,
      createdOn: record.created_on,
      canceled: record.canceled,
      buyerCompany: BUYER,
      buyerAccount: { displayName: 'Dana Example' },
      sellerCompany: seller(record.operator_id, groups),
      segments: record.segments.map(segment),
      sellerLift: exchange.liftsOf(record.id).map((one) => lift(one, groups)),
      ...(groups.has('timestamps') && {
        updatedByBuyer: record.updated_by_buyer,
        latestUpdatedDateBySeller: record.updated_by_seller,
      }),
      links: { tripmsgs: shown.map(({ id }) => link('tripmsgs', id)) },
      actions: { viewInAvinode: viewInAvinode(trip.id) },
    }
  }

  function message(record: Message, groups: Groups) {
    const of = world.rfqs.get(record.rfq_id)
    const operator_id = of?.operator_id ?? ''
    const quote = record.quote_id === null ? undefined : world.quotes.get(record.quote_id)
    const about = record.lift_id === null ? undefined : world.lifts.get(record.lift_id)
    const trip = world.trips.get(record.trip_id)
    return {
      ...link('tripmsgs', record.id),
      tripId: trip?.display_id ?? null,
      createdOn: record.created_on,
      message: record.text,
      ...(record.kind === 'chat' ? {} : { rfqAccepted: record.kind === 'quote' }),
      ...(record.from === 'broker'
        ? { buyerCompany: BUYER, buyerAccount: { displayName: record.sender_name } }
        : { sellerCompany: seller(operator_id, groups), sellerAccount: { displayName: record.sender_name } }),
      ...(quote && { sellerQuote: shortQuote(quote) }),
      lift: about ? [{ ...lift(about, groups), actions: { viewInAvinode: viewInAvinode(record.trip_id) } }] : [],
      links: { rfqs: [link('rfqs', record.rfq_id)] },
    }
  }

  function quote(record: Quote, groups: Groups) {
    const of = world.rfqs.get(record.rfq_id)
    const craft = aircraftById(record.aircraft_id)
    const category = record.aircraft_category ?? craft?.category ?? ''
    const typical = performance[category]
    return {
      ...shortQuote(record),
      sellerPriceWithoutCommission: price(record.cents, record.currency),
      sellerCompany: seller(of?.operator_id ?? '', groups),
      sellerMessage: record.message,
      lift: {
        aircraftTail: record.aircraft_tail,
        aircraftType: record.aircraft_type,
        aircraftCategory: record.aircraft_category,
        maxPax: craft?.max_passengers ?? null,
        ...(groups.has('taildetails') &&
          craft && {
            tailDetails: { yearOfMake: craft.year, homeBase: craft.home_base, amenities: amenitiesOf(category) },
          }),
        ...(groups.has('typedetails') &&
          typical && { typeDetails: { rangeNM: typical.range_nm, cruiseSpeedKnots: typical.knots } }),
      },
      segments: of ? exchange.legs(of).map((leg) => flight(leg, category)) : [],
      ...(groups.has('quotebreakdown') && {
        lineItems: record.line_items.map(({ name, type, cents }) => ({
          visibleToBuyer: true,
          displayName: name,
          type,
          price: cents / 100,
        })),
      }),
    }
  }

  const flight = (leg: Leg, category: string) => {
    const { block_minutes, flight_minutes, distance_nm } = flightOf(leg, category)
    const airports = { startAirport: airport(leg.from), endAirport: airport(leg.to) }
    const figures = { blockMinutes: block_minutes, flightMinutes: flight_minutes, distanceNM: distance_nm }
    return { ...airports, paxCount: String(leg.passengers), paxSegment: true, ...figures }
  }

  return {
    airport,
    rfq,
    message,
    quote,
    link,
    searchPage,
    tripPage,

    trip(record: Trip, groups: Groups) {
      const rfqs = exchange.rfqsOf(record.id)
      const messages = world.messages.where('trip_id', record.id).filter(({ from }) => from === 'operator')
      return {
        ...link('trips', record.id),
        tripId: record.display_id,
        externalTripId: record.external_trip_id,
        sourcing: record.sourcing,
        canceled: record.canceled,
        criteria: record.criteria,
        segments: record.segments.map(segment),
        rfqs: rfqs.map((one) => rfq(one, groups)),
        links: { tripmsgs: messages.map(({ id }) => link('tripmsgs', id)) },
        actions: {
          searchInAvinode: action('Search in Avinode', 'GET', searchPage(record.id)),
          viewInAvinode: viewInAvinode(record.id),
          cancel: action('Cancel', 'PUT', `${href('trips', record.id)}/cancel`),
        },
      }
    },

    aircraft(id: string, groups: Groups) {
      const craft = aircraftById(id)
      return (
        craft && {
          ...link('aircraft', craft.id),
          tailNumber: craft.tail,
          aircraftType: craft.type,
          aircraftCategory: craft.category,
          maxPax: craft.max_passengers,
          homeBase: craft.home_base,
          sellerCompany: seller(craft.operator_id, groups),
        }
      )
    },

    emptyLeg(record: EmptyLeg, airports: { from: Airport; to: Airport }, groups: Groups) {
      const craft = aircraftById(record.aircraft_id)
      return {
        ...link('emptylegs', record.id),
        startAirport: airport(airports.from),
        endAirport: airport(airports.to),
        startDate: record.start_date,
        endDate: record.end_date,
        published: record.published,
        sellerVerified: true,
        sellerMessage: record.message,
        sellerPrice: record.cents === null ? null : record.cents / 100,
        sellerPriceCurrency: record.cents === null ? null : 'USD',
        sellerCompany: seller(record.operator_id, groups),
        lift: {
          aircraftType: craft?.type,
          aircraftCategory: craft?.category,
          aircraftTail: craft?.tail,
          maxPax: craft?.max_passengers,
        },
      }
    },

    /** Without the secret: it is never shown again. */
    webhookSetting: (record: WebhookSetting) => ({
      id: record.id,
      type: 'webhooksettings',
      href: href('webhooks/settings', record.id),
      version: record.version,
      targetURI: record.target_uri,
      displayName: record.name,
      active: record.active,
      clientIdentifier: record.client_identifier,
      clientAuthenticationType: record.authentication,
      eventTypes: record.event_types,
    }),
  }
}

const regionNames = new Intl.DisplayNames('en', { type: 'region' })

/** JSON knows no cents: the number is the shortest that stands for them. */
const price = (cents: number, currency: string) => ({ price: cents / 100, currency })

function amenitiesOf(category: string): string[] {
  if (/Ultra|Heavy|VIP/.test(category))
    return ['Wi-Fi', 'Galley', 'Flight attendant', 'Lie-flat seats', 'Enclosed lavatory']
  if (/midsize/i.test(category)) return ['Wi-Fi', 'Refreshment center', 'Enclosed lavatory']
  return ['Refreshment center']
}
