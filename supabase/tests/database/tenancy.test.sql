-- The rules that matter most, in pgTAP: `npx supabase test db` runs them on Supabase's own Postgres. The full tables of who
-- may do what are in ../*.test.ts, for any Postgres.
begin;
set local search_path = public, extensions;
-- Our migrations close functions to everyone by default; where that met pgTAP too, it is open for this transaction.
do $$
begin
  execute 'grant execute on all functions in schema extensions to public';
exception when insufficient_privilege then
  null; -- not ours, and so open already
end
$$;
select plan(20);

-- Two brokers, each with a client, a request and a room; an admin; an operator beside one of them.
insert into iso_agents (id, clerk_user_id, email, full_name, role) values
  ('10000000-0000-4000-8000-000000000001', 'tap_dana', 'dana@tap.example', 'Dana', 'iso_agent'),
  ('10000000-0000-4000-8000-000000000002', 'tap_omar', 'omar@tap.example', 'Omar', 'iso_agent'),
  ('10000000-0000-4000-8000-000000000003', 'tap_admin', 'admin@tap.example', 'Admin', 'admin');
insert into client_profiles (id, iso_agent_id, company_name) values
  ('20000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'Acme'),
  ('20000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000002', 'Harbor');
insert into requests (id, iso_agent_id, departure_airport, arrival_airport, departure_date, passengers) values
  ('30000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'KTEB', 'KVNY', '2030-01-01', 4),
  ('30000000-0000-4000-8000-000000000002', '10000000-0000-4000-8000-000000000002', 'KOPF', 'EGGW', '2030-01-01', 4);
insert into conversations (id, request_id, type) values
  ('40000000-0000-4000-8000-000000000001', '30000000-0000-4000-8000-000000000001', 'rfp_negotiation');
insert into conversation_participants (conversation_id, iso_agent_id, role) values
  ('40000000-0000-4000-8000-000000000001', '10000000-0000-4000-8000-000000000001', 'iso_agent');
insert into messages (conversation_id, sender_type, sender_iso_agent_id, content) values
  ('40000000-0000-4000-8000-000000000001', 'iso_agent', '10000000-0000-4000-8000-000000000001', 'hello');
insert into avinode_webhook_events (id, event_type, avinode_event_id, raw_payload) values
  ('50000000-0000-4000-8000-000000000001', 'quote_received', 'tap:1', '{}');

select is(
  (select count(*)::int from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity),
  0, 'row level security is on for every table');
select is(
  (select count(*)::int from pg_proc p where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prosecdef
     and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)),
  0, 'every security definer function has a search path that ends with pg_temp');

-- As Omar.
select set_config('request.jwt.claims', '{"sub": "tap_omar", "role": "authenticated"}', true);
set local role authenticated;
select is((select get_current_iso_agent_id()), '10000000-0000-4000-8000-000000000002'::uuid, 'a broker is known by the subject of the token');
select is((select count(*)::int from client_profiles), 1, 'a broker reads only their own clients');
select is((select count(*)::int from requests), 1, 'a broker reads only their own requests');
select is((select count(*)::int from messages), 0, 'a broker reads no messages of rooms without a seat');
select is((select count(*)::int from avinode_webhook_events), 0, 'a broker reads no webhook events');
select is_empty(
  $$update requests set aircraft_type = 'G650' where id = '30000000-0000-4000-8000-000000000001' returning id$$,
  'a broker changes no request of another');
select throws_ok(
  $$insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers)
    values ('10000000-0000-4000-8000-000000000001', 'KTEB', 'KVNY', '2030-01-01', 4)$$,
  '42501', null, 'a broker makes no request in the name of another');
select throws_ok(
  $$update requests set client_profile_id = '20000000-0000-4000-8000-000000000001'$$,
  '42501', null, 'a request cannot point at another broker''s client');
select throws_ok($$update iso_agents set role = 'admin'$$, '42501', null, 'nobody makes themselves an admin');
select throws_ok($$update requests set status = 'completed'$$, 'PT409', null, 'an illegal step of the lifecycle is refused');
select lives_ok($$update requests set status = 'analyzing'$$, 'a legal step is not');
select throws_ok(
  $$select claim_webhook_event('50000000-0000-4000-8000-000000000001')$$,
  '42501', null, 'the service''s functions are closed to brokers');
reset role;
select is(
  (select count(*)::int from workflow_states where request_id = '30000000-0000-4000-8000-000000000002' and current_state = 'analyzing'),
  1, 'a step is written into the history');

-- As an admin.
select set_config('request.jwt.claims', '{"sub": "tap_admin", "role": "authenticated"}', true);
set local role authenticated;
select is((select count(*)::int from client_profiles where id::text like '20000000-%'), 2, 'an admin reads across tenants');
select is((select count(*)::int from avinode_webhook_events where avinode_event_id = 'tap:1'), 1, 'an admin reads webhook events');
reset role;

-- As nobody, and as somebody whom we do not know.
select set_config('request.jwt.claims', '{"role": "anon"}', true);
set local role anon;
select throws_ok('select count(*) from requests', '42501', null, 'nobody who is not signed in reads anything');
reset role;
select set_config('request.jwt.claims', '{"sub": "tap_unknown", "role": "authenticated"}', true);
set local role authenticated;
select is((select count(*)::int from requests), 0, 'an unknown subject reads nothing');
reset role;

-- The service.
set local role service_role;
select is(
  (select claim_webhook_event('50000000-0000-4000-8000-000000000001') ->> 'attempt'),
  '1', 'the service claims an event');
reset role;

select * from finish();
rollback;
