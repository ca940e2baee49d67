import { PARENTS, startWorld, type World } from './world.ts'

/** Stands in every text of Dana's: whoever sees it has seen what is hers. */
export const SECRET = 'SECRET-OF-DANA'

/** The rows that are Dana's, by table. */
const DANAS = "(select id from public.iso_agents where clerk_user_id = 'user_dana')"
const REQUESTS = `(select id from public.requests where iso_agent_id = ${DANAS})`
const ROOMS = `(select conversation_id from public.conversation_participants where iso_agent_id = ${DANAS})`

export const OWNED: Record<string, string> = {
  'public.iso_agents': `id = ${DANAS}`,
  'public.client_profiles': `iso_agent_id = ${DANAS}`,
  'public.requests': `iso_agent_id = ${DANAS}`,
  'public.quotes': `request_id in ${REQUESTS}`,
  'public.proposals': `iso_agent_id = ${DANAS} or request_id in ${REQUESTS}`,
  'public.workflow_states': `request_id in ${REQUESTS}`,
  'public.agent_executions': `request_id in ${REQUESTS}`,
  'public.conversations': `id in ${ROOMS} or request_id in ${REQUESTS}`,
  'public.conversation_participants': `conversation_id in ${ROOMS}`,
  'public.messages': `conversation_id in ${ROOMS}`,
  'public.approvals': `iso_agent_id = ${DANAS}`,
  'public.avinode_webhook_events': 'true',
  'public.operator_profiles': 'true',
  'private.outbox': `iso_agent_id = ${DANAS}`,
  'private.assistant_turns': `iso_agent_id = ${DANAS}`,
  'private.feed_events': `iso_agent_id = ${DANAS}`,
  'private.proposal_links': `proposal_id in (select id from public.proposals where iso_agent_id = ${DANAS})`,
}

const MARKED: Record<string, string> = {
  iso_agents: 'full_name = \'?\', metadata = \'{"note": "?"}\'',
  client_profiles: "company_name = '?', notes = '?'",
  requests: "special_requirements = '?'",
  quotes: "operator_message = '?', analysis_notes = '?'",
  proposals: "title = '?', email_body = '?'",
  workflow_states: "error_message = '?'",
  agent_executions: 'output_data = \'{"note": "?"}\'',
  conversations: "subject = '?'",
  messages: "content = '?'",
  avinode_webhook_events: 'raw_payload = \'{"note": "?"}\'',
}

export const APPROVAL = 'aa000000-0000-4000-8000-000000000001'
export const TURN = 'ab000000-0000-4000-8000-000000000001'

/** The usual world, with an approval, a turn and a link of Dana's, and the secret in all that is hers. */
export async function startMarkedWorld(): Promise<World> {
  const world = await startWorld()
  const client = await world.db.sql.connect()
  await client.query("set session_replication_role = 'replica'")
  await client.query(`insert into private.assistant_turns (id, conversation_id, iso_agent_id, trigger, status)
    values ('${TURN}', '${PARENTS.room}', '${world.dana.id}', '{"kind": "message", "note": "${SECRET}"}', 'queued')`)
  await client.query(`insert into approvals (id, iso_agent_id, action, payload, payload_sha256, conversation_id, expires_at)
    values ('${APPROVAL}', '${world.dana.id}', 'send_proposal', '{"subject": "${SECRET}"}', repeat('a', 64), '${PARENTS.room}', now() + interval '1 day')`)
  await client.query(
    `update private.feed_events set payload = '{"content": "${SECRET}"}' where iso_agent_id = '${world.dana.id}'`,
  )
  for (const [table, changes] of Object.entries(MARKED)) {
    await client.query(
      `update public.${table} set ${changes.replaceAll('?', SECRET)} where ${OWNED[`public.${table}`]}`,
    )
  }
  await client.query("set session_replication_role = 'origin'")
  client.release()
  return world
}

export type Outcome = { rows: Record<string, unknown>[]; code: string | undefined; changed: string[] }

/**
 * Lets somebody run a statement, and says what came of it: the rows or the error, and in which tables anything of Dana's is
 * not as it was. Nothing of it stays.
 */
export async function attempt(world: World, claims: object, text: string, role = 'authenticated'): Promise<Outcome> {
  const client = await world.db.sql.connect()
  try {
    await client.query('begin')
    const before = await fingerprint(client)
    await client.query('savepoint attempt')
    let rows: Record<string, unknown>[] = []
    let code: string | undefined
    try {
      await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)])
      await client.query(`set local role ${role}`)
      rows = (await client.query(text)).rows
      await client.query('reset role')
      await client.query('set constraints all immediate') // what would only happen at the commit
    } catch (error) {
      code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      if (code === 'unknown') throw error
      await client.query('rollback to savepoint attempt')
    }
    await client.query('reset role')
    const after = await fingerprint(client)
    const changed = Object.keys(OWNED).filter((table) => before[table] !== after[table])
    return { rows, code, changed }
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const FINGERPRINT = `select ${Object.entries(OWNED)
  .map(
    ([table, mine]) =>
      `(select md5(string_agg(t::text, ',' order by t::text)) from ${table} t where ${mine}) as "${table}"`,
  )
  .join(', ')}`

async function fingerprint(client: { query(text: string): Promise<{ rows: Record<string, string>[] }> }) {
  return (await client.query(FINGERPRINT)).rows[0] ?? {}
}
