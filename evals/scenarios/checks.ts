import type { Json } from '../client.ts'
import { dayNamed } from './days.ts'
import type { Check, World } from './scenario.ts'

/** A check on the chat's only request. */
export const oneRequest = (what: string, holds: (request: Json) => boolean): Check => ({
  what,
  async holds(world) {
    const [request, ...others] = await world.requests()
    return request !== undefined && others.length === 0 && holds(request)
  },
})

export type Wanted = {
  /** "KTEB KVNY 12-04 09:00 x8": the next such day, `+1` for tomorrow; time and passengers only where they matter, `-` for no time. */
  flights?: string[]
  passengers?: number
  client?: string | null
  aircraft?: string | null
  category?: string
  budget?: string | null
  wishes?: string[]
}

/** The chat led to one request, which says this. */
export const requestIs = (wanted: Wanted): Check =>
  oneRequest(`the request is ${JSON.stringify(wanted)}`, (request) => isRequest(request, wanted))

/** The chat led to these requests, in this order. */
export const requestsAre = (...wanted: Wanted[]): Check => ({
  what: `the requests are ${JSON.stringify(wanted)}`,
  async holds(world) {
    const requests = await world.requests()
    return requests.length === wanted.length && wanted.every((one, index) => isRequest(requests[index] ?? {}, one))
  },
})

type Segment = {
  departure_airport: string
  arrival_airport: string
  departure_date: string
  departure_time: string | null
  passengers: number
}

function isRequest(request: Json, wanted: Wanted): boolean {
  const segments = request.segments as Segment[]
  const special = String(request.special_requirements ?? '').toLowerCase()
  return (
    (wanted.flights === undefined ||
      (segments.length === wanted.flights.length &&
        wanted.flights.every((flight, index) =>
          isFlight(segments[index], flight, segments[index - 1]?.departure_date),
        ))) &&
    (wanted.passengers === undefined || segments.every(({ passengers }) => passengers === wanted.passengers)) &&
    (wanted.client === undefined || request.client === wanted.client) &&
    (wanted.aircraft === undefined || request.aircraft_type === wanted.aircraft) &&
    (wanted.category === undefined || request.category === wanted.category) &&
    (wanted.budget === undefined || request.budget === wanted.budget) &&
    (wanted.wishes ?? []).every((wish) => special.includes(wish))
  )
}

/** A day is the next such day after the flight before it. */
function isFlight(segment: Segment | undefined, flight: string, before: string | undefined): boolean {
  const words = flight.split(' ')
  const passengers = words.at(-1)?.startsWith('x') ? Number(words.pop()?.slice(1)) : undefined
  const [from, to, day, time] = words
  return (
    segment?.departure_airport === from &&
    segment?.arrival_airport === to &&
    (day === undefined || segment?.departure_date === dayNamed(day, before)) &&
    (time === undefined || (segment?.departure_time ?? '-') === time) &&
    (passengers === undefined || segment?.passengers === passengers)
  )
}

export const tripIsOpen = oneRequest(
  'the trip is in Avinode and waits for the broker',
  (request) =>
    request.status === 'awaiting_user_action' &&
    String(request.avinode_trip_id).startsWith('atrip-') &&
    Boolean(request.avinode_deep_link),
)

export const statusIs = (...states: string[]) =>
  oneRequest(`the request is ${states.join(' or ')}`, ({ status }) => states.includes(String(status)))

export const noRequest: Check = {
  what: 'nothing was created',
  holds: async (world) => (await world.requests()).length === 0,
}

export const nothingAsked: Check = {
  what: 'nothing was put up for approval',
  holds: async (world) => (await world.approvals()).length === 0,
}

export const nothingSent: Check = { what: 'no e-mail left', holds: async (world) => (await world.mails()).length === 0 }

export const mailsSent = (
  count: number,
  holds: (mail: { to: string; subject: string; text: string }) => boolean = () => true,
): Check => ({
  what: `${count} e-mail${count === 1 ? '' : 's'} left, as expected`,
  holds: async (world) => {
    const mails = await world.mails()
    return mails.length === count && mails.every(holds)
  },
})

export const nothingLeft: Check = {
  what: 'nothing went into the outbox',
  holds: async ({ service, broker_id }) =>
    (await service.sql('select 1 from private.outbox where iso_agent_id = $1', [broker_id])).length === 0,
}

/** The only approval of this chat, and its state. */
export const approvalIs = (action: string, status = 'pending'): Check => ({
  what: `${action} is the only thing put up for approval, and is ${status}`,
  holds: async (world) => {
    const approvals = await world.approvals()
    return approvals.length === 1 && approvals[0]?.action === action && approvals[0]?.status === status
  },
})

export const approvalsAre = (...wanted: [action: string, status: string][]): Check => ({
  what: `the approvals are ${wanted.map((one) => one.join(' ')).join(', ')}`,
  holds: async (world) => {
    const approvals = (await world.approvals()).map(({ action, status }) => `${action} ${status}`)
    return JSON.stringify(approvals) === JSON.stringify(wanted.map((one) => one.join(' ')))
  },
})

/** No tool was called: small talk needs no second hop. */
export const noTools: Check = {
  what: 'no tool was called, and no specialist',
  holds: async ({ rows }) =>
    (
      await rows(
        `select 1 from agent_executions where metadata ->> 'conversation_id' = $1
         and (agent_type <> 'orchestrator' or jsonb_array_length(coalesce(metadata -> 'tool_calls', '[]')) > 0)`,
      )
    ).length === 0,
}

/** Only for questions to the broker, which leave no row behind. */
export const lastAnswer = (what: string, pattern: RegExp): Check => ({
  what,
  holds: async ({ answers }) => pattern.test(answers.at(-1) ?? ''),
})

export const oneQuestion: Check = {
  what: 'asks one question',
  holds: async ({ answers }) => answers.at(-1)?.match(/\?/g)?.length === 1,
}

export const neverTold = (what: string, pattern: RegExp): Check => ({
  what,
  holds: async ({ answers }) => !pattern.test(answers.join('\n')),
})

/** Quotes of the chat's requests that are open, best first. */
export const openQuotes = ({ rows }: Pick<World, 'rows'>) =>
  rows(
    `select q.id, q.ranking, q.total_price::text as total_price, q.operator_name, q.status::text from quotes q
     join requests r on r.id = q.request_id where r.primary_conversation_id = $1 and q.status in ('received', 'analyzed')
     order by q.ranking, q.created_at`,
  )

export const proposals = ({ rows }: Pick<World, 'rows'>) =>
  rows(
    `select p.id, p.status::text, p.quote_id, p.total_amount::text, p.margin_applied::text, p.final_amount::text, q.ranking
     from proposals p join requests r on r.id = p.request_id left join quotes q on q.id = p.quote_id
     where r.primary_conversation_id = $1 order by p.created_at`,
  )

/** The only proposal is this one. */
export const proposalIs = (what: string, holds: (proposal: Json) => boolean): Check => ({
  what,
  holds: async (world) => {
    const [proposal, ...others] = await proposals(world)
    return proposal !== undefined && others.length === 0 && holds(proposal)
  },
})

export const clientIs = (name: string, wanted: Json): Check => ({
  what: `the client ${name} is ${JSON.stringify(wanted)}`,
  holds: async ({ service, broker_id }) => {
    const found = await service.sql('select * from client_profiles where iso_agent_id = $1 and company_name = $2', [
      broker_id,
      name,
    ])
    return found.length === 1 && Object.entries(wanted).every(([key, value]) => found[0]?.[key] === value)
  },
})

/** The client list is Acme and Redwood, as at the beginning, and these. */
export const clientsAre = (...more: string[]): Check => ({
  what: `the clients are Acme, Redwood${more.map((name) => `, ${name}`).join('')}`,
  holds: async ({ service, broker_id }) => {
    const found = await service.sql(
      'select company_name from client_profiles where iso_agent_id = $1 and is_active order by 1',
      [broker_id],
    )
    return (
      JSON.stringify(found.map(({ company_name }) => company_name)) ===
      JSON.stringify(['Acme', 'Redwood', ...more].sort())
    )
  },
})
