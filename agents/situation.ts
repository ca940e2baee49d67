import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { findRow, rows } from '../tools/database.ts'

const BriefRow = z.object({
  id: z.uuid(),
  status: z.string(),
  departure_airport: z.string().nullable(),
  arrival_airport: z.string().nullable(),
  departure_date: z.string().nullable(),
  return_date: z.string().nullable(),
  passengers: z.number().nullable(),
  aircraft_type: z.string().nullable(),
  budget: z.string().nullable(),
  quotes_received: z.number().nullable(),
  quotes_expected: z.number().nullable(),
  avinode_deep_link: z.string().nullable(),
  created_at: z.string(),
  primary_conversation_id: z.uuid().nullable(),
  metadata: z.looseObject({ segments: z.array(z.unknown()).optional() }).nullable(),
  client: z
    .object({ id: z.uuid(), company_name: z.string(), preferences: z.record(z.string(), z.unknown()).nullish() })
    .nullable(),
})

const COLUMNS = `id, status, departure_airport, arrival_airport, departure_date, return_date, passengers, aircraft_type,
  budget::text, quotes_received, quotes_expected, avinode_deep_link, created_at, primary_conversation_id, metadata,
  client:client_profiles(id, company_name, preferences)`.replace(/\s+/g, ' ')

/** What an agent is told of a request before it asks for more. */
export type RequestBrief = Omit<z.output<typeof BriefRow>, 'metadata' | 'primary_conversation_id'> & {
  segments: unknown[]
}

/** The facts that every agent begins with. */
export type Situation = {
  /** The broker's day, `YYYY-MM-DD`. */
  today: string
  time_zone: string
  broker: { full_name: string }
  conversation_id: string | null
  origin: string
  /** The request that this conversation is about, with what its client likes. */
  request: RequestBrief | null
  /** Those of this conversation and the ten newest, newest first. */
  requests: RequestBrief[]
  pending_approvals: { id: string; action: string }[]
}

/** Reads the situation with the broker's own rights. Outside a chat, `request_id` names what the work is about. */
export async function readSituation(context: ToolContext, request_id: string | null = null): Promise<Situation> {
  const { conversation_id } = context.origin
  const [time_zone, bound, found, pending_approvals] = await Promise.all([
    readTimeZone(context),
    conversation_id ? readBoundRequest(conversation_id, context) : null,
    readRequests(context, [
      conversation_id && `primary_conversation_id.eq.${conversation_id}`,
      request_id && `id.eq.${request_id}`,
    ]),
    conversation_id ? readPendingApprovals(conversation_id, context) : [],
  ])
  const current =
    found.find(({ id }) => id === request_id) ??
    found.find(
      ({ primary_conversation_id }) => conversation_id !== null && primary_conversation_id === conversation_id,
    ) ??
    found.find(({ id }) => id === bound)
  return {
    today: new Intl.DateTimeFormat('en-CA', { timeZone: time_zone }).format(context.now()),
    time_zone,
    broker: { full_name: context.broker.full_name },
    conversation_id,
    origin: context.origin.kind,
    request: current ? { ...brief(current), client: current.client } : null,
    requests: found.map(brief),
    pending_approvals,
  }
}

async function readRequests({ db, broker }: ToolContext, filters: (string | null)[]) {
  const own = () =>
    db
      .from('requests')
      .select(COLUMNS)
      .eq('iso_agent_id', broker.iso_agent_id)
      .order('created_at', { ascending: false })
  const named = filters.filter((filter) => filter !== null)
  const [near, newest] = await Promise.all([
    named.length > 0 ? rows(BriefRow, own().or(named.join(',')).limit(10)) : [],
    rows(BriefRow, own().limit(10)),
  ])
  const all = new Map([...near, ...newest].map((row) => [row.id, row]))
  return [...all.values()].sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
}

function brief({ metadata, primary_conversation_id: _room, client, ...row }: z.output<typeof BriefRow>): RequestBrief {
  const named = client && { id: client.id, company_name: client.company_name }
  return { ...row, client: named, segments: metadata?.segments ?? [] }
}

async function readBoundRequest(conversation_id: string, { db }: ToolContext) {
  const row = z.object({ request_id: z.uuid().nullable() })
  return (
    (await findRow(row, db.from('conversations').select('request_id').eq('id', conversation_id).limit(1)))
      ?.request_id ?? null
  )
}

const readPendingApprovals = (conversation_id: string, { db }: ToolContext) =>
  rows(
    z.object({ id: z.uuid(), action: z.string() }),
    db.from('approvals').select('id, action').eq('conversation_id', conversation_id).eq('status', 'pending').limit(20),
  )

const DEFAULT_TIME_ZONE = 'America/New_York'

async function readTimeZone({ db, broker }: ToolContext): Promise<string> {
  const row = z.object({ metadata: z.looseObject({ time_zone: z.string().optional() }).nullable() })
  const found = await findRow(row, db.from('iso_agents').select('metadata').eq('id', broker.iso_agent_id).limit(1))
  const chosen = found?.metadata?.time_zone ?? DEFAULT_TIME_ZONE
  return isTimeZone(chosen) ? chosen : DEFAULT_TIME_ZONE
}

function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }))
  } catch {
    return false // Intl has no other way to ask
  }
}
