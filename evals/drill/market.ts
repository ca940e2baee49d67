import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { sandboxCredentials } from '../../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { createAvinodeClient } from '../../tools/avinode/rest-client.ts'
import type { Ledger } from './ledger.ts'
import type { Sql } from './stage.ts'

export type Notification = { source: string; body: { id: string; type: string; href: string; tripId: string } }
export type BrokerSeat = { id: string; clerk_user_id: string }

const OPERATORS = 3
const Rfqs = z.object({ rfqs: z.array(z.object({ rfq_id: z.string(), operator: z.object({ name: z.string() }) })) })
const Quoted = z.object({ quote_id: z.string(), message_id: z.string() })
const Said = z.object({ message_id: z.string() })
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** Plays the marketplace: trips of ours, RFQs, and what operators answer. Each event gives the notification that Avinode would send. */
export function createMarket({ sandboxUrl, sql, ledger }: { sandboxUrl: string; sql: Sql; ledger: Ledger }) {
  const avinode = createAvinodeClient({
    baseUrl: `${sandboxUrl}/api`,
    ...sandboxCredentials,
    product: 'JetVision-drill',
    rateLimit: { per_second: 10_000, burst: 10_000 },
    log: silent,
  })
  const play = async (path: string, body: object) => {
    const response = await fetch(`${sandboxUrl}/_sim/trips/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response.json()
  }

  async function openTrip(broker: BrokerSeat) {
    const id = randomUUID()
    const day = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
    const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: day, passengers: 6 }
    const segments = [{ ...flight, departure_time: '10:00' }]
    const trip = await avinode.createTrip(
      { external_trip_id: id, segments, aircraft_category: null, aircraft_type: null },
      AbortSignal.timeout(30_000),
    )
    await sql.query(
      `insert into requests (id, iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status,
         avinode_trip_id, avinode_deep_link, metadata)
       values ($1, $2, 'KTEB', 'KVNY', $3, 6, 'awaiting_user_action', $4, $5, $6) on conflict (id) do nothing`,
      [id, broker.id, day, trip.id, trip.search_url, { segments, avinode_display_id: trip.display_id }],
    )
    await sql.query('select get_or_create_request_conversation($1)', [id])
    return { ...trip, request_id: id }
  }

  /** One trip with about so many notifications: RFQs, a quote or a decline from each operator, then words. */
  async function* tripEvents(broker: BrokerSeat, count: number): AsyncGenerator<Notification> {
    const trip = await openTrip(broker)
    const notify = (source: string, type: string, id: string): Notification => ({
      source,
      body: { id, type, href: `${sandboxUrl}/api/${type}/${id}`, tripId: trip.display_id },
    })
    const { rfqs } = Rfqs.parse(await play(`${trip.id}/send-rfqs`, { operators: OPERATORS }))
    const made = (what: 'rfq' | 'quote' | 'decline' | 'chat' | 'own-chat', id: string, of: string) =>
      ledger.note({ kind: 'made', what, id, of, trip: trip.id })
    for (const { rfq_id } of rfqs) {
      made('rfq', rfq_id, rfq_id)
      yield notify('trip-mine', 'rfqs', rfq_id)
    }
    for (const [index, { rfq_id }] of rfqs.entries()) {
      if (index === OPERATORS - 1) {
        const { message_id } = Said.parse(await play(`${trip.id}/operator-decline`, { rfq_id, message: 'No crew' }))
        made('decline', message_id, rfq_id)
        yield notify('seller-response', 'tripmsgs', message_id)
        continue
      }
      const offer = { rfq_id, total_price: `${90_000 + index * 1_000}.00` }
      const { quote_id, message_id } = Quoted.parse(await play(`${trip.id}/operator-quote`, offer))
      made('quote', message_id, rfq_id)
      ledger.note({ kind: 'made-quote', id: quote_id, message: message_id, trip: trip.id })
      yield notify('seller-response', 'tripmsgs', message_id)
    }
    for (let index = 0; index < count - 2 * OPERATORS; index += 1) {
      const rfq_id = rfqs[index % OPERATORS]?.rfq_id
      if (rfq_id === undefined) throw new Error('No operator was asked')
      const isOurs = index % 8 === 7
      const spoken = await play(`${trip.id}/${isOurs ? 'ui-chat' : 'operator-chat'}`, { rfq_id, text: `Word ${index}` })
      const { message_id } = Said.parse(spoken)
      made(isOurs ? 'own-chat' : 'chat', message_id, rfq_id)
      yield notify(isOurs ? 'chat-mine' : 'seller-chat', 'tripmsgs', message_id)
    }
  }

  return {
    /** So many notifications, trip after trip, for one broker after the other. */
    async *events(brokers: BrokerSeat[], total: number, perTrip: number): AsyncGenerator<Notification> {
      let made = 0
      for (let index = 0; made < total; index += 1) {
        const broker = brokers[index % brokers.length]
        if (!broker) throw new Error('There are no brokers')
        for await (const event of tripEvents(broker, Math.min(perTrip, Math.max(2 * OPERATORS, total - made)))) {
          made += 1
          yield event
          if (made >= total && made % perTrip >= 2 * OPERATORS) return
        }
      }
    },
    /** What of this text the other side holds: how often it was sent to an operator. */
    async wordsSent(trip_id: string): Promise<string[]> {
      const Trip = z.object({ messages: z.array(z.object({ from: z.string(), text: z.string() })) })
      const { messages } = Trip.parse(await (await fetch(`${sandboxUrl}/_sim/trips/${trip_id}`)).json())
      return messages.filter(({ from }) => from === 'broker').map(({ text }) => text)
    },
  }
}

/** The brokers of the drill, each with a seat of its own. */
export async function seatBrokers(sql: Sql, count: number): Promise<BrokerSeat[]> {
  const seats = Array.from({ length: count }, (_, index) => `user_drill_${index + 1}`)
  return sql.query<BrokerSeat>(
    `insert into iso_agents (clerk_user_id, email, full_name)
     select name, name || '@drill.example', name from unnest($1::text[]) as name returning id, clerk_user_id`,
    [seats],
  )
}
