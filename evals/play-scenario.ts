import type { EvalBroker } from './brokers.ts'
import type { Json } from './client.ts'
import type { Scenario, World } from './scenarios/scenario.ts'
import type { Service } from './service.ts'

export type Verdict = {
  name: string
  passed: boolean
  /** What did not hold, or what broke. */
  failures: string[]
  ms: number
  tool_calls: number
  tokens: number
  /** Null where the price of the model is not known. */
  cost_usd: number | null
  /** Who said what, for a reader. */
  transcript: string[]
}

const REQUESTS = `select r.id, r.status::text, r.departure_date::text, r.return_date::text, r.passengers, r.aircraft_type, r.budget::text,
  r.special_requirements, r.avinode_trip_id, r.avinode_deep_link, r.quotes_expected, r.metadata -> 'segments' as segments,
  r.metadata ->> 'aircraft_category' as category, c.company_name as client
  from requests r left join client_profiles c on c.id = r.client_profile_id where r.primary_conversation_id = $1 order by r.created_at`

const APPROVALS = `select a.* from approvals a left join requests r on r.id = a.request_id
  where a.conversation_id = $1 or r.primary_conversation_id = $1 order by a.created_at`

const USED = `select coalesce(sum(jsonb_array_length(e.metadata -> 'tool_calls')), 0)::int as tool_calls,
  coalesce(sum((e.metadata #>> '{tokens,total}')::int), 0)::int as tokens,
  case when bool_and(jsonb_typeof(e.metadata -> 'cost_usd') = 'number') then sum((e.metadata ->> 'cost_usd')::float) end as cost_usd
  from agent_executions e left join requests r on r.id = e.request_id
  where e.metadata ->> 'conversation_id' = $1::text or r.primary_conversation_id = $1::uuid`

const SAID = `select sender_type::text, content from messages where conversation_id = $1 and deleted_at is null order by created_at`

/** Plays one scenario in a chat of its own, and judges it by what the database says afterwards. */
export async function playScenario(scenario: Scenario, service: Service, broker: EvalBroker): Promise<Verdict> {
  const started = performance.now()
  const { world, conversation } = createWorld(service, broker)
  const failures: string[] = []
  try {
    await scenario.prepare?.(world)
    for (const text of scenario.says) await world.says(text)
    await scenario.afterwards?.(world)
    for (const { what, holds } of scenario.expect) if (!(await holds(world))) failures.push(what)
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
  }
  const chat = conversation()
  const [used] = chat ? await service.sql(USED, [chat]) : []
  const said = chat ? await service.sql(SAID, [chat]) : []
  return {
    name: scenario.name,
    passed: failures.length === 0,
    failures,
    ms: Math.round(performance.now() - started),
    tool_calls: Number(used?.tool_calls ?? 0),
    tokens: Number(used?.tokens ?? 0),
    cost_usd: used?.cost_usd == null ? null : Number(used.cost_usd),
    transcript: said.map(({ sender_type, content }) => `${sender_type}: ${content}`),
  }
}

function createWorld(service: Service, { id, email, client }: EvalBroker) {
  let chat: string | undefined
  const answers: string[] = []
  const world: World = {
    service,
    broker: client,
    broker_id: id,
    answers,
    async says(text) {
      const answer = await client.says(text, chat)
      chat = answer.conversation_id
      answers.push(answer.text)
      return answer.text
    },
    chat() {
      if (!chat) throw new Error('Nothing has been said yet')
      return chat
    },
    rows: (query): Promise<Json[]> => service.sql(query, [world.chat()]),
    requests: () => world.rows(REQUESTS),
    approvals: () => world.rows(APPROVALS),
    // The letters of a broker end with the broker's address.
    mails: async () => (await service.mails()).filter(({ text }) => text.includes(email)),
  }
  return { world, conversation: () => chat }
}
