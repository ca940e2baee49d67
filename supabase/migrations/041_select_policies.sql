-- The select policies once more, each as one condition that an index answers. Two policies on one command, one for owners
-- and one for admins, are joined by OR, and with `or (select is_admin())` no index helps: every unfiltered query of every
-- broker read through the whole table. Now a policy compares a column with a list that is made once per query: of a broker
-- its own ids, of an admin all of them.
--
-- Inserts, updates and deletes keep their two policies: they find their row by its key, and through these.

-- The agents whose rows the caller may read: oneself, or everyone for an admin, or nobody.
create function private.readable_agent_ids() returns setof uuid
  language sql stable security definer set search_path = ''
  as $$
    with me as (
      select id, role from public.iso_agents where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active
    )
    select id from me
    union all
    select a.id from me join public.iso_agents a on a.id <> me.id where me.role = 'admin'
  $$;
comment on function private.readable_agent_ids() is 'The agents whose rows the caller may read: oneself, for an admin everyone.';

-- The conversations that the caller may read: those with a seat, or all for an admin.
create function private.readable_conversation_ids() returns setof uuid
  language sql stable security definer set search_path = ''
  as $$
    with me as (
      select id, role from public.iso_agents where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active
    )
    select p.conversation_id from me join public.conversation_participants p on p.iso_agent_id = me.id and p.is_active
     where me.role <> 'admin'
    union all
    select c.id from me join public.conversations c on me.role = 'admin'
  $$;
comment on function private.readable_conversation_ids() is 'The conversations that the caller may read: those with a seat, for an admin all.';

revoke execute on function private.readable_agent_ids(), private.readable_conversation_ids() from public;
grant execute on function private.readable_agent_ids(), private.readable_conversation_ids() to authenticated, service_role;

drop policy iso_agents_select_admin on public.iso_agents;
alter policy iso_agents_select_own on public.iso_agents
  using (id = any (array(select private.readable_agent_ids())));

drop policy client_profiles_select_admin on public.client_profiles;
alter policy client_profiles_select_own on public.client_profiles
  using (iso_agent_id = any (array(select private.readable_agent_ids())));

drop policy requests_select_admin on public.requests;
alter policy requests_select_own on public.requests
  using (iso_agent_id = any (array(select private.readable_agent_ids())));

drop policy proposals_select_admin on public.proposals;
alter policy proposals_select_own on public.proposals
  using (iso_agent_id = any (array(select private.readable_agent_ids())));

-- What belongs to a request is read by whoever reads the request: the policy on requests decides in here too.
drop policy quotes_select_admin on public.quotes;
alter policy quotes_select_own on public.quotes
  using (request_id = any (array(select r.id from public.requests r)));

drop policy workflow_states_select_admin on public.workflow_states;
alter policy workflow_states_select_own on public.workflow_states
  using (request_id = any (array(select r.id from public.requests r)));

-- A run is for a request or, for none, in somebody's name; one key says which, so that one index finds both. Runs of nobody are
-- the admins' to read.
create index agent_executions_reader_idx on public.agent_executions ((coalesce(request_id::text, metadata ->> 'iso_agent_id', '')));
drop policy agent_executions_select_admin on public.agent_executions;
alter policy agent_executions_select_own on public.agent_executions
  using (
    coalesce(request_id::text, metadata ->> 'iso_agent_id', '') = any (array(
      select r.id::text from public.requests r
      union all select a.id::text from private.readable_agent_ids() as a (id)
      union all select '' where (select public.is_admin())
    ))
  );

drop policy conversations_select_admin on public.conversations;
alter policy conversations_select_participant on public.conversations
  using (id = any (array(select private.readable_conversation_ids())));

drop policy participants_select_admin on public.conversation_participants;
alter policy participants_select_participant on public.conversation_participants
  using (conversation_id = any (array(select private.readable_conversation_ids())));

drop policy messages_select_admin on public.messages;
alter policy messages_select_participant on public.messages
  using (conversation_id = any (array(select private.readable_conversation_ids())));

-- A list of a broker's requests, in the order of their ids, straight from an index.
create index requests_iso_agent_id_idx on public.requests (iso_agent_id, id);
-- Everything that belongs to an agent is found without reading through the table when the agent goes.
create index assistant_turns_agent_idx on private.assistant_turns (iso_agent_id);

comment on policy iso_agents_select_own on public.iso_agents is 'Oneself; an admin everyone';
comment on policy client_profiles_select_own on public.client_profiles is 'One''s own; an admin all';
comment on policy requests_select_own on public.requests is 'One''s own; an admin all';
comment on policy proposals_select_own on public.proposals is 'One''s own; an admin all';
comment on policy quotes_select_own on public.quotes is 'Of requests that one may read';
comment on policy workflow_states_select_own on public.workflow_states is 'Of requests that one may read';
comment on policy agent_executions_select_own on public.agent_executions is
  'For requests that one may read; for no request, in one''s own name; an admin all';
comment on policy conversations_select_participant on public.conversations is 'Where one has a seat; an admin all';
comment on policy participants_select_participant on public.conversation_participants is 'Where one has a seat; an admin all';
comment on policy messages_select_participant on public.messages is 'Where one has a seat; an admin all';
