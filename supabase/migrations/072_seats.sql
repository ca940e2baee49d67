-- Who sits in a room, by name; what each may do there, and how a seat is changed or left. Who only observes changes nothing.

create function public.list_participants(p_conversation_id uuid) returns jsonb
  language plpgsql stable security definer set search_path = ''
as $$
begin
  if not public.is_admin() then
    perform private.require_participant(p_conversation_id);
  end if;
  return (
    select coalesce(jsonb_agg(
        to_jsonb(p) - 'notification_prefs' - 'metadata' || jsonb_build_object(
          'name', coalesce(a.full_name, o.company_name, 'JetVision'),
          'online_status', a.online_status, 'last_seen_at', a.last_seen_at,
          -- Whoever stopped without a word is no longer typing.
          'is_typing', p.is_typing and p.typing_started_at > clock_timestamp() - interval '10 seconds')
        order by p.joined_at, p.role, p.id), '[]')
      from public.conversation_participants p
      left join public.iso_agents a on a.id = p.iso_agent_id
      left join public.operator_profiles o on o.id = p.operator_profile_id
     where p.conversation_id = p_conversation_id and p.is_active);
end
$$;
comment on function public.list_participants(uuid) is
  'Everyone in a conversation of the caller, with name and presence, in the order in which they came. PT404 for a conversation of others.';

create function private.seat_to_change(p_conversation_id uuid, p_participant_id uuid) returns public.conversation_participants
  language plpgsql set search_path = ''
as $$
declare
  v_mine public.conversation_participants := private.require_participant(p_conversation_id);
  v_seat public.conversation_participants;
begin
  select * into v_seat from public.conversation_participants p
   where p.id = p_participant_id and p.conversation_id = p_conversation_id and p.is_active for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The participant was not found';
  end if;
  if v_seat.id <> v_mine.id and not v_mine.can_invite then
    raise exception using errcode = 'PT403', message = 'Only who may invite others may change their seats';
  end if;
  if v_seat.iso_agent_id is null then
    raise exception using errcode = 'PT409', message = 'The assistant and the operator keep their seats';
  end if;
  if exists (
    select from public.conversations c join public.requests r on r.id = c.request_id
     where c.id = p_conversation_id and r.iso_agent_id = v_seat.iso_agent_id
  ) then
    raise exception using errcode = 'PT409', message = 'The broker whose request it is keeps their seat';
  end if;
  return v_seat;
end
$$;
comment on function private.seat_to_change(uuid, uuid) is
  'A broker''s seat that the caller may change: the own one, or any with the right to invite. Never that of the request''s own broker.';

create function public.change_participant(
  p_conversation_id uuid, p_participant_id uuid, p_role text default null, p_can_reply boolean default null, p_can_invite boolean default null
) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_seat public.conversation_participants := private.seat_to_change(p_conversation_id, p_participant_id);
  v_role text := coalesce(p_role, v_seat.role::text);
begin
  if not (private.require_participant(p_conversation_id)).can_invite then
    raise exception using errcode = 'PT403', message = 'Only who may invite others may change their seats';
  end if;
  if v_role not in ('iso_agent', 'observer') or (v_role = 'observer' and (p_can_reply or p_can_invite)) then
    raise exception using errcode = 'PT422', message = 'A colleague takes part or observes; who observes neither writes nor invites';
  end if;
  update public.conversation_participants set
    role = v_role::public.participant_role,
    can_reply = v_role = 'iso_agent' and coalesce(p_can_reply, can_reply or role = 'observer'),
    can_invite = v_role = 'iso_agent' and coalesce(p_can_invite, can_invite)
   where id = v_seat.id returning * into v_seat;
  return to_jsonb(v_seat) - 'notification_prefs' - 'metadata';
end
$$;
comment on function public.change_participant(uuid, uuid, text, boolean, boolean) is
  'Changes what a colleague may do in a conversation: take part or observe, write, invite. PT403 without the right to invite.';

create function public.end_participation(p_conversation_id uuid, p_participant_id uuid) returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  v_seat public.conversation_participants := private.seat_to_change(p_conversation_id, p_participant_id);
begin
  update public.conversation_participants set is_active = false, left_at = clock_timestamp(), is_typing = false, typing_started_at = null
   where id = v_seat.id;
end
$$;
comment on function public.end_participation(uuid, uuid) is
  'The caller leaves a conversation, or with the right to invite takes a colleague''s seat away. What was said stays.';

-- An observer sees everything and touches nothing.
alter policy conversations_update_participant on public.conversations
  using (id = any (array(select private.own_conversation_ids())))
  with check (id = any (array(select private.own_conversation_ids())) and private.can_reply(id));

create or replace function public.set_typing(p_conversation_id uuid, p_is_typing boolean) returns void
  language plpgsql security definer set search_path = ''
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
begin
  if not v_participant.can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  update public.conversation_participants set
    is_typing = coalesce(p_is_typing, false), typing_started_at = case when p_is_typing then clock_timestamp() end
   where id = v_participant.id;
end
$$;

create or replace function public.react(p_message_id uuid, p_emoji text, p_add boolean) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_message public.messages := private.require_message(p_message_id, false);
  v_agent text := private.require_agent();
  v_who jsonb := coalesce(v_message.reactions -> p_emoji, '[]') - v_agent;
begin
  if not (private.require_participant(v_message.conversation_id)).can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  if coalesce(btrim(p_emoji), '') = '' or length(p_emoji) > 16 then
    raise exception using errcode = 'PT422', message = 'A reaction is one emoji';
  end if;
  if v_message.deleted_at is not null then
    raise exception using errcode = 'PT409', message = 'This message was deleted';
  end if;
  if coalesce(p_add, true) then
    if not v_message.reactions ? p_emoji and (select count(*) from jsonb_object_keys(v_message.reactions)) >= 20 then
      raise exception using errcode = 'PT409', message = 'This message has reactions of 20 kinds already';
    end if;
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

-- Archived is a state with a moment, whoever sets it.
create function private.date_archive() returns trigger
  language plpgsql set search_path = ''
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
  language plpgsql security definer set search_path = ''
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

revoke execute on all functions in schema private from public;
revoke execute on function
  public.list_participants(uuid), public.change_participant(uuid, uuid, text, boolean, boolean), public.end_participation(uuid, uuid)
  from public, anon;
grant execute on function
  public.list_participants(uuid), public.change_participant(uuid, uuid, text, boolean, boolean), public.end_participation(uuid, uuid)
  to authenticated;
