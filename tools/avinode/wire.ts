import { z } from 'zod'

/**
 * Avinode's JSON as far as we read it. Unknown properties are dropped and missing ones become null, because the documentation
 * promises only that new ones may come; what a resource is nothing without (its id) is required.
 */
const text = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const flag = z.boolean().nullish().catch(null)
const count = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const list = <T extends z.ZodType>(element: T) =>
  z
    .array(element)
    .nullish()
    .transform((value) => value ?? [])
const strings = z.array(z.string()).nullish().catch(null)

const Price = z.object({ price: z.union([z.number(), z.string()]), currency: text })
const Link = z.object({ id: z.string() })
const Action = z.object({ href: text }).nullish().catch(null)

const Company = z.object({
  id: z.string(),
  displayName: text,
  contactInfo: z
    .object({
      emails: z
        .array(z.union([z.string(), z.object({ email: text })]))
        .nullish()
        .catch(null),
      phone: text,
    })
    .nullish()
    .catch(null),
})
export type WireCompany = z.infer<typeof Company>

const Person = z.object({ displayName: text }).nullish().catch(null)

const Airport = z.object({ id: text, icao: text, iata: text, faa: text, name: text, city: text }).nullish().catch(null)

const Lift = z.object({
  id: text,
  aircraftType: text,
  aircraftCategory: text,
  aircraftTail: text,
  maxPax: count,
  sourcingStatus: count,
  sourcingDisplayStatus: text,
  latestQuote: Link.nullish().catch(null),
  links: z
    .object({ quotes: list(Link) })
    .nullish()
    .catch(null),
})
export type WireLift = z.infer<typeof Lift>

export const WireRfq = z.object({
  id: z.string(),
  tripId: text,
  sellerCompany: Company,
  canceled: flag,
  createdOn: text,
  updatedByBuyer: text,
  latestUpdatedDateBySeller: text,
  sellerLift: list(Lift),
  links: z
    .object({ tripmsgs: list(Link) })
    .nullish()
    .catch(null),
})
export type WireRfq = z.infer<typeof WireRfq>

export const WireTrip = z.object({
  id: z.string(),
  tripId: text,
  externalTripId: text,
  canceled: flag,
  rfqs: z.array(WireRfq).nullish(),
  actions: z.object({ searchInAvinode: Action, viewInAvinode: Action }).nullish().catch(null),
})
export type WireTrip = z.infer<typeof WireTrip>

export const WireQuote = z.object({
  id: z.string(),
  createdOn: text,
  avinodeGenerated: flag,
  sellerPrice: Price.nullish(),
  sellerCompany: Company,
  sellerMessage: text,
  lift: z
    .object({
      aircraftType: text,
      aircraftCategory: text,
      aircraftTail: text,
      maxPax: count,
      amenities: strings,
      tailDetails: z.object({ yearOfMake: count, homeBase: text, amenities: strings }).nullish().catch(null),
      typeDetails: z.object({ rangeNM: count, cruiseSpeedKnots: count, maxPax: count }).nullish().catch(null),
    })
    .nullish(),
  segments: list(
    z.object({
      paxSegment: flag,
      blockMinutes: count,
      flightMinutes: count,
      distanceNM: count,
    }),
  ),
  lineItems: list(
    z.object({
      visibleToBuyer: flag,
      displayName: text,
      description: text,
      type: text,
      price: z.union([z.number(), z.string()]),
    }),
  ),
})
export type WireQuote = z.infer<typeof WireQuote>

export const WireMessage = z.object({
  id: z.string(),
  tripId: text,
  createdOn: text,
  message: text,
  rfqAccepted: flag,
  sellerCompany: Company.nullish().catch(null),
  sellerAccount: Person,
  buyerCompany: Company.nullish().catch(null),
  buyerAccount: Person,
  sellerQuote: Link.nullish().catch(null),
  lift: list(Lift),
  links: z
    .object({ rfqs: list(Link) })
    .nullish()
    .catch(null),
})
export type WireMessage = z.infer<typeof WireMessage>

export const WireAirport = z.object({
  id: z.string(),
  icao: text,
  iata: text,
  name: text,
  city: text,
  country: z.object({ name: text, code: text }).nullish().catch(null),
})
export type WireAirport = z.infer<typeof WireAirport>

export const WireEmptyLeg = z.object({
  id: z.string(),
  startAirport: Airport,
  endAirport: Airport,
  startDate: text,
  endDate: text,
  published: flag,
  sellerMessage: text,
  sellerPrice: z.union([z.number(), z.string(), Price]).nullish().catch(null),
  sellerPriceCurrency: text,
  sellerCompany: Company.nullish().catch(null),
  lift: z
    .object({ aircraftType: text, aircraftCategory: text, aircraftTail: text, maxPax: count })
    .nullish()
    .catch(null),
})
export type WireEmptyLeg = z.infer<typeof WireEmptyLeg>

const Place = z.object({ airport: Airport, countryCode: text }).nullish().catch(null)

export const WireWatch = z.object({
  id: z.string(),
  uniqueName: text,
  active: flag,
  priced: flag,
  verified: flag,
  daysOut: count,
  watchedSegments: list(z.object({ start: Place, end: Place })),
  lifts: list(z.object({ aircraftCategory: text, priceExpectation: count })),
})
export type WireWatch = z.infer<typeof WireWatch>

export const WireAircraft = z.object({
  id: z.string(),
  tailNumber: text,
  aircraftTail: text,
  aircraftType: text,
  aircraftCategory: text,
  maxPax: count,
  homeBase: text,
  sellerCompany: Company.nullish().catch(null),
})
export type WireAircraft = z.infer<typeof WireAircraft>

export const WireWebhookSetting = z.object({
  id: z.string(),
  version: count,
  targetURI: text,
  displayName: text,
  active: flag,
  clientIdentifier: text,
  clientAuthenticationType: text,
  eventTypes: list(z.string()),
})
export type WireWebhookSetting = z.infer<typeof WireWebhookSetting>
