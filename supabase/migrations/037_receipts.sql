-- How far a message has come, and who has read it. Our words to an operator are sent once Avinode took them, delivered once
-- Avinode shows them, and read once the operator has answered: Avinode tells no more. Times are those of Avinode, so that the
-- same messages end in the same state in whatever order they reach us.

create function private.said_at(m public.messages) returns timestamptz
  language sql stable set search_path = pg_catalog, pg_temp
as $$ select coalesce(private.parse_time(m.metadata ->> 'created_on'), m.created_at) $$;
comment on function private.said_at(public.messages) is 'When something was said: in Avinode''s time where it was said there.';

-- What an operator said last in a room, so that nobody looks through the whole room for it with every message.
create table private.last_heard (
  conversation_id uuid primary key references public.conversations (id) on delete cascade,
  said_at timestamptz not null,
  message_id uuid not null
);

create function private.weigh_receipts() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_seat public.conversation_participants;
  v_heard_at timestamptz;
  v_heard_id uuid;
  v_read integer := 0;
  v_unread integer;
  v_reader jsonb;
begin
  if new.sender_type = 'operator' then
    insert into private.last_heard as h (conversation_id, said_at, message_id)
    values (new.conversation_id, private.said_at(new), new.id)
    on conflict (conversation_id) do update set said_at = excluded.said_at, message_id = excluded.message_id
     where (excluded.said_at, excluded.message_id) > (h.said_at, h.message_id);
  end if;
  select * into v_seat from public.conversation_participants p
   where p.conversation_id = new.conversation_id and p.operator_profile_id is not null and p.role = 'operator' and p.is_active
   order by p.joined_at, p.id limit 1;
  if not found then
    return null;
  end if;
  v_reader := jsonb_build_array(jsonb_build_object('operator_profile_id', v_seat.operator_profile_id));
  select h.said_at, h.message_id into v_heard_at, v_heard_id from private.last_heard h where h.conversation_id = new.conversation_id;
  if v_heard_at is not null then
    update public.messages m set
      status = 'read',
      read_by = m.read_by || jsonb_build_array(v_reader -> 0 || jsonb_build_object('read_at', v_heard_at))
     where m.conversation_id = new.conversation_id and m.sender_type in ('iso_agent', 'ai_assistant')
       and m.status in ('sent', 'delivered') and private.said_at(m) < v_heard_at;
    get diagnostics v_read = row_count;
  end if;
  select count(*) into v_unread from public.messages m
   where m.conversation_id = new.conversation_id and m.sender_type in ('iso_agent', 'ai_assistant')
     and m.content_type <> 'typing_indicator' and m.deleted_at is null and m.status <> 'failed'
     and not m.read_by @> v_reader
     and (v_heard_at is null or private.said_at(m) >= v_heard_at);
  update public.conversation_participants set
    unread_count = v_unread,
    last_read_at = case when v_read > 0 then v_heard_at else last_read_at end,
    last_read_message_id = case when v_read > 0 then v_heard_id else last_read_message_id end
   where id = v_seat.id and (v_read > 0 or unread_count <> v_unread);
  update public.conversations set
    unread_count_operator = v_unread,
    status = case when status in ('active', 'awaiting_response') then
      case when v_unread > 0 then 'awaiting_response' else 'active' end::public.conversation_status else status end
   where id = new.conversation_id
     and (unread_count_operator <> v_unread
       or status = case when v_unread > 0 then 'active' else 'awaiting_response' end::public.conversation_status);
  return null;
end
$$;
comment on function private.weigh_receipts() is
  'In a room with an operator: who has answered has read what was said before. What is said after that waits for a response.';
-- After messages_update_conversation, whose plain count it corrects: triggers run in the order of their names.
create trigger messages_weigh_receipts after insert on public.messages
  for each row when (new.content_type <> 'typing_indicator') execute function private.weigh_receipts();

-- A notification that ends at one of our own messages has shown that it is in Avinode. It may be faster than the answer to our
-- call, and meet a row that gives way later: so it is kept by Avinode's id.
create table private.shown_messages (
  avinode_message_id text primary key
);

create function private.note_delivery() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_shown text;
begin
  select m.avinode_message_id into v_shown from public.messages m
   where m.id = new.message_id and m.sender_type in ('iso_agent', 'ai_assistant') and m.avinode_message_id is not null;
  if v_shown is not null then
    insert into private.shown_messages values (v_shown) on conflict do nothing;
    update public.messages set status = 'delivered' where id = new.message_id and status = 'sent';
  end if;
  return null;
end
$$;
comment on function private.note_delivery() is 'Marks our own message as delivered when Avinode''s notification of it was applied.';
create trigger webhook_events_note_delivery after update of processing_status on public.avinode_webhook_events
  for each row when (new.processing_status = 'completed' and new.message_id is not null) execute function private.note_delivery();

create function private.recall_delivery() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from private.shown_messages s where s.avinode_message_id = new.avinode_message_id) then
    new.status := 'delivered';
  end if;
  return new;
end
$$;
comment on function private.recall_delivery() is 'A message that turns out to be one that Avinode has shown already is delivered.';
create trigger messages_recall_delivery before update of avinode_message_id, status on public.messages
  for each row when (new.status = 'sent' and new.avinode_message_id is not null and new.sender_type in ('iso_agent', 'ai_assistant'))
  execute function private.recall_delivery();

-- What was taken back before it was read need not be read.
create function private.forget_unread() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  update public.conversation_participants p set unread_count = greatest(0, p.unread_count - 1)
   where p.conversation_id = new.conversation_id and p.is_active and p.iso_agent_id is not null
     and p.iso_agent_id is distinct from new.sender_iso_agent_id and (p.last_read_at is null or p.last_read_at < new.created_at);
  update public.conversations c set unread_count_iso = least(c.unread_count_iso, (
    select coalesce(max(p.unread_count), 0) from public.conversation_participants p
     where p.conversation_id = c.id and p.iso_agent_id is not null and p.is_active))
   where c.id = new.conversation_id;
  return null;
end
$$;
comment on function private.forget_unread() is 'A deleted message is unread to nobody.';
create trigger messages_forget_unread after update of deleted_at on public.messages
  for each row when (old.deleted_at is null and new.deleted_at is not null) execute function private.forget_unread();
