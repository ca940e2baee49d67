-- Who sits in a room, by name; what each may do there, and how a seat is changed or left. Who only observes changes nothing.

create function public.list_participants(p_conversation_id uuid) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
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
  language plpgsql set search_path = pg_catalog, pg_temp
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
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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

grant execute on function
  public.list_participants(uuid), public.change_participant(uuid, uuid, text, boolean, boolean), public.end_participation(uuid, uuid)
  to authenticated;
