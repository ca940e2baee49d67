-- What each broker's page is told, in one numbered order without gaps, so that a page that was away can ask for the rest.
-- A change first leaves a note (feed_pending); just before the transaction commits, all its notes become events together. Only
-- then the brokers' counters are locked, in one order and until the commit is through, so that a number is never seen before
-- a smaller one, an aborted transaction leaves no gap, and two transactions never wait for each other.

create table private.feed_counters (
  iso_agent_id uuid primary key references public.iso_agents (id) on delete cascade,
  last_position bigint not null default 0
);

create table private.feed_events (
  iso_agent_id uuid not null references public.iso_agents (id) on delete cascade,
  position bigint not null,
  type text not null check (type in (
    'message.created', 'message.updated', 'read', 'request.updated', 'quote.created', 'quote.updated',
    'proposal.updated', 'approval.requested', 'approval.resolved')),
  conversation_id uuid,
  request_id uuid,
  payload jsonb not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (iso_agent_id, position)
);
create index feed_events_conversation_idx on private.feed_events (iso_agent_id, conversation_id, position);
create index feed_events_age_idx on private.feed_events (created_at);

-- Lives only inside a transaction, so it need not survive a crash.
create unlogged table private.feed_pending (
  id bigint generated always as identity primary key,
  transaction_id xid8 not null default pg_current_xact_id(),
  type text not null,
  source text not null,
  row_id uuid not null,
  conversation_id uuid,
  removed jsonb
);
create index feed_pending_transaction_idx on private.feed_pending (transaction_id);

create function private.note_for_feed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_row record := case when tg_op = 'DELETE' then old else new end;
  v_type text := tg_argv[0];
begin
  insert into private.feed_pending (type, source, row_id, conversation_id, removed)
  values (v_type, tg_table_name, v_row.id,
    case when tg_table_name in ('messages', 'conversation_participants') then (to_jsonb(v_row) ->> 'conversation_id')::uuid end,
    case when tg_op = 'DELETE' then to_jsonb(v_row) end);
  return null;
end
$$;
comment on function private.note_for_feed() is 'Notes a change for the feed; what it looks like is read when the transaction ends.';

create function private.feed_payload(p_source text, p_row_id uuid) returns jsonb
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return case p_source
    when 'messages' then (
      -- What its sender deleted is nobody's to read any more.
      select to_jsonb(m) || case when m.deleted_at is null then '{}'
               else '{"content": null, "rich_content": null, "attachments": [], "original_content": null}' end::jsonb
        from public.messages m where m.id = p_row_id)
    when 'quotes' then (select private.quote_json(q) from public.quotes q where q.id = p_row_id)
    when 'requests' then (select private.request_json(r) from public.requests r where r.id = p_row_id)
    when 'proposals' then (select private.proposal_json(p) from public.proposals p where p.id = p_row_id)
    when 'approvals' then (select to_jsonb(a) from public.approvals a where a.id = p_row_id)
    else (select jsonb_build_object('conversation_id', p.conversation_id, 'iso_agent_id', p.iso_agent_id,
                   'operator_profile_id', p.operator_profile_id, 'last_read_at', p.last_read_at,
                   'last_read_message_id', p.last_read_message_id, 'unread_count', p.unread_count)
            from public.conversation_participants p where p.id = p_row_id)
  end;
end
$$;
comment on function private.feed_payload(text, uuid) is 'The row that an event is about, as it is when its transaction ends.';

create function private.feed_readers(p_source text, p_conversation_id uuid, p_payload jsonb) returns setof uuid
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  if p_source in ('messages', 'conversation_participants') then
    return query select p.iso_agent_id from public.conversation_participants p
      where p.conversation_id = p_conversation_id and p.iso_agent_id is not null and p.is_active;
  elsif p_source = 'quotes' then
    return query select r.iso_agent_id from public.requests r where r.id = (p_payload ->> 'request_id')::uuid;
  else
    return next (p_payload ->> 'iso_agent_id')::uuid;
  end if;
end
$$;
comment on function private.feed_readers(text, uuid, jsonb) is
  'Who is told: whoever takes part in the conversation, or owns the request, quote, proposal or approval.';

create function private.flush_feed() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_event record;
  v_position bigint;
  v_agent uuid;
begin
  for v_event in
    with noted as (
      delete from private.feed_pending where transaction_id = pg_current_xact_id()
      returning id, type, source, row_id, conversation_id, removed
    ), changed as (
      -- One event for each row, however often the transaction touched it; made here, it is news and not a change.
      select min(id) as id, (array_agg(type order by id))[1] as type, source, row_id,
             (array_agg(conversation_id order by id))[1] as conversation_id,
             (array_agg(removed order by id desc))[1] as removed,
             bool_or(removed is not null) as is_removed
        from noted group by source, row_id, case when source = 'approvals' then type end
    ), told as (
      select c.*, coalesce(c.removed || jsonb_build_object('deleted_at', clock_timestamp()), private.feed_payload(c.source, c.row_id)) as payload
        from changed c where not (c.is_removed and c.type = 'message.created')
    )
    select reader.iso_agent_id, t.* from told t
      cross join lateral private.feed_readers(t.source, t.conversation_id, t.payload) as reader (iso_agent_id)
     where t.payload is not null
     order by reader.iso_agent_id, t.id
  loop
    if v_agent is distinct from v_event.iso_agent_id then
      perform private.announce_feed(v_agent, v_position);
      v_agent := v_event.iso_agent_id;
    end if;
    insert into private.feed_counters as c (iso_agent_id, last_position) values (v_agent, 1)
    on conflict (iso_agent_id) do update set last_position = c.last_position + 1
    returning last_position into v_position;
    insert into private.feed_events (iso_agent_id, position, type, conversation_id, request_id, payload)
    values (v_agent, v_position, v_event.type,
      coalesce(v_event.conversation_id, (v_event.payload ->> 'conversation_id')::uuid),
      case v_event.source
        when 'requests' then v_event.row_id
        when 'messages' then (select c.request_id from public.conversations c where c.id = v_event.conversation_id)
        when 'conversation_participants' then (select c.request_id from public.conversations c where c.id = v_event.conversation_id)
        else (v_event.payload ->> 'request_id')::uuid
      end,
      v_event.payload);
  end loop;
  perform private.announce_feed(v_agent, v_position);
  return null;
end
$$;
comment on function private.flush_feed() is
  'Turns everything that the ending transaction noted into numbered events, broker by broker.';

create function private.announce_feed(p_iso_agent_id uuid, p_position bigint) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if p_iso_agent_id is not null then
    perform pg_notify('jetvision_feed', json_build_object('iso_agent_id', p_iso_agent_id, 'position', p_position)::text);
  end if;
end
$$;
comment on function private.announce_feed(uuid, bigint) is 'Wakes whoever streams a broker''s feed, up to the given position.';

create constraint trigger feed_pending_flush after insert on private.feed_pending
  deferrable initially deferred for each row execute function private.flush_feed();

create trigger messages_feed_created after insert on public.messages
  for each row when (new.content_type <> 'typing_indicator') execute function private.note_for_feed('message.created');
create trigger messages_feed_updated after update on public.messages
  for each row when (old.* is distinct from new.*) execute function private.note_for_feed('message.updated');
create trigger messages_feed_removed after delete on public.messages
  for each row execute function private.note_for_feed('message.updated');
create trigger requests_feed_created after insert on public.requests
  for each row execute function private.note_for_feed('request.updated');
create trigger requests_feed_updated after update on public.requests
  for each row when (old.* is distinct from new.*) execute function private.note_for_feed('request.updated');
create trigger quotes_feed_created after insert on public.quotes
  for each row execute function private.note_for_feed('quote.created');
create trigger quotes_feed_updated after update on public.quotes
  for each row when (old.* is distinct from new.*) execute function private.note_for_feed('quote.updated');
create trigger proposals_feed_created after insert on public.proposals
  for each row execute function private.note_for_feed('proposal.updated');
create trigger proposals_feed_updated after update of status, view_count, download_count on public.proposals
  for each row when ((old.status, old.view_count, old.download_count) is distinct from (new.status, new.view_count, new.download_count))
  execute function private.note_for_feed('proposal.updated');
create trigger approvals_feed_requested after insert on public.approvals
  for each row execute function private.note_for_feed('approval.requested');
create trigger approvals_feed_resolved after update of status on public.approvals
  for each row when (old.status is distinct from new.status) execute function private.note_for_feed('approval.resolved');
create trigger participants_feed_read after update of last_read_at, last_read_message_id on public.conversation_participants
  for each row when (old.last_read_at is distinct from new.last_read_at
    or old.last_read_message_id is distinct from new.last_read_message_id)
  execute function private.note_for_feed('read');

create function public.read_feed(p_after bigint, p_conversation_id uuid default null, p_limit integer default 200) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  if p_conversation_id is not null then
    perform private.require_participant(p_conversation_id);
  end if;
  return (
    select coalesce(jsonb_agg(to_jsonb(e) - 'iso_agent_id' order by e.position), '[]')
      from (
        select * from private.feed_events f
         where f.iso_agent_id = v_agent and f.position > coalesce(p_after, 0)
           and (p_conversation_id is null or f.conversation_id = p_conversation_id)
         order by f.position
         limit least(greatest(coalesce(p_limit, 200), 1), 1000)
      ) e
  );
end
$$;
comment on function public.read_feed(bigint, uuid, integer) is
  'The caller''s events after a position, oldest first, of one conversation if one is named (PT404 if it is not the caller''s). Reading on from the last position seen misses and repeats nothing.';

create function public.feed_position() returns bigint
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  return coalesce((select c.last_position from private.feed_counters c where c.iso_agent_id = v_agent), 0);
end
$$;
comment on function public.feed_position() is 'The position of the caller''s newest event; 0 before the first.';

grant execute on function public.read_feed(bigint, uuid, integer), public.feed_position() to authenticated;
