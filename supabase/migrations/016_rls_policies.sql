-- Who may do what. Rights that are not granted need no policy; anon has none at all. The service role bypasses policies.
-- `(select ...)` around a function makes it run once per query instead of once per row. Policies on rows that point at
-- others check those too: a foreign key by itself would accept another broker's row.
--
-- A select policy is one condition that an index answers. Two policies, of owners and of admins, would be joined by OR, and
-- with `or (select is_admin())` no index helps. So it compares a column with a list that is made once per query: of a broker
-- its own ids, of an admin all of them. Inserts, updates and deletes find their row by its key, and through these.

grant usage on schema public to anon, authenticated, service_role;
grant all on all tables in schema public to service_role;
grant execute on all functions in schema public to service_role;
grant execute on function
  public.get_current_iso_agent_id(), public.is_admin(), public.owns_resource(uuid),
  public.is_conversation_participant(uuid), public.get_or_create_request_conversation(uuid, text)
  to authenticated;

alter table public.iso_agents enable row level security;
alter table public.client_profiles enable row level security;
alter table public.requests enable row level security;
alter table public.quotes enable row level security;
alter table public.proposals enable row level security;
alter table public.workflow_states enable row level security;
alter table public.agent_executions enable row level security;
alter table public.operator_profiles enable row level security;
alter table public.conversations enable row level security;
alter table public.conversation_participants enable row level security;
alter table public.messages enable row level security;
alter table public.avinode_webhook_events enable row level security;

-- Admins may write to every table, so every right is granted; the policies below narrow it to their rows, and the
-- protect triggers to their columns.
grant select, insert, update, delete on
  public.iso_agents,
  public.client_profiles,
  public.requests,
  public.quotes,
  public.proposals,
  public.workflow_states,
  public.agent_executions,
  public.operator_profiles,
  public.conversations,
  public.conversation_participants,
  public.messages,
  public.avinode_webhook_events
  to authenticated;

-- iso_agents: oneself
create policy iso_agents_select_own on public.iso_agents for select to authenticated
  using (id = any (array(select private.readable_agent_ids())));
comment on policy iso_agents_select_own on public.iso_agents is 'Oneself; an admin everyone';
create policy iso_agents_update_own on public.iso_agents for update to authenticated
  using (id = (select public.get_current_iso_agent_id()))
  with check (id = (select public.get_current_iso_agent_id()));
create policy iso_agents_insert_admin on public.iso_agents for insert to authenticated
  with check ((select public.is_admin()));
create policy iso_agents_update_admin on public.iso_agents for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy iso_agents_delete_admin on public.iso_agents for delete to authenticated
  using ((select public.is_admin()));

-- client_profiles: one's own clients
create policy client_profiles_select_own on public.client_profiles for select to authenticated
  using (iso_agent_id = any (array(select private.readable_agent_ids())));
comment on policy client_profiles_select_own on public.client_profiles is 'One''s own; an admin all';
create policy client_profiles_insert_own on public.client_profiles for insert to authenticated
  with check (iso_agent_id = (select public.get_current_iso_agent_id()));
create policy client_profiles_update_own on public.client_profiles for update to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()))
  with check (iso_agent_id = (select public.get_current_iso_agent_id()));
create policy client_profiles_delete_own on public.client_profiles for delete to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()));
create policy client_profiles_insert_admin on public.client_profiles for insert to authenticated
  with check ((select public.is_admin()));
create policy client_profiles_update_admin on public.client_profiles for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy client_profiles_delete_admin on public.client_profiles for delete to authenticated
  using ((select public.is_admin()));

-- requests: one's own, for one's own clients. In which rooms they may be talked about, guard_request_references asks
create policy requests_select_own on public.requests for select to authenticated
  using (iso_agent_id = any (array(select private.readable_agent_ids())));
comment on policy requests_select_own on public.requests is 'One''s own; an admin all';
create policy requests_insert_own on public.requests for insert to authenticated
  with check (
    iso_agent_id = (select public.get_current_iso_agent_id())
    and (
      client_profile_id is null
      or exists (
        select from public.client_profiles c
        where c.id = client_profile_id and c.iso_agent_id = (select public.get_current_iso_agent_id())
      )
    )
  );
create policy requests_update_own on public.requests for update to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()))
  with check (
    iso_agent_id = (select public.get_current_iso_agent_id())
    and (
      client_profile_id is null
      or exists (
        select from public.client_profiles c
        where c.id = client_profile_id and c.iso_agent_id = (select public.get_current_iso_agent_id())
      )
    )
  );
-- Later than draft, a request is cancelled and kept.
create policy requests_delete_own on public.requests for delete to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()) and status = 'draft');
create policy requests_insert_admin on public.requests for insert to authenticated
  with check ((select public.is_admin()));
create policy requests_update_admin on public.requests for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy requests_delete_admin on public.requests for delete to authenticated
  using ((select public.is_admin()));

-- quotes: of one's own requests. They are written by the service, from what Avinode says
create policy quotes_select_own on public.quotes for select to authenticated
  using (request_id = any (array(select r.id from public.requests r)));
comment on policy quotes_select_own on public.quotes is 'Of requests that one may read';
create policy quotes_update_own on public.quotes for update to authenticated
  using (
    exists (
      select from public.requests r
      where r.id = request_id and r.iso_agent_id = (select public.get_current_iso_agent_id())
    )
  )
  with check (
    exists (
      select from public.requests r
      where r.id = request_id and r.iso_agent_id = (select public.get_current_iso_agent_id())
    )
  );
create policy quotes_insert_admin on public.quotes for insert to authenticated
  with check ((select public.is_admin()));
create policy quotes_update_admin on public.quotes for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy quotes_delete_admin on public.quotes for delete to authenticated
  using ((select public.is_admin()));

-- proposals: one's own, of one's own request, quote and client
create policy proposals_select_own on public.proposals for select to authenticated
  using (iso_agent_id = any (array(select private.readable_agent_ids())));
comment on policy proposals_select_own on public.proposals is 'One''s own; an admin all';
create policy proposals_insert_own on public.proposals for insert to authenticated
  with check (
    iso_agent_id = (select public.get_current_iso_agent_id())
    and exists (
      select from public.requests r
      where r.id = request_id and r.iso_agent_id = (select public.get_current_iso_agent_id())
    )
    and (
      quote_id is null
      or exists (select from public.quotes q where q.id = quote_id and q.request_id = proposals.request_id)
    )
    and (
      client_profile_id is null
      or exists (
        select from public.client_profiles c
        where c.id = client_profile_id and c.iso_agent_id = (select public.get_current_iso_agent_id())
      )
    )
  );
create policy proposals_update_own on public.proposals for update to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()))
  with check (
    iso_agent_id = (select public.get_current_iso_agent_id())
    and exists (
      select from public.requests r
      where r.id = request_id and r.iso_agent_id = (select public.get_current_iso_agent_id())
    )
    and (
      quote_id is null
      or exists (select from public.quotes q where q.id = quote_id and q.request_id = proposals.request_id)
    )
    and (
      client_profile_id is null
      or exists (
        select from public.client_profiles c
        where c.id = client_profile_id and c.iso_agent_id = (select public.get_current_iso_agent_id())
      )
    )
  );
create policy proposals_delete_own on public.proposals for delete to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()) and status = 'draft');
create policy proposals_insert_admin on public.proposals for insert to authenticated
  with check ((select public.is_admin()));
create policy proposals_update_admin on public.proposals for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy proposals_delete_admin on public.proposals for delete to authenticated
  using ((select public.is_admin()));

-- workflow_states: read what happened to one's own requests; only triggers write it
create policy workflow_states_select_own on public.workflow_states for select to authenticated
  using (request_id = any (array(select r.id from public.requests r)));
comment on policy workflow_states_select_own on public.workflow_states is 'Of requests that one may read';
create policy workflow_states_insert_admin on public.workflow_states for insert to authenticated
  with check ((select public.is_admin()));
create policy workflow_states_update_admin on public.workflow_states for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy workflow_states_delete_admin on public.workflow_states for delete to authenticated
  using ((select public.is_admin()));

-- agent_executions: runs for one's own requests, and one's own runs that concern no request
create policy agent_executions_select_own on public.agent_executions for select to authenticated
  using (
    request_id = any (array(select r.id from public.requests r))
    or (request_id is null and coalesce(metadata ->> 'iso_agent_id', '') = any (array(
      select a.id::text from private.readable_agent_ids() as a (id)
      union all select '' where (select public.is_admin())
    )))
  );
comment on policy agent_executions_select_own on public.agent_executions is
  'For requests that one may read; for no request, in one''s own name; an admin all';
create policy agent_executions_insert_admin on public.agent_executions for insert to authenticated
  with check ((select public.is_admin()));
create policy agent_executions_update_admin on public.agent_executions for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy agent_executions_delete_admin on public.agent_executions for delete to authenticated
  using ((select public.is_admin()));

-- operator_profiles: known to every broker, kept by admins
create policy operator_profiles_select_broker on public.operator_profiles for select to authenticated
  using ((select public.get_current_iso_agent_id()) is not null);
create policy operator_profiles_insert_admin on public.operator_profiles for insert to authenticated
  with check ((select public.is_admin()));
create policy operator_profiles_update_admin on public.operator_profiles for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy operator_profiles_delete_admin on public.operator_profiles for delete to authenticated
  using ((select public.is_admin()));

-- conversations: the rooms one takes part in. They are made by functions, which also seat the participants
create policy conversations_select_participant on public.conversations for select to authenticated
  using (id = any (array(select private.readable_conversation_ids())));
comment on policy conversations_select_participant on public.conversations is 'Where one has a seat; an admin all';
create policy conversations_update_participant on public.conversations for update to authenticated
  using (id = any (array(select private.own_conversation_ids())))
  with check (id = any (array(select private.own_conversation_ids())) and private.can_reply(id));
create policy conversations_insert_admin on public.conversations for insert to authenticated
  with check ((select public.is_admin()));
create policy conversations_update_admin on public.conversations for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy conversations_delete_admin on public.conversations for delete to authenticated
  using ((select public.is_admin()));

-- conversation_participants: everyone in one's rooms; one's own seat; new seats where one may invite
create policy participants_select_participant on public.conversation_participants for select to authenticated
  using (conversation_id = any (array(select private.readable_conversation_ids())));
comment on policy participants_select_participant on public.conversation_participants is 'Where one has a seat; an admin all';
create policy participants_insert_with_permission on public.conversation_participants for insert to authenticated
  with check (private.can_invite(conversation_id));
-- An update without a condition asks no select policy: whoever has left must not sit down again by one.
create policy participants_update_own on public.conversation_participants for update to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()) and is_active)
  with check (iso_agent_id = (select public.get_current_iso_agent_id()));
create policy participants_insert_admin on public.conversation_participants for insert to authenticated
  with check ((select public.is_admin()));
create policy participants_update_admin on public.conversation_participants for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy participants_delete_admin on public.conversation_participants for delete to authenticated
  using ((select public.is_admin()));

-- messages: read in one's rooms; write as oneself, or let the assistant speak where no outsider reads along
create policy messages_select_participant on public.messages for select to authenticated
  using (conversation_id = any (array(select private.readable_conversation_ids())));
comment on policy messages_select_participant on public.messages is 'Where one has a seat; an admin all';
create policy messages_insert_with_permission on public.messages for insert to authenticated
  with check (
    private.can_reply(conversation_id)
    and case sender_type
      when 'iso_agent' then sender_iso_agent_id = (select public.get_current_iso_agent_id())
      when 'ai_assistant' then not private.has_operator(conversation_id)
      else false
    end
  );
create policy messages_update_own on public.messages for update to authenticated
  using (
    sender_type = 'iso_agent'
    and sender_iso_agent_id = (select public.get_current_iso_agent_id())
    and conversation_id = any (array(select private.own_conversation_ids()))
  )
  with check (
    sender_type = 'iso_agent'
    and sender_iso_agent_id = (select public.get_current_iso_agent_id())
    and conversation_id = any (array(select private.own_conversation_ids()))
  );
create policy messages_delete_own on public.messages for delete to authenticated
  using (
    sender_type = 'iso_agent'
    and sender_iso_agent_id = (select public.get_current_iso_agent_id())
    and conversation_id = any (array(select private.own_conversation_ids()))
  );
create policy messages_insert_admin on public.messages for insert to authenticated
  with check ((select public.is_admin()));
create policy messages_update_admin on public.messages for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy messages_delete_admin on public.messages for delete to authenticated
  using ((select public.is_admin()));

-- avinode_webhook_events: for admins to debug with
create policy webhook_events_select_admin on public.avinode_webhook_events for select to authenticated
  using ((select public.is_admin()));
create policy webhook_events_insert_admin on public.avinode_webhook_events for insert to authenticated
  with check ((select public.is_admin()));
create policy webhook_events_update_admin on public.avinode_webhook_events for update to authenticated
  using ((select public.is_admin()))
  with check ((select public.is_admin()));
create policy webhook_events_delete_admin on public.avinode_webhook_events for delete to authenticated
  using ((select public.is_admin()));

create function private.id_in_path(path text) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
    select case
      when (string_to_array(path, '/'))[2] ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        then (string_to_array(path, '/'))[2]::uuid
    end
  $$;
comment on function private.id_in_path(text) is
  'The id in the second place of proposals/{request_id}/… and conversations/{conversation_id}/…; null if it is none.';
grant execute on function private.id_in_path(text) to authenticated, service_role;

-- Files. Only where the storage schema exists: a Postgres without Supabase around it may have none.
do $$
begin
  if to_regclass('storage.objects') is null then
    return;
  end if;

  insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values
    ('proposal-documents', 'proposal-documents', false, 20971520, array['application/pdf']),
    ('message-attachments', 'message-attachments', false, 26214400, null)
    on conflict (id) do nothing;

  create policy proposal_documents_select_owner on storage.objects for select to authenticated
    using (
      bucket_id = 'proposal-documents'
      and exists (select from public.requests r where r.id = private.id_in_path(name) and r.iso_agent_id = (select public.get_current_iso_agent_id()))
    );
  create policy proposal_documents_insert_owner on storage.objects for insert to authenticated
    with check (
      bucket_id = 'proposal-documents'
      and name ~ '^proposals/[0-9a-f-]{36}/[A-Za-z0-9][A-Za-z0-9._-]*$'
      and exists (select from public.requests r where r.id = private.id_in_path(name) and r.iso_agent_id = (select public.get_current_iso_agent_id()))
    );
  create policy proposal_documents_update_owner on storage.objects for update to authenticated
    using (
      bucket_id = 'proposal-documents'
      and exists (select from public.requests r where r.id = private.id_in_path(name) and r.iso_agent_id = (select public.get_current_iso_agent_id()))
    )
    with check (
      bucket_id = 'proposal-documents'
      and name ~ '^proposals/[0-9a-f-]{36}/[A-Za-z0-9][A-Za-z0-9._-]*$'
      and exists (select from public.requests r where r.id = private.id_in_path(name) and r.iso_agent_id = (select public.get_current_iso_agent_id()))
    );
  create policy proposal_documents_delete_owner on storage.objects for delete to authenticated
    using (
      bucket_id = 'proposal-documents'
      and exists (select from public.requests r where r.id = private.id_in_path(name) and r.iso_agent_id = (select public.get_current_iso_agent_id()))
    );

  create policy message_attachments_select_participant on storage.objects for select to authenticated
    using (
      bucket_id = 'message-attachments'
      and private.id_in_path(name) = any (array(select private.own_conversation_ids()))
    );
  create policy message_attachments_insert_with_permission on storage.objects for insert to authenticated
    with check (
      bucket_id = 'message-attachments'
      and name ~ '^conversations/[0-9a-f-]{36}/[0-9a-f-]{36}/[^/]+$'
      and private.can_reply(private.id_in_path(name))
    );
  create policy message_attachments_update_uploader on storage.objects for update to authenticated
    using (
      bucket_id = 'message-attachments'
      and owner_id = (select auth.jwt() ->> 'sub')
      and private.id_in_path(name) = any (array(select private.own_conversation_ids()))
    )
    with check (
      bucket_id = 'message-attachments'
      and owner_id = (select auth.jwt() ->> 'sub')
      and name ~ '^conversations/[0-9a-f-]{36}/[0-9a-f-]{36}/[^/]+$'
      and private.can_reply(private.id_in_path(name))
    );
  create policy message_attachments_delete_uploader on storage.objects for delete to authenticated
    using (
      bucket_id = 'message-attachments'
      and owner_id = (select auth.jwt() ->> 'sub')
      and private.id_in_path(name) = any (array(select private.own_conversation_ids()))
    );

  create policy jetvision_files_all_admin on storage.objects for all to authenticated
    using (bucket_id in ('proposal-documents', 'message-attachments') and (select public.is_admin()))
    with check (bucket_id in ('proposal-documents', 'message-attachments') and (select public.is_admin()));
end
$$;
