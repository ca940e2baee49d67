-- Rooms: start one, write in it, invite others.

create function public.start_conversation(
  p_id uuid, p_subject text default null, p_type public.conversation_type default 'general_inquiry', p_request_id uuid default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
  v_room public.conversations;
begin
  if p_request_id is not null and not exists (
    select from public.requests r where r.id = p_request_id and r.iso_agent_id = v_agent
  ) then
    raise exception using errcode = 'PT404', message = 'The request was not found';
  end if;
  insert into public.conversations (id, subject, type, request_id)
  values (p_id, left(nullif(btrim(p_subject), ''), 200), coalesce(p_type, 'general_inquiry'), p_request_id)
  on conflict (id) do nothing
  returning * into v_room;
  if found then
    insert into public.conversation_participants (conversation_id, iso_agent_id, role, can_invite)
    values (p_id, v_agent, 'iso_agent', true), (p_id, null, 'ai_assistant', false);
  else
    perform private.require_participant(p_id);
    select * into v_room from public.conversations where id = p_id;
  end if;
  return to_jsonb(v_room);
end
$$;
comment on function public.start_conversation(uuid, text, public.conversation_type, uuid) is
  'Opens a room with the caller and the assistant; the same id again gives the room that is there. PT404 for a request, or a room, of others.';

-- The messages of a room are numbered by their time, so the time is taken while the room is held: who has read up to one
-- message has then read all before it, and a page that follows the last one seen misses none.
create function private.order_message() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.conversations c where c.id = new.conversation_id for no key update;
  -- A time that somebody gave is theirs; one that is later than the statement came from the column's default.
  if new.created_at > statement_timestamp() then
    new.created_at := clock_timestamp();
  end if;
  return new;
end
$$;
comment on function private.order_message() is
  'Gives a new message a time after every message of its room that can be read already.';
create trigger messages_order before insert on public.messages for each row execute function private.order_message();

-- The broker's words to an operator leave through Avinode, also where another client of the database wrote the row by itself.
create function private.relay_message() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_rfq_id text;
begin
  if private.has_operator(new.conversation_id) then
    select c.avinode_thread_id into v_rfq_id from public.conversations c where c.id = new.conversation_id;
    if v_rfq_id is not null and coalesce(btrim(new.content), '') <> '' then
      insert into private.outbox (id, message_id, iso_agent_id, conversation_id, action, payload)
      values (new.id, new.id, new.sender_iso_agent_id, new.conversation_id, 'relay_message', jsonb_build_object(
        'conversation_id', new.conversation_id, 'message_id', new.id, 'rfq_id', v_rfq_id, 'text', new.content));
    end if;
  else
    update public.messages set status = 'sent' where id = new.id;
    if private.has_assistant(new.conversation_id) then
      perform private.queue_turn(private.derived_id('turn:' || new.id), new.conversation_id, new.sender_iso_agent_id, new.id, null);
    end if;
  end if;
  return null;
end
$$;
comment on function private.relay_message() is
  'A broker''s message that is still to be sent goes into the outbox where an operator reads along, and else to the assistant.';
create trigger messages_relay after insert on public.messages
  for each row when (new.sender_type = 'iso_agent' and new.status = 'sending') execute function private.relay_message();

create function public.post_message(
  p_conversation_id uuid, p_message_id uuid, p_content text, p_content_type text default 'text', p_rich_content jsonb default null,
  p_parent_message_id uuid default null, p_attachments jsonb default '[]'
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_message public.messages;
begin
  perform private.require_participant(p_conversation_id);
  if private.has_operator(p_conversation_id) then
    if (select c.avinode_thread_id from public.conversations c where c.id = p_conversation_id) is null then
      raise exception using errcode = 'PT409', message = 'This room is not connected to an RFQ in Avinode yet';
    end if;
    if coalesce(btrim(p_content), '') = '' or coalesce(p_attachments, '[]') <> '[]' then
      raise exception using errcode = 'PT422', message = 'Avinode carries text to an operator, and nothing else';
    end if;
  end if;
  v_message := (private.insert_broker_message(p_conversation_id, p_message_id, p_content, p_content_type, p_rich_content,
    p_parent_message_id, p_attachments, 'sending')).message;
  select * into v_message from public.messages m where m.id = v_message.id;
  return jsonb_build_object(
    'message', to_jsonb(v_message),
    'turn_id', (select t.id from private.assistant_turns t where t.user_message_id = p_message_id),
    'outbox_id', (select o.id from private.outbox o where o.message_id = p_message_id));
end
$$;
comment on function public.post_message(uuid, uuid, text, text, jsonb, uuid, jsonb) is
  'The caller''s own words: relayed to Avinode (`outbox_id`) where an operator reads along, answered by the assistant (`turn_id`) elsewhere. The same message id again does nothing twice. PT404 for a room of others, PT403 without the right to reply.';

create function private.conversation_summary(c public.conversations, p public.conversation_participants) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(c) || jsonb_build_object(
    'unread_count', coalesce(p.unread_count, 0), 'last_read_at', p.last_read_at,
    'can_reply', coalesce(p.can_reply, false), 'can_invite', coalesce(p.can_invite, false),
    'operator', (
      select jsonb_build_object('id', o.id, 'company_name', o.company_name)
        from public.conversation_participants op join public.operator_profiles o on o.id = op.operator_profile_id
       where op.conversation_id = c.id and op.is_active order by op.joined_at, op.id limit 1),
    'last_message', (
      select jsonb_build_object('id', m.id, 'sender_type', m.sender_type, 'sender_name', m.sender_name,
               'content_type', m.content_type, 'content', left(m.content, 200), 'status', m.status, 'created_at', m.created_at)
        from public.messages m where m.conversation_id = c.id and m.deleted_at is null and m.content_type <> 'typing_indicator'
       order by m.created_at desc, m.id desc limit 1),
    'request', (
      select jsonb_build_object('id', r.id, 'status', r.status, 'departure_airport', r.departure_airport,
               'arrival_airport', r.arrival_airport, 'departure_date', r.departure_date, 'return_date', r.return_date,
               'passengers', r.passengers, 'quotes_expected', r.quotes_expected, 'quotes_received', r.quotes_received,
               'client', case when cl.id is not null then jsonb_build_object('id', cl.id, 'company_name', cl.company_name) end)
        from public.requests r left join public.client_profiles cl on cl.id = r.client_profile_id
       where r.id = c.request_id and r.iso_agent_id = p.iso_agent_id),
    'pending_approvals', (
      select count(*) from public.approvals a left join private.assistant_turns t on t.id = a.turn_id
       where a.iso_agent_id = p.iso_agent_id and a.status = 'pending' and coalesce(t.conversation_id, a.conversation_id) = c.id))
$$;
comment on function private.conversation_summary(public.conversations, public.conversation_participants) is
  'A room as its list shows it to one broker. Its request is told only to the broker whose request it is.';

create function public.read_conversation(p_conversation_id uuid) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  return (
    select private.conversation_summary(c, p)
      from public.conversations c
      left join public.conversation_participants p on p.conversation_id = c.id and p.iso_agent_id = v_agent and p.is_active
     where c.id = p_conversation_id and c.id in (select private.readable_conversation_ids()));
end
$$;
comment on function public.read_conversation(uuid) is
  'One room as the list shows it; null for a room that the caller may not see. An admin without a seat in it has no counters of an own seat there.';

-- A request that was born in a chat keeps that chat as its primary conversation.
create function public.bind_conversation(p_conversation_id uuid, p_request_id uuid) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select 1 from public.requests r
    where r.id = p_request_id and r.iso_agent_id = public.get_current_iso_agent_id()
  ) then
    raise exception using errcode = 'PT404', message = 'The request was not found';
  end if;
  if not public.is_conversation_participant(p_conversation_id) then
    raise exception using errcode = 'PT404', message = 'The conversation was not found';
  end if;
  if not private.can_reply(p_conversation_id) then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  update public.conversations
     set request_id = coalesce(request_id, p_request_id), type = 'rfp_negotiation'
   where id = p_conversation_id and (request_id is null or type = 'general_inquiry');
  update public.requests
     set primary_conversation_id = p_conversation_id
   where id = p_request_id and primary_conversation_id is distinct from p_conversation_id;
end
$$;
comment on function public.bind_conversation(uuid, uuid) is
  'Makes a conversation of the caller the primary one of the caller''s request; the room takes its first request''s id. PT404 for either that is not theirs. Safe to repeat.';

create function public.invite_participant(
  p_conversation_id uuid, p_iso_agent_email text default null, p_operator_profile_id uuid default null,
  p_role public.participant_role default 'observer'
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_room public.conversations;
  v_agent uuid;
  v_seat public.conversation_participants;
begin
  if not (private.require_participant(p_conversation_id)).can_invite then
    raise exception using errcode = 'PT403', message = 'You may not invite others into this conversation';
  end if;
  if num_nonnulls(nullif(btrim(p_iso_agent_email), ''), p_operator_profile_id) <> 1
    or (p_iso_agent_email is not null and p_role not in ('iso_agent', 'observer'))
    or (p_operator_profile_id is not null and p_role not in ('operator', 'observer')) then
    raise exception using errcode = 'PT422', message = 'Invite one colleague by e-mail address, or one operator';
  end if;
  select * into v_room from public.conversations where id = p_conversation_id for no key update;

  if p_operator_profile_id is not null then
    -- Elsewhere client, budget and margin are talked about.
    if v_room.type <> 'quote_discussion' or exists (
      select from public.conversation_participants p
       where p.conversation_id = p_conversation_id and p.operator_profile_id <> p_operator_profile_id and p.is_active
    ) then
      raise exception using errcode = 'PT409', message = 'An operator can only be in the room of their own quote';
    end if;
    if not exists (select from public.operator_profiles o where o.id = p_operator_profile_id and o.is_active) then
      raise exception using errcode = 'PT404', message = 'The operator was not found';
    end if;
  else
    select a.id into v_agent from public.iso_agents a where lower(a.email) = lower(btrim(p_iso_agent_email)) and a.is_active;
    if not found then
      raise exception using errcode = 'PT404', message = 'No colleague with this e-mail address was found';
    end if;
  end if;

  update public.conversation_participants p set is_active = true, left_at = null
   where p.conversation_id = p_conversation_id
     and (p.iso_agent_id = v_agent or p.operator_profile_id = p_operator_profile_id)
  returning * into v_seat;
  if not found then
    insert into public.conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role, can_reply)
    values (p_conversation_id, v_agent, p_operator_profile_id, p_role, p_role <> 'observer')
    returning * into v_seat;
  end if;
  return to_jsonb(v_seat);
end
$$;
comment on function public.invite_participant(uuid, text, uuid, public.participant_role) is
  'Gives a colleague, or the operator of a quote''s room, a seat; who has one keeps it. An observer only reads. PT403 without the right to invite, PT409 for an operator where private things are said.';

-- Archived is a state with a moment, whoever sets it.
create function private.date_archive() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  new.archived_at := case when new.status = 'archived' then coalesce(new.archived_at, old.archived_at, clock_timestamp()) end;
  return new;
end
$$;
comment on function private.date_archive() is 'Keeps archived_at in step with the status of a conversation.';
create trigger conversations_date_archive before update of status on public.conversations
  for each row when (old.status is distinct from new.status) execute function private.date_archive();

-- Who writes into a room that was laid aside takes it up again. The room of a cancelled RFQ stays closed: nobody in Avinode
-- would read what is written there.
create function private.reopen_room() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_room public.conversations;
begin
  select * into v_room from public.conversations c where c.id = new.conversation_id;
  if (v_room.metadata -> 'rfq' ->> 'canceled')::boolean then
    if new.sender_type = 'iso_agent' and new.status = 'sending' then
      raise exception using errcode = 'PT409', message = 'The RFQ was cancelled: this room is closed';
    end if;
  elsif v_room.status in ('resolved', 'archived') and new.sender_type in ('iso_agent', 'operator') then
    update public.conversations set status = 'active' where id = v_room.id;
  end if;
  return null;
end
$$;
comment on function private.reopen_room() is 'Words of a person make a resolved or archived conversation active again.';
create trigger messages_reopen_room after insert on public.messages
  for each row when (new.content_type <> 'typing_indicator') execute function private.reopen_room();

grant execute on function
  public.start_conversation(uuid, text, public.conversation_type, uuid), public.read_conversation(uuid),
  public.post_message(uuid, uuid, text, text, jsonb, uuid, jsonb),
  public.bind_conversation(uuid, uuid), public.invite_participant(uuid, text, uuid, public.participant_role)
  to authenticated;
