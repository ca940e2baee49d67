-- What is worth knowing only now, told to the pages that are open: that the assistant is at work (also where nobody has just
-- spoken), that a seat or a room has changed. It is not kept: a page that was away reads the rows.

create function private.announce(p_type text, p_conversation_id uuid, p_readers uuid[], p_payload jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(p_readers) > 0 then
    -- A notification holds 8,000 bytes, so that rooms with more brokers than that are told in parts.
    for v_from in 1 .. cardinality(p_readers) by 100 loop
      perform pg_notify('jetvision_ephemeral', jsonb_build_object(
        'type', p_type, 'conversation_id', coalesce(p_conversation_id::text, ''),
        'iso_agent_ids', to_jsonb(p_readers[v_from : v_from + 99]), 'payload', p_payload)::text);
    end loop;
  end if;
end
$$;
comment on function private.announce(text, uuid, uuid[], jsonb) is
  'Tells the given brokers'' open pages something when the transaction commits. The payload must stay below 3,000 bytes.';

create function private.brokers_in(p_conversation_id uuid) returns uuid[]
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(array_agg(p.iso_agent_id order by p.iso_agent_id), '{}')
    from public.conversation_participants p
   where p.conversation_id = p_conversation_id and p.iso_agent_id is not null and p.is_active
$$;
comment on function private.brokers_in(uuid) is 'The brokers who take part in a conversation.';

create function private.announce_turn() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.announce('turn.updated', new.conversation_id, private.brokers_in(new.conversation_id),
    jsonb_build_object('conversation_id', new.conversation_id, 'turn_id', new.id, 'status', new.status));
  return null;
end
$$;
comment on function private.announce_turn() is 'Tells a room that the assistant has begun, waits, or is done.';
create trigger assistant_turns_announce_new after insert on private.assistant_turns
  for each row execute function private.announce_turn();
create trigger assistant_turns_announce after update of status on private.assistant_turns
  for each row when (old.status is distinct from new.status) execute function private.announce_turn();

create function private.announce_seat() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.announce('participant.updated', new.conversation_id,
    private.brokers_in(new.conversation_id) || case when not new.is_active and new.iso_agent_id is not null then array[new.iso_agent_id] else '{}' end,
    jsonb_build_object('id', new.id, 'conversation_id', new.conversation_id, 'iso_agent_id', new.iso_agent_id,
      'operator_profile_id', new.operator_profile_id, 'role', new.role, 'is_active', new.is_active,
      'can_reply', new.can_reply, 'can_invite', new.can_invite));
  return null;
end
$$;
comment on function private.announce_seat() is 'Tells a room, and whoever had to leave it, that a seat was taken, changed or left.';
create trigger participants_announce_new after insert on public.conversation_participants
  for each row execute function private.announce_seat();
create trigger participants_announce after update of is_active, role, can_reply, can_invite on public.conversation_participants
  for each row when ((old.is_active, old.role, old.can_reply, old.can_invite) is distinct from (new.is_active, new.role, new.can_reply, new.can_invite))
  execute function private.announce_seat();

create function private.announce_room() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.announce('conversation.updated', new.id, private.brokers_in(new.id), jsonb_build_object(
    'id', new.id, 'subject', left(new.subject, 200), 'status', new.status, 'is_priority', new.is_priority, 'archived_at', new.archived_at));
  return null;
end
$$;
comment on function private.announce_room() is 'Tells a room that it was renamed, resolved, archived, reopened or made urgent.';
create trigger conversations_announce after update of subject, status, is_priority, archived_at on public.conversations
  for each row when ((old.subject, old.status, old.is_priority, old.archived_at) is distinct from (new.subject, new.status, new.is_priority, new.archived_at))
  execute function private.announce_room();

create function public.open_turns() returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('turn_id', t.id, 'conversation_id', t.conversation_id, 'status', t.status) order by t.created_at, t.id), '[]')
      from private.assistant_turns t
      join public.conversation_participants p on p.conversation_id = t.conversation_id and p.iso_agent_id = v_agent and p.is_active
     where t.status in ('queued', 'running'));
end
$$;
comment on function public.open_turns() is
  'What the assistant is doing, or about to do, in the caller''s rooms: for a page that has just been opened.';

-- An event that many brokers are told of is many events, each in its broker's own feed: an instance that serves their pages
-- reads them in one call.
create function public.read_feeds(p_feeds jsonb, p_limit integer default 100) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object(
      'iso_agent_id', feed.iso_agent_id,
      'is_active', a.id is not null,
      'events', case when a.id is null then '[]' else (
        select coalesce(jsonb_agg(to_jsonb(e) - 'iso_agent_id' order by e.position), '[]')
          from (
            select * from private.feed_events f
             where f.iso_agent_id = feed.iso_agent_id and f.position > feed.after
             order by f.position
             limit least(greatest(coalesce(p_limit, 100), 1), 1000)
          ) e)
      end)), '[]')
    from jsonb_to_recordset(p_feeds) as feed (iso_agent_id uuid, after bigint)
    left join public.iso_agents a on a.id = feed.iso_agent_id and a.is_active
$$;
comment on function public.read_feeds(jsonb, integer) is
  'For an instance that serves several brokers'' pages: [{iso_agent_id, after}] answered with each one''s events after that position. Who is no longer active gets none.';

grant execute on function public.read_feeds(jsonb, integer) to service_role;
grant execute on function public.open_turns() to authenticated;
