import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { startWorld } from './world.ts'

const forBrokers = [
  'start_turn',
  'stop_turn',
  'read_turn',
  'start_conversation',
  'post_message',
  'mark_read',
  'set_typing',
  'react',
  'edit_message',
  'delete_message',
  'invite_participant',
  'file_approval',
  'decide_approval',
  'create_proposal_link',
  'read_feed',
  'feed_position',
  'list_problems',
]
const forWorkers = [
  'store_webhook_event',
  'apply_avinode_change',
  'due_work',
  'start_background_turn',
  'claim_turn',
  'heartbeat_turn',
  'heartbeat_webhook_event',
  'append_turn_chunks',
  'complete_turn',
  'defer_turn',
  'resume_turn',
  'next_turn',
  'claim_outbox',
  'mark_outbox_sending',
  'complete_outbox',
  'fail_outbox',
  'unknown_outbox',
  'open_proposal_link',
  'decide_proposal_link',
  'log_execution',
  'assistant_usage',
  'watch_problems',
  'note_problem',
]

type Fact = {
  name: string
  brokers: boolean
  workers: boolean
  anyone: boolean
  is_definer: boolean
  path: string
  words: string
}

describe('the functions of the system', () => {
  it('are open to those they are for, closed to everybody else, and explained', async () => {
    await using world = await startWorld()
    const facts = await world.sql<Fact>(
      `select p.proname as name, p.prosecdef as is_definer, array_to_string(p.proconfig, ',') as path, obj_description(p.oid) as words,
              has_function_privilege('authenticated', p.oid, 'execute') as brokers,
              has_function_privilege('service_role', p.oid, 'execute') as workers,
              has_function_privilege('anon', p.oid, 'execute') as anyone
         from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname = any ($1)`,
      [[...forBrokers, ...forWorkers, 'advance_request']],
    )

    expect(facts.map(({ name }) => name).toSorted()).toEqual(
      [...forBrokers, ...forWorkers, 'advance_request'].toSorted(),
    )
    for (const { name, brokers, workers, anyone, is_definer, path, words } of facts) {
      expect({ name, anyone, is_definer, path }).toEqual({
        name,
        anyone: false,
        is_definer: true,
        path: expect.stringContaining('search_path=pg_catalog, pg_temp'),
      })
      expect({ name, words: words?.length > 20 }).toEqual({ name, words: true })
      if (forWorkers.includes(name)) expect({ name, brokers, workers }).toEqual({ name, brokers: false, workers: true })
      else expect({ name, brokers }).toEqual({ name, brokers: true })
    }
  })

  it('leave no private table or function open to anybody', async () => {
    await using world = await startWorld()

    expect(
      await world.sql(
        `select c.relname, r.rolname from pg_class c, pg_roles r
          where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'v') and r.rolname in ('anon', 'authenticated', 'service_role')
            and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete')`,
      ),
    ).toEqual([])
    expect(
      await world.sql(
        `select p.proname from pg_proc p where p.pronamespace = 'private'::regnamespace and has_function_privilege('anon', p.oid, 'execute')`,
      ),
    ).toEqual([])
  })

  it('refuse a sign-in that belongs to no active agent', async () => {
    await using world = await startWorld()
    const stranger = { ...world.dana, sub: 'user_nobody' }
    const asNobody = (text: string) => world.db.asBroker(stranger.sub, text)

    for (const call of [
      `start_conversation('${randomUUID()}')`,
      'read_feed(0)',
      'feed_position()',
      'find_conversations()',
      `read_conversation('${randomUUID()}')`,
    ]) {
      await expect(asNobody(`select ${call}`)).rejects.toMatchObject({ code: 'PT403' })
    }
  })
})

describe("a request's state", () => {
  it('is advanced by its broker or a worker, step by legal step, and by nobody else', async () => {
    await using world = await startWorld()
    const { id } = await world.request(world.dana, { status: 'pending' })
    const to = (p_to: string) => ({ p_request_id: id, p_to, p_agent: 'orchestrator', p_metadata: { turn: 1 } })
    await expect(world.omar.call('advance_request', to('analyzing'))).rejects.toMatchObject({ code: 'PT404' })

    expect(await world.dana.call('advance_request', to('analyzing'))).toMatchObject({
      status: 'analyzing',
      budget: '120000.00',
    })
    expect(await world.dana.call('advance_request', to('analyzing'))).toMatchObject({ status: 'analyzing' })
    await expect(world.dana.call('advance_request', to('completed'))).rejects.toMatchObject({ code: 'PT409' })
    await world.work('advance_request', { ...to('failed'), p_error: 'No aircraft' })

    const history = await world.sql(
      'select current_state, agent_id, metadata, error_message from workflow_states order by state_entered_at',
    )
    expect(history).toEqual([
      { current_state: 'pending', agent_id: null, metadata: {}, error_message: null },
      { current_state: 'analyzing', agent_id: 'orchestrator', metadata: { turn: 1 }, error_message: null },
      { current_state: 'failed', agent_id: 'orchestrator', metadata: { turn: 1 }, error_message: 'No aircraft' },
    ])
  })
})

describe("an agent's run", () => {
  it('is one row, from its beginning to its end', async () => {
    await using world = await startWorld()
    const p_id = randomUUID()
    const log = (p_row: Record<string, string | number | Record<string, string | number>>) =>
      world.work('log_execution', { p_id, p_row })
    await log({
      agent_type: 'orchestrator',
      status: 'running',
      input_data: { text: 'Hi' },
      metadata: { model: 'offline' },
    })
    await log({ status: 'completed', output_data: { text: 'Hello' }, metadata: { tokens: 12 } })

    expect(await world.sql('select * from agent_executions')).toMatchObject([
      {
        id: p_id,
        agent_type: 'orchestrator',
        status: 'completed',
        input_data: { text: 'Hi' },
        output_data: { text: 'Hello' },
        metadata: { model: 'offline', tokens: 12 },
        started_at: expect.any(Date),
        completed_at: expect.any(Date),
      },
    ])
  })
})
