import type { Arguments, Row, Stage } from './world.ts'

type Change = Arguments[string]

export type Applied = {
  applied: boolean
  request_id: string | null
  quote_id: string | null
  conversation_id: string | null
  message_id: string | null
  analysis_due: boolean
  analysis_key: string | null
}

const TRIP = { id: 'atrip-1', display_id: 'K7M2QD', external_trip_id: null, canceled: false }
const minute = (n: number) => new Date(Date.UTC(2026, 10, 20, 12, n)).toISOString()

export const operator = (n: number) => ({
  id: `acompany-${n}`,
  name: `Operator ${n}`,
  email: `ops${n}@op.test`,
  phone: null,
})

type Answer = 'unanswered' | 'accepted' | 'declined'

/** RFQ `n` to operator `n`, for one lift, as it was read at some moment. */
export const rfq = (
  n: number,
  { answer = 'unanswered' as Answer, quotes = [] as string[], canceled = false, updated = 0 } = {},
) => ({
  id: `arfq-${n}`,
  canceled,
  operator: operator(n),
  created_on: minute(0),
  updated_on: minute(updated),
  lifts: [
    {
      id: `asellerlift-${n}`,
      aircraft_type: 'Gulfstream G650',
      aircraft_category: 'Ultra long range',
      aircraft_tail: null,
      answer,
      quote_ids: quotes,
    },
  ],
})

const nothing = { trip: TRIP, rfq: null, rfqs: [], quote: null, lift_id: null, message: null, avinode_timestamp: null }

export const sent = (of: ReturnType<typeof rfq>): Change => ({
  ...nothing,
  kind: 'rfq',
  event_type: 'trip_updated',
  rfq: of,
  rfqs: [of],
  reason: 'An RFQ was sent',
})

type Said = { at: number; id?: string; of?: ReturnType<typeof rfq> | null }

/** Operator `n` quotes at minute `at`. Without `of`, all that is known is the quote itself. */
export const quoted = (
  n: number,
  quote_id: string,
  price: string,
  { at, id = `asellermsg-${quote_id}`, of = null }: Said,
): Change => ({
  ...nothing,
  kind: 'quote',
  event_type: 'quote_received',
  avinode_timestamp: minute(at),
  rfq: of,
  rfqs: of ? [of] : [],
  lift_id: `asellerlift-${n}`,
  message: { id, from: 'operator', text: `Our offer ${quote_id}`, sender_name: 'Olga', created_on: minute(at) },
  quote: {
    id: quote_id,
    avinode_generated: false,
    created_on: minute(at),
    total_price: price,
    currency: 'USD',
    operator: operator(n),
    aircraft_type: 'Gulfstream G650',
    aircraft_category: 'Ultra long range',
    aircraft_tail: 'N650JV',
    aircraft_details: { max_passengers: 14 },
    base_price: price,
    fuel_surcharge: '0.00',
    taxes: '0.00',
    fees: '0.00',
    line_items: [],
    flight_minutes: 320,
    distance_nm: 2150,
    message: null,
  },
  reason: 'The operator quoted',
})

const words = (
  kind: string,
  from: string,
  event_type: string,
  n: number,
  text: string,
  { at, id = `msg-${n}-${at}`, of = rfq(n) }: Said,
): Change => ({
  ...nothing,
  kind,
  event_type,
  avinode_timestamp: minute(at),
  rfq: of,
  rfqs: of ? [of] : [],
  lift_id: kind === 'decline' ? `asellerlift-${n}` : null,
  message: { id, from, text, sender_name: from === 'operator' ? 'Olga' : 'Dana', created_on: minute(at) },
  reason: 'Somebody wrote',
})
export const declined = (n: number, said: Said) => words('decline', 'operator', 'quote_rejected', n, 'No crew', said)
export const operatorWrote = (n: number, text: string, said: Said) =>
  words('chat', 'operator', 'message_received', n, text, said)
export const brokerWrote = (n: number, text: string, said: Said) =>
  words('chat', 'broker', 'message_received', n, text, said)

let notifications = 0

/** A notification comes in, is stored, claimed and applied. */
export async function notify({ work }: Pick<Stage, 'work'>, change: Change): Promise<Applied> {
  notifications += 1
  const { event_id } = await work<{ event_id: string }>('store_webhook_event', {
    p_source: 'seller-response',
    p_payload: { id: `asellermsg-n${notifications}`, type: 'tripmsgs', href: 'https://x' },
    p_headers: {},
    p_source_ip: null,
    p_user_agent: null,
  })
  const { claim_token } = await work<{ claim_token: string }>('claim_webhook_event', { event_id })
  return work<Applied>('apply_avinode_change', { p_event_id: event_id, p_claim_token: claim_token, p_change: change })
}

/** Everything that Avinode's facts became, without what must differ between two runs: row ids and our own clock. */
export async function outcome({ sql }: Pick<Stage, 'sql'>) {
  const tables: Row = {}
  const queries: Record<string, string> = {
    requests:
      'select status, operators_contacted, quotes_expected, quotes_received, avinode_rfp_id, metadata from requests',
    operators:
      'select avinode_operator_id, company_name, contact_email, contact_phone from operator_profiles order by 1',
    rooms: `select c.type, c.status, c.subject, c.avinode_thread_id, c.message_count, c.metadata, q.avinode_quote_id as quote,
      (select jsonb_agg(jsonb_build_object('role', p.role, 'unread', p.unread_count) order by p.role)
         from conversation_participants p where p.conversation_id = c.id) as seats
      from conversations c left join quotes q on q.id = c.quote_id order by c.avinode_thread_id`,
    quotes: `select q.avinode_quote_id, q.status, q.total_price, q.operator_name, q.operator_message, q.valid_until, q.metadata - 'superseded_by' as metadata,
      newer.avinode_quote_id as superseded_by, c.avinode_thread_id, (q.expired_at is not null) as has_expired
      from quotes q left join quotes newer on newer.id::text = q.metadata ->> 'superseded_by'
      left join conversations c on c.id = q.conversation_id order by 1`,
    messages: `select m.avinode_message_id, m.sender_type, m.sender_name, m.content_type, m.content, m.status, m.metadata,
      m.rich_content - 'quote_id' as rich_content, c.avinode_thread_id
      from messages m join conversations c on c.id = m.conversation_id order by m.avinode_message_id, m.content`,
  }
  for (const [name, query] of Object.entries(queries)) tables[name] = await sql(query)
  return JSON.parse(JSON.stringify(tables, (key, value) => (key === 'quotes_deadline' ? 'later' : value)))
}
