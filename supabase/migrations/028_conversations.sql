-- What a broker does in a room: start one, write, read, react, edit, take back, invite.

create function public.start_conversation(
  p_id uuid, p_subject text default null, p_type public.conversation_type default 'general_inquiry', p_request_id uuid default null
) returns jsonb
  language plpgsql security definer set search_path = ''
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

-- The broker's words to an operator leave through Avinode, also where another client of the database wrote the row by itself.
create function private.relay_message() returns trigger
  language plpgsql security definer set search_path = ''
as $$
declare
  v_rfq_id text;
begin
  if private.has_operator(new.conversation_id) then
    select c.avinode_thread_id into v_rfq_id from public.conversations c where c.id = new.conversation_id;
    if v_rfq_id is null then
      raise exception using errcode = 'PT409', message = 'This room is not connected to an RFQ in Avinode yet';
    end if;
    if coalesce(btrim(new.content), '') = '' or new.attachments <> '[]' then
      raise exception using errcode = 'PT422', message = 'Avinode carries text to an operator, and nothing else';
    end if;
    insert into private.outbox (id, message_id, iso_agent_id, conversation_id, action, payload)
    values (new.id, new.id, new.sender_iso_agent_id, new.conversation_id, 'relay_message', jsonb_build_object(
      'conversation_id', new.conversation_id, 'message_id', new.id, 'rfq_id', v_rfq_id, 'text', new.content));
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
  language plpgsql security definer set search_path = ''
as $$
declare
  v_message public.messages;
begin
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

create function public.list_conversations(p_status text default null, p_before timestamptz default null, p_limit integer default 50)
  returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
declare
  v_agent uuid := private.require_agent();
begin
  if p_status is not null and not p_status = any (enum_range(null::public.conversation_status)::text[]) then
    raise exception using errcode = 'PT422', message = format('There is no conversation status %s', p_status);
  end if;
  return (
    select coalesce(jsonb_agg(private.conversation_summary(room.conversation, room.participant) order by room.active_at desc, (room.conversation).id), '[]')
      from (
        select c as conversation, p as participant, coalesce(c.last_message_at, c.created_at) as active_at
          from public.conversation_participants p join public.conversations c on c.id = p.conversation_id
         where p.iso_agent_id = v_agent and p.is_active
           and (p_status is null or c.status = p_status::public.conversation_status)
           and (p_before is null or coalesce(c.last_message_at, c.created_at) < p_before)
         order by coalesce(c.last_message_at, c.created_at) desc, c.id
         limit least(greatest(coalesce(p_limit, 50), 1), 201)
      ) room
  );
end
$$;
comment on function public.list_conversations(text, timestamptz, integer) is
  'The caller''s rooms, those with the latest message first, each with what is unread, what was said last and its request. `p_before` takes the last_message_at of the last room of the page before.';

create function private.conversation_summary(c public.conversations, p public.conversation_participants) returns jsonb
  language sql stable set search_path = ''
as $$
  select to_jsonb(c) || jsonb_build_object(
    'unread_count', p.unread_count, 'last_read_at', p.last_read_at, 'can_reply', p.can_reply, 'can_invite', p.can_invite,
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

create function public.mark_read(p_conversation_id uuid, p_message_id uuid default null) returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
  v_upto record;
begin
  -- The room first, as for a message that is just coming in: then nothing is counted twice, or read unseen.
  perform from public.conversations c where c.id = p_conversation_id for no key update;
  if p_message_id is null then
    select m.id, m.created_at into v_upto from public.messages m
     where m.conversation_id = p_conversation_id order by m.created_at desc, m.id desc limit 1;
  else
    select m.id, m.created_at into v_upto from public.messages m
     where m.id = p_message_id and m.conversation_id = p_conversation_id;
    if not found then
      raise exception using errcode = 'PT404', message = 'The message was not found';
    end if;
  end if;
  select * into v_participant from public.conversation_participants p where p.id = v_participant.id for update;
  if v_upto.id is null or v_upto.created_at < v_participant.last_read_at
    or (v_upto.id = v_participant.last_read_message_id and v_participant.unread_count = 0) then
    return;
  end if;
  update public.conversation_participants set
    last_read_at = v_upto.created_at, last_read_message_id = v_upto.id,
    unread_count = (
      select count(*) from public.messages m
       where m.conversation_id = p_conversation_id and (m.created_at, m.id) > (v_upto.created_at, v_upto.id)
         and m.deleted_at is null and m.content_type <> 'typing_indicator'
         and m.sender_iso_agent_id is distinct from v_participant.iso_agent_id)
   where id = v_participant.id;
  update public.conversations set unread_count_iso = (
    select coalesce(max(p.unread_count), 0) from public.conversation_participants p
     where p.conversation_id = p_conversation_id and p.iso_agent_id is not null and p.is_active)
   where id = p_conversation_id;
end
$$;
comment on function public.mark_read(uuid, uuid) is
  'The caller has read a room up to a message, or all of it. Never goes back to an earlier message.';

create function public.set_typing(p_conversation_id uuid, p_is_typing boolean) returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
begin
  update public.conversation_participants set
    is_typing = coalesce(p_is_typing, false), typing_started_at = case when p_is_typing then clock_timestamp() end
   where id = v_participant.id;
end
$$;
comment on function public.set_typing(uuid, boolean) is 'Says in the caller''s seat of a room whether the caller is writing.';

create function private.require_message(p_message_id uuid, p_own boolean) returns public.messages
  language plpgsql set search_path = ''
as $$
declare
  v_message public.messages;
begin
  select * into v_message from public.messages where id = p_message_id for update;
  if not found or not public.is_conversation_participant(v_message.conversation_id) then
    raise exception using errcode = 'PT404', message = 'The message was not found';
  end if;
  if p_own and v_message.sender_iso_agent_id is distinct from private.require_agent() then
    raise exception using errcode = 'PT403', message = 'Only its sender may change a message';
  end if;
  if p_own and v_message.avinode_message_id is not null
    or p_own and exists (
      select from private.outbox o where o.message_id = p_message_id and (o.was_sending or o.status not in ('waiting', 'failed'))
    ) then
    raise exception using errcode = 'PT409', message = 'The operator has this message already: it cannot be changed';
  end if;
  return v_message;
end
$$;
comment on function private.require_message(uuid, boolean) is
  'A message of a room of the caller, locked; to change it, it must be the caller''s own and not have left the house.';

create function public.react(p_message_id uuid, p_emoji text, p_add boolean) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_message public.messages := private.require_message(p_message_id, false);
  v_agent text := private.require_agent();
  v_who jsonb := coalesce(v_message.reactions -> p_emoji, '[]') - v_agent;
begin
  if coalesce(btrim(p_emoji), '') = '' or length(p_emoji) > 16 then
    raise exception using errcode = 'PT422', message = 'A reaction is one emoji';
  end if;
  if v_message.deleted_at is not null then
    raise exception using errcode = 'PT409', message = 'This message was deleted';
  end if;
  if coalesce(p_add, true) then
    v_who := v_who || to_jsonb(v_agent);
  end if;
  update public.messages set
    reactions = (reactions - p_emoji) || case when v_who = '[]' then '{}' else jsonb_build_object(p_emoji, v_who) end
   where id = p_message_id and coalesce(reactions -> p_emoji, '[]') ? v_agent is distinct from coalesce(p_add, true)
  returning * into v_message;
  if not found then
    select * into v_message from public.messages where id = p_message_id;
  end if;
  return to_jsonb(v_message);
end
$$;
comment on function public.react(uuid, text, boolean) is 'Adds or takes away the caller''s reaction to a message of a room of theirs, once each.';

create function public.edit_message(p_message_id uuid, p_content text) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_message public.messages := private.require_message(p_message_id, true);
begin
  if v_message.deleted_at is not null then
    raise exception using errcode = 'PT409', message = 'This message was deleted';
  end if;
  if coalesce(btrim(p_content), '') = '' or length(p_content) > 20000 then
    raise exception using errcode = 'PT422', message = 'A message has between 1 and 20,000 characters';
  end if;
  update public.messages set content = p_content where id = p_message_id and content is distinct from p_content;
  -- What has not left yet leaves with the new words.
  update private.outbox set payload = payload || jsonb_build_object('text', p_content) where message_id = p_message_id and status = 'waiting';
  select * into v_message from public.messages where id = p_message_id;
  return to_jsonb(v_message);
end
$$;
comment on function public.edit_message(uuid, text) is
  'Changes the words of the caller''s own message; the first version is kept. PT409 once an operator has it.';

create function public.delete_message(p_message_id uuid) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_message public.messages := private.require_message(p_message_id, true);
begin
  update public.messages set deleted_at = clock_timestamp() where id = p_message_id and deleted_at is null;
  update private.outbox set status = 'failed', error = 'It was deleted before it was sent'
   where message_id = p_message_id and status = 'waiting';
  select * into v_message from public.messages where id = p_message_id;
  return to_jsonb(v_message);
end
$$;
comment on function public.delete_message(uuid) is
  'Takes back the caller''s own message; that there was one stays visible. What waits for an operator is not sent; PT409 once it was.';

create function public.invite_participant(
  p_conversation_id uuid, p_iso_agent_email text default null, p_operator_profile_id uuid default null,
  p_role public.participant_role default 'observer'
) returns jsonb
  language plpgsql security definer set search_path = ''
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

revoke execute on all functions in schema private from public;
revoke execute on function
  public.start_conversation(uuid, text, public.conversation_type, uuid),
  public.post_message(uuid, uuid, text, text, jsonb, uuid, jsonb),
  public.list_conversations(text, timestamptz, integer), public.mark_read(uuid, uuid), public.set_typing(uuid, boolean),
  public.react(uuid, text, boolean), public.edit_message(uuid, text), public.delete_message(uuid),
  public.invite_participant(uuid, text, uuid, public.participant_role)
  from public, anon;
grant execute on function
  public.start_conversation(uuid, text, public.conversation_type, uuid),
  public.post_message(uuid, uuid, text, text, jsonb, uuid, jsonb),
  public.list_conversations(text, timestamptz, integer), public.mark_read(uuid, uuid), public.set_typing(uuid, boolean),
  public.react(uuid, text, boolean), public.edit_message(uuid, text), public.delete_message(uuid),
  public.invite_participant(uuid, text, uuid, public.participant_role)
  to authenticated;
