import type { Collection, Store } from './store.ts'

export type Trip = {
  id: string
  display_id: string
  company_id: string
  external_trip_id: string | null
  /** As they were sent: what cannot be used is kept as well, as at Avinode. */
  segments: unknown[]
  criteria: { requiredLift?: { aircraftCategory?: string; aircraftType?: string; aircraftTail?: string }[] }
  sourcing: boolean
  canceled: boolean
  cancel_reason: string | null
  created_on: string
  /** Operators of this trip are played by somebody: they no longer answer by themselves. */
  is_played: boolean
}

export type Rfq = {
  id: string
  trip_id: string
  operator_id: string
  canceled: boolean
  created_on: string
  updated_by_buyer: string
  updated_by_seller: string | null
  buyer_message: string | null
  /** The itinerary when it was sent; a later change of the trip does not reach it. */
  segments: unknown[]
}

export type Lift = {
  id: string
  rfq_id: string
  aircraft_id: string | null
  aircraft_type: string | null
  aircraft_category: string
  aircraft_tail: string | null
  max_passengers: number | null
  answer: 'unanswered' | 'accepted' | 'declined'
}

export type LineItem = { name: string; type: string; cents: number }

export type Quote = {
  id: string
  rfq_id: string
  /** Null for an extra quote that answers no lift. */
  lift_id: string | null
  /** Avinode's own estimate. */
  is_estimate: boolean
  cents: number
  currency: string
  line_items: LineItem[]
  message: string | null
  aircraft_id: string | null
  aircraft_type: string | null
  aircraft_category: string | null
  aircraft_tail: string | null
  created_on: string
}

export type Message = {
  id: string
  trip_id: string
  rfq_id: string
  lift_id: string | null
  from: 'operator' | 'broker'
  kind: 'quote' | 'decline' | 'chat'
  quote_id: string | null
  text: string
  sender_name: string
  created_on: string
}

export type EmptyLeg = {
  id: string
  operator_id: string
  aircraft_id: string
  departure_airport: string
  arrival_airport: string
  start_date: string
  end_date: string
  cents: number | null
  published: boolean
  message: string | null
}

export type Watch = {
  id: string
  company_id: string
  unique_name: string
  body: Record<string, unknown>
  matches_were_read: boolean
}

export type WebhookSetting = {
  id: string
  company_id: string
  version: number
  target_uri: string
  name: string
  active: boolean
  client_identifier: string | null
  client_secret: string | null
  authentication: string | null
  event_types: string[]
  created_on: string
}

export type Delivery = {
  id: string
  setting_id: string
  event_type: string
  body: { type: string; id: string; trip_display_id: string | null } | { raw: Record<string, unknown> }
  status: 'waiting' | 'delivered' | 'given_up' | 'dropped'
  created_ms: number
  due_ms: number
  attempts: number
  last_status: string | null
}

/** An operator's answer that comes by itself, later. */
export type PlannedAnswer = {
  id: string
  rfq_id: string
  action: 'quote' | 'requote' | 'decline' | 'chat'
  due_ms: number
}

type Counter = { id: string; last: number }

const FIRST_ID = 700_000_000
const BUSINESS = [
  'counters',
  'trips',
  'rfqs',
  'lifts',
  'quotes',
  'messages',
  'empty_legs',
  'watches',
  'planned_answers',
]
const WEBHOOKS = ['webhook_settings', 'deliveries']

export type World = {
  trips: Collection<Trip>
  rfqs: Collection<Rfq>
  lifts: Collection<Lift>
  quotes: Collection<Quote>
  messages: Collection<Message>
  emptyLegs: Collection<EmptyLeg>
  watches: Collection<Watch>
  webhookSettings: Collection<WebhookSetting>
  deliveries: Collection<Delivery>
  plannedAnswers: Collection<PlannedAnswer>
  transaction: Store['transaction']
  /** `trip` gives `atrip-700000001`, and so on: one sequence for all, so that a run is repeatable. */
  newId(prefix: string): string
  /** Forgets everything, as Avinode's weekly rebuild of its sandbox does. */
  reset(options: { keep_webhooks: boolean }): void
}

/** All that the simulated marketplace knows. */
export function createWorld(store: Store): World {
  const counters = store.collection<Counter>('counters')
  return {
    trips: store.collection<Trip>('trips'),
    rfqs: store.collection<Rfq>('rfqs'),
    lifts: store.collection<Lift>('lifts'),
    quotes: store.collection<Quote>('quotes'),
    messages: store.collection<Message>('messages'),
    emptyLegs: store.collection<EmptyLeg>('empty_legs'),
    watches: store.collection<Watch>('watches'),
    webhookSettings: store.collection<WebhookSetting>('webhook_settings'),
    deliveries: store.collection<Delivery>('deliveries'),
    plannedAnswers: store.collection<PlannedAnswer>('planned_answers'),
    transaction: store.transaction,
    newId(prefix) {
      const last = (counters.get('ids')?.last ?? FIRST_ID) + 1
      counters.put({ id: 'ids', last })
      return `${prefix}-${last}`
    },
    reset({ keep_webhooks }) {
      const last = counters.get('ids')?.last
      store.transaction(() => {
        store.clear(keep_webhooks ? BUSINESS : [...BUSINESS, ...WEBHOOKS])
        // Ids are never given again while receivers remember them.
        if (last !== undefined) counters.put({ id: 'ids', last })
      })
    },
  }
}
