export type Row = Record<string, unknown> & { id: string }
type Args = Record<string, unknown>
export type FakeTools = Record<string, (args: Args) => unknown>

export const ids = {
  request: '00000000-0000-4000-8000-000000000001',
  client: '00000000-0000-4000-8000-0000000000a1',
  first_quote: '00000000-0000-4000-8000-0000000000b1',
  second_quote: '00000000-0000-4000-8000-0000000000b2',
  proposal: '00000000-0000-4000-8000-0000000000c1',
  room: '00000000-0000-4000-8000-0000000000d1',
}

const numbered = (id: string, number: number) => `${id.slice(0, -1)}${number}`

/** Tools over rows in memory. They answer as the real ones do: with JSON, or "<code>: <message>" for an expected failure. */
export function createFakeTools({ clients, quotes, tools }: { clients: string[]; quotes: Row[]; tools: FakeTools }) {
  const rows: Row[] = []
  const known: Row[] = clients.map((company_name, index) => ({
    id: numbered(ids.client, index + 1),
    company_name,
    preferences: { dietary_restrictions: ['vegetarian'] },
  }))
  const rowOf = (id: unknown) => rows.find((row) => row.id === id)

  const standard: FakeTools = {
    create_request: (args) => {
      rows.unshift(newRequest(args, numbered(ids.request, rows.length + 1)))
      return { request: rows[0] }
    },
    get_request: ({ request_id }) => ({ request: rowOf(request_id) }),
    list_requests: ({ client_query }) => ({
      requests: rows.filter(({ client }) => !client_query || JSON.stringify(client).includes(String(client_query))),
      next_cursor: null,
    }),
    update_request: ({ request_id, client_profile_id, passengers, ...changes }) => {
      const row = rowOf(request_id)
      if (!row) return 'not_found: The request was not found'
      Object.assign(row, Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)))
      if (client_profile_id) row.client = known.find(({ id }) => id === client_profile_id)
      if (passengers)
        Object.assign(row, {
          passengers,
          segments: (row.segments as object[]).map((segment) => ({ ...segment, passengers })),
        })
      return { request: row, warnings: [] }
    },
    cancel_request: () => 'executed: The broker approved cancel_request and it is done. {}',
    list_quotes: () => ({ quotes }),
    find_clients: ({ query }) => ({
      clients: known.filter(({ company_name }) =>
        String(company_name).toLowerCase().includes(String(query).toLowerCase()),
      ),
    }),
    create_client: ({ preferences: _none, ...client }) => {
      known.push({ ...client, id: numbered(ids.client, known.length + 1), preferences: {} })
      return { client: known.at(-1), created: true }
    },
    update_client: ({ client_id, company_name: _same, preferences: _none, ...changes }) => {
      const client = known.find(({ id }) => id === client_id)
      Object.assign(client ?? {}, Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null)))
      return { client }
    },
    create_trip: ({ request_id }) => {
      const row = rowOf(request_id)
      const deep_link = 'http://avinode.test/trip/1'
      Object.assign(row ?? {}, {
        status: 'awaiting_user_action',
        avinode_trip_id: 'atrip-1',
        avinode_deep_link: deep_link,
      })
      return { request: row, deep_link, created: true }
    },
    score_quotes: () =>
      quotes.length > 0
        ? { quotes: [], best_quote_id: quotes[0]?.id }
        : 'conflict: There is no open quote for this request yet',
    compare_quotes: () => ({ best_quote_id: quotes[0]?.id ?? null, quotes }),
    create_proposal: ({ quote_id }) => ({
      proposal: { id: ids.proposal, proposal_number: 'PROP-2026-001', quote_id, status: 'generated' },
      client: { company_name: known[0]?.company_name, contact_name: 'Jordan Avery' },
    }),
    revise_proposal: () => ({
      proposal: { id: ids.proposal, proposal_number: 'PROP-2026-001', final_amount: '110320.00' },
    }),
    list_proposals: () => ({
      proposals: [{ id: ids.proposal, proposal_number: 'PROP-2026-001', status: 'generated' }],
      next_cursor: null,
    }),
    send_proposal: () => 'executed: The broker approved send_proposal and it is done. {}',
    reply_to_operator: () => 'executed: The broker approved reply_to_operator and it is done. {}',
    list_failed_executions: () => ({ executions: [] }),
    list_dead_letters: () => 'forbidden: Only an admin may do this',
    ...tools,
  }

  return {
    rows,
    perform(name: string, args: Args): string {
      const output = standard[name]?.(args)
      return typeof output === 'string' ? output : JSON.stringify(output)
    },
  }
}

function newRequest({ segments, ...args }: Args, id: string): Row {
  const flights = segments as {
    departure_airport: string
    arrival_airport: string
    departure_date: string
    passengers: number
  }[]
  const [out, last] = [flights[0], flights.at(-1)]
  const returns = flights.length > 1 && last?.arrival_airport === out?.departure_airport
  const { aircraft_type, aircraft_category, budget, special_requirements } = args
  return {
    id,
    status: 'analyzing',
    segments: flights,
    departure_airport: out?.departure_airport,
    arrival_airport: returns ? out?.arrival_airport : last?.arrival_airport,
    departure_date: out?.departure_date,
    return_date: returns ? last?.departure_date : null,
    passengers: out?.passengers,
    client: null,
    aircraft_type,
    budget,
    special_requirements,
    metadata: { aircraft_category },
    quotes_received: 0,
    quotes_expected: 0,
    avinode_deep_link: null,
  }
}

/** Two analysed quotes, the best first. */
export const twoQuotes: Row[] = [
  {
    id: ids.first_quote,
    operator_name: 'Elite Jets',
    total_price: '98500.00',
    currency: 'USD',
    aircraft_type: 'Gulfstream G650',
    status: 'analyzed',
    score: 91,
    ranking: 1,
    analysis_notes: 'Lowest price; the aircraft that was asked for.',
    valid_until: '2026-11-10T00:00:00Z',
    conversation_id: ids.room,
    difference_to_best: '0.00',
  },
  {
    id: ids.second_quote,
    operator_name: 'Northern Air',
    total_price: '104200.00',
    currency: 'USD',
    aircraft_type: 'Gulfstream G550',
    status: 'analyzed',
    score: 80,
    ranking: 2,
    analysis_notes: 'Dearer; smaller type.',
    conversation_id: numbered(ids.room, 2),
    difference_to_best: '5700.00',
  },
]
