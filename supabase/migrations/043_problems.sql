-- What is wrong at this moment, once for each cause. A problem opens when it is seen, is told to one person, and closes by itself
-- when it is seen no more. What counts as wrong is written down here and nowhere else.

create table private.problems (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('stuck_request', 'silent_operators', 'failing_runs', 'dead_letters', 'dependency')),
  cause_key text not null,
  -- Whose it is; null for those who keep the service running.
  iso_agent_id uuid references public.iso_agents (id) on delete cascade,
  request_id uuid references public.requests (id) on delete cascade,
  details jsonb not null default '{}',
  opened_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  retried_at timestamptz,
  told_at timestamptz,
  closed_at timestamptz
);
create unique index problems_open_idx on private.problems (cause_key) where closed_at is null;
create index problems_agent_idx on private.problems (iso_agent_id);
create index problems_request_idx on private.problems (request_id);

create function private.patience(p_status public.request_status) returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_status in ('pending', 'analyzing', 'fetching_client_data', 'searching_flights', 'trip_created') then interval '15 minutes'
    when p_status in ('awaiting_user_action', 'avinode_session_active', 'analyzing_proposals', 'generating_email') then interval '1 day'
    when p_status = 'sending_proposal' then interval '3 days'
  end
$$;
comment on function private.patience(public.request_status) is
  'How long a request may stay in a state before somebody should look at it; null where that is nobody''s fault.';

create function private.stuck_requests() returns setof private.problems
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select null::uuid, 'stuck_request', 'stuck:' || r.id || ':' || r.status, r.iso_agent_id, r.id,
         jsonb_build_object('status', r.status, 'since', s.state_entered_at),
         now(), now(), null::timestamptz, null::timestamptz, null::timestamptz
    from public.workflow_states s
    join public.requests r on r.id = s.request_id and r.status = s.current_state
    join public.iso_agents a on a.id = r.iso_agent_id and a.is_active
   where s.state_duration_ms is null
     -- The open states by name, so that an index leaves out the many requests that have ended.
     and s.current_state = any (array(
       select state from unnest(enum_range(null::public.request_status)) as state where private.patience(state) is not null))
     and s.state_entered_at < now() - private.patience(s.current_state)
     and (r.departure_date is null or r.departure_date >= current_date)
     -- While the assistant has it in hand, or waits for a service, the request does not stand still.
     and not (private.patience(s.current_state) < interval '1 hour' and exists (
       select from private.assistant_turns t
        where t.conversation_id = r.primary_conversation_id and t.status in ('queued', 'running')))
   order by s.state_entered_at limit 500
$$;
comment on function private.stuck_requests() is 'Requests that have been in one state for too long and still matter.';

create function private.silent_operators() returns setof private.problems
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select null::uuid, 'silent_operators', 'silent:' || r.id, r.iso_agent_id, r.id,
         jsonb_build_object('operators', jsonb_agg(distinct coalesce(c.metadata -> 'rfq' -> 'operator' ->> 'name', 'An operator'))),
         now(), now(), null::timestamptz, null::timestamptz, null::timestamptz
    from public.requests r
    join public.iso_agents a on a.id = r.iso_agent_id and a.is_active
    join public.conversations c on c.request_id = r.id and c.type = 'quote_discussion' and c.metadata ? 'rfq'
   where r.status in ('monitoring_for_quotes', 'awaiting_quotes')
     and (r.departure_date is null or r.departure_date >= current_date)
     and coalesce(private.parse_time(r.metadata ->> 'quotes_deadline'), c.created_at + interval '4 hours') < now()
     and c.metadata ->> 'answer' is distinct from 'quoted' and c.metadata ->> 'answer' is distinct from 'declined'
     and not coalesce((c.metadata -> 'rfq' ->> 'canceled')::boolean, false)
   group by r.id
   order by r.id limit 500
$$;
comment on function private.silent_operators() is 'Requests whose operators should have answered by now and have not.';

create function private.cause_of(p_error text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select md5(regexp_replace(
    regexp_replace(lower(coalesce(p_error, '')), '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}', '#', 'g'),
    '[0-9]+', '#', 'g'))
$$;
comment on function private.cause_of(text) is 'The same for messages that differ only in ids and numbers.';

create function private.failing_services() returns setof private.problems
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  -- Runs of agents that fail for one reason, again and again.
  (select null::uuid, 'failing_runs', 'failing:' || e.agent_type || ':' || private.cause_of(e.error_message), null::uuid, null::uuid,
          jsonb_build_object('agent_type', e.agent_type, 'error', left(max(e.error_message), 300), 'count', count(*),
            'execution_id', (array_agg(e.id order by e.created_at desc))[1]),
          now(), now(), null::timestamptz, null::timestamptz, null::timestamptz
     from public.agent_executions e
    where e.status in ('failed', 'timeout') and e.created_at > now() - interval '1 hour'
    group by e.agent_type, private.cause_of(e.error_message)
   having count(*) >= 3
    limit 50)
  union all
  -- Notifications that were given up for one reason.
  (select null::uuid, 'dead_letters', 'dead:' || private.cause_of(w.error_message), null::uuid, null::uuid,
          jsonb_build_object('error', left(max(w.error_message), 300), 'count', count(*)),
          now(), now(), null::timestamptz, null::timestamptz, null::timestamptz
     from public.avinode_webhook_events w
    where w.processing_status = 'dead_letter'
    group by private.cause_of(w.error_message)
   having count(*) >= 3
    limit 50)
  union all
  -- Something that we depend on does not answer: turns and messages wait for it.
  (select null::uuid, 'dependency', 'dependency:' || private.cause_of(w.error), null::uuid, null::uuid,
          jsonb_build_object('error', left(max(w.error), 300), 'count', count(*)),
          now(), now(), null::timestamptz, null::timestamptz, null::timestamptz
     from (
       select t.error, t.created_at from private.assistant_turns t where t.status = 'queued' and t.error is not null
       union all
       select o.error, o.created_at from private.outbox o where o.status = 'waiting' and o.error is not null
     ) w
    where w.created_at < now() - interval '10 minutes'
    group by private.cause_of(w.error)
    limit 50)
$$;
comment on function private.failing_services() is 'What keeps failing, grouped by its cause; for those who keep the service running.';

create function private.as_problem(p_problem private.problems) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(p_problem) - 'cause_key' || jsonb_build_object('conversation_id', r.primary_conversation_id)
    from (select 1) one left join public.requests r on r.id = p_problem.request_id
$$;
comment on function private.as_problem(private.problems) is 'A problem as workers and administrators read it, with the room of its request.';

create function public.watch_problems() returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_closed integer;
begin
  perform pg_advisory_xact_lock(hashtextextended('watch_problems', 0));
  insert into private.problems (kind, cause_key, iso_agent_id, request_id, details)
  select p.kind, p.cause_key, p.iso_agent_id, p.request_id, p.details
    from (
      select * from private.stuck_requests()
      union all select * from private.silent_operators()
      union all select * from private.failing_services()
    ) p
  on conflict (cause_key) where closed_at is null
    do update set last_seen_at = clock_timestamp(), details = excluded.details;
  -- What comes and goes gets a while, so that it is not told anew each time.
  update private.problems p set closed_at = clock_timestamp()
   where p.closed_at is null
     and p.last_seen_at < now() - case when p.kind in ('failing_runs', 'dependency') then interval '10 minutes' else interval '0' end
     -- A request that is in hand again has not moved yet: were it closed, it would be begun anew for ever.
     and not (p.retried_at is not null and exists (
       select from public.requests r
        where r.id = p.request_id and r.status::text = p.details ->> 'status' and r.departure_date >= current_date));
  get diagnostics v_closed = row_count;
  delete from private.problems where closed_at < now() - interval '90 days';
  return jsonb_build_object('closed', v_closed, 'untold', (
    select coalesce(jsonb_agg(private.as_problem(p) order by p.opened_at, p.id), '[]')
      from private.problems p where p.closed_at is null and p.told_at is null));
end
$$;
comment on function public.watch_problems() is
  'Looks for what is wrong, opens and closes problems, and returns those that nobody has been told of yet.';

create function public.note_problem(p_id uuid, p_what text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  update private.problems set
    told_at = case when p_what = 'told' then coalesce(told_at, clock_timestamp()) else told_at end,
    retried_at = case when p_what = 'retried' then coalesce(retried_at, clock_timestamp()) else retried_at end
   where id = p_id
$$;
comment on function public.note_problem(uuid, text) is 'Notes that a problem was told to somebody (''told''), or that its work was begun anew (''retried'').';

create function public.list_problems() returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_admin();
  return (
    select coalesce(jsonb_agg(private.as_problem(p.problem) || jsonb_build_object(
             'route', r.departure_airport || ' – ' || r.arrival_airport, 'broker', a.full_name)
             order by p.is_closed, (p.problem).opened_at desc, (p.problem).id), '[]')
      from (
        select problem, problem.closed_at is not null as is_closed from private.problems problem
         where problem.closed_at is null or problem.closed_at > now() - interval '7 days'
         order by is_closed, problem.opened_at desc limit 500) p
      left join public.requests r on r.id = (p.problem).request_id
      left join public.iso_agents a on a.id = r.iso_agent_id
  );
end
$$;
comment on function public.list_problems() is
  'Problems for administrators: the open ones first, then those closed within seven days, each newest first. PT403 for everybody else.';

grant execute on function public.watch_problems(), public.note_problem(uuid, text) to service_role;
grant execute on function public.list_problems() to authenticated;
