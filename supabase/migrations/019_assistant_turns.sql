-- What the assistant has to answer, or is answering. A turn survives refresh, restart and crash: it is claimed under a lease,
-- and only the holder of the present claim may add to it or end it. A conversation has one running turn, the oldest first.

create table private.assistant_turns (
  id uuid primary key,
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  iso_agent_id uuid not null references public.iso_agents (id),
  trigger jsonb not null,
  user_message_id uuid unique references public.messages (id) on delete set null,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'interrupted', 'completed', 'failed', 'stopped')),
  attempt integer not null default 0,
  crashes integer not null default 0,
  claim_token uuid,
  lease_until timestamptz,
  stop_requested boolean not null default false,
  run_state text,
  sdk_version text,
  notice_posted boolean not null default false,
  next_attempt_at timestamptz not null default clock_timestamp(),
  error text,
  created_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  check ((status = 'running') = (claim_token is not null and lease_until is not null))
);
comment on column private.assistant_turns.attempt is 'How often it was claimed; a reader of the stream starts anew when it grows';
comment on column private.assistant_turns.crashes is 'How often a holder vanished: after five the turn is given up';

create unique index assistant_turns_one_running_idx on private.assistant_turns (conversation_id) where status = 'running';
create index assistant_turns_conversation_idx on private.assistant_turns (conversation_id, created_at desc, id);
create index assistant_turns_open_idx on private.assistant_turns (next_attempt_at) where status in ('queued', 'running');
create index assistant_turns_interrupted_idx on private.assistant_turns (id) where status = 'interrupted';
create index assistant_turns_finished_idx on private.assistant_turns (finished_at) where finished_at is not null;
create index assistant_turns_agent_idx on private.assistant_turns (iso_agent_id, status);

-- What was streamed so far, so that a page can join or come back in the middle.
create table private.assistant_turn_chunks (
  turn_id uuid not null references private.assistant_turns (id) on delete cascade,
  seq integer not null,
  chunk jsonb not null,
  primary key (turn_id, seq)
);

create function private.end_turn(p_turn_id uuid, p_status text, p_error text default null) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  update private.assistant_turns set
    status = p_status, error = p_error, finished_at = clock_timestamp(), claim_token = null, lease_until = null,
    run_state = null, sdk_version = null
   where id = p_turn_id;
  perform pg_notify('jetvision_turns', p_turn_id::text);
end
$$;
comment on function private.end_turn(uuid, text, text) is
  'Closes a turn for good and forgets its stored run, which nobody needs any more.';

create function private.insert_broker_message(
  p_conversation_id uuid, p_message_id uuid, p_content text, p_content_type text, p_rich_content jsonb,
  p_parent_message_id uuid, p_attachments jsonb, p_status public.message_status,
  out message public.messages, out is_new boolean
)
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
  v_attachments jsonb := coalesce(p_attachments, '[]');
begin
  is_new := false;
  select * into message from public.messages m where m.id = p_message_id;
  if not found then
    if not v_participant.can_reply then
      raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
    end if;
    if coalesce(btrim(p_content), '') = '' and p_rich_content is null and v_attachments = '[]' then
      raise exception using errcode = 'PT422', message = 'A message needs some content';
    end if;
    if length(p_content) > 20000 then
      raise exception using errcode = 'PT422', message = 'A message may have at most 20,000 characters';
    end if;
    if p_content_type in ('system_notification', 'workflow_update', 'typing_indicator')
      or not p_content_type = any (enum_range(null::public.message_content_type)::text[]) then
      raise exception using errcode = 'PT422', message = format('A broker cannot send a message of type %s', p_content_type);
    end if;
    insert into public.messages (
      id, conversation_id, sender_type, sender_iso_agent_id, content_type, content, rich_content, attachments,
      parent_message_id, status
    ) values (
      p_message_id, p_conversation_id, 'iso_agent', v_participant.iso_agent_id,
      p_content_type::public.message_content_type, p_content, p_rich_content, v_attachments, p_parent_message_id, p_status
    )
    on conflict (id) do nothing
    returning * into message;
    is_new := found;
    if is_new then
      update public.conversation_participants set is_typing = false, typing_started_at = null
       where id = v_participant.id and is_typing;
    else
      select * into message from public.messages m where m.id = p_message_id;
    end if;
  end if;
  if message.conversation_id <> p_conversation_id
    or message.sender_iso_agent_id is distinct from v_participant.iso_agent_id then
    raise exception using errcode = 'PT409', message = 'This message id is in use';
  end if;
end
$$;
comment on function private.insert_broker_message(uuid, uuid, text, text, jsonb, uuid, jsonb, public.message_status) is
  'Writes the caller''s message into a conversation in which the caller may reply. The same id again gives the same row.';

create function private.queue_turn(p_turn_id uuid, p_conversation_id uuid, p_iso_agent_id uuid, p_user_message_id uuid, p_trigger jsonb)
  returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if private.has_operator(p_conversation_id) then
    raise exception using errcode = 'PT409',
      message = 'The assistant does not speak in a room with an operator: ask it in the request''s own room';
  end if;
  insert into private.assistant_turns (id, conversation_id, iso_agent_id, user_message_id, trigger)
  values (p_turn_id, p_conversation_id, p_iso_agent_id, p_user_message_id, coalesce(p_trigger, '{"kind": "message"}'))
  on conflict do nothing;
  return found;
end
$$;
comment on function private.queue_turn(uuid, uuid, uuid, uuid, jsonb) is
  'Asks for a turn of the assistant, once for each id. PT409 in a room that an operator can read.';

create function public.start_turn(
  p_conversation_id uuid, p_message_id uuid, p_content text, p_content_type text default 'text',
  p_rich_content jsonb default null, p_parent_message_id uuid default null, p_attachments jsonb default '[]',
  p_trigger jsonb default '{"kind": "message"}'
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn_id uuid := private.derived_id('turn:' || p_message_id);
  v_posted record;
  v_is_new boolean;
begin
  v_posted := private.insert_broker_message(p_conversation_id, p_message_id, p_content, p_content_type, p_rich_content,
    p_parent_message_id, p_attachments, 'sent');
  v_is_new := private.queue_turn(v_turn_id, p_conversation_id, private.require_agent(), p_message_id, p_trigger);
  return jsonb_build_object('turn_id', v_turn_id, 'message', to_jsonb(v_posted.message), 'is_new', v_is_new);
end
$$;
comment on function public.start_turn(uuid, uuid, text, text, jsonb, uuid, jsonb, jsonb) is
  'Posts the caller''s message and asks the assistant for an answer, in one transaction; the same message id again starts nothing new. PT404 for a conversation of others, PT403 without the right to reply.';

create function public.start_background_turn(p_conversation_id uuid, p_turn_id uuid, p_trigger jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid;
begin
  select coalesce(
    (select r.iso_agent_id from public.conversations c join public.requests r on r.id = c.request_id where c.id = p_conversation_id),
    (select p.iso_agent_id from public.conversation_participants p
      where p.conversation_id = p_conversation_id and p.role = 'iso_agent' and p.is_active
      order by p.joined_at, p.id limit 1)
  ) into v_agent;
  if v_agent is null then
    raise exception using errcode = 'PT404', message = 'The conversation was not found';
  end if;
  return jsonb_build_object('turn_id', p_turn_id,
    'is_new', private.queue_turn(p_turn_id, p_conversation_id, v_agent, null, p_trigger));
end
$$;
comment on function public.start_background_turn(uuid, uuid, jsonb) is
  'Asks for a turn that no message started, for the broker whose conversation it is; once for each turn id.';

create function public.stop_turn(p_conversation_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn record;
  v_stopped boolean := false;
begin
  if not (private.require_participant(p_conversation_id)).can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  for v_turn in
    select id, status, lease_until from private.assistant_turns
     where conversation_id = p_conversation_id and status in ('queued', 'running') for update
  loop
    v_stopped := true;
    if v_turn.status = 'running' and v_turn.lease_until > clock_timestamp() then
      update private.assistant_turns set stop_requested = true where id = v_turn.id;
      perform pg_notify('jetvision_turns', v_turn.id::text);
    else
      perform private.end_turn(v_turn.id, 'stopped');
    end if;
  end loop;
  return v_stopped;
end
$$;
comment on function public.stop_turn(uuid) is
  'Stops the assistant in a conversation of the caller: a running turn is told to stop, waiting ones are dropped. A turn that waits for an approval stays.';

create function public.read_turn(p_conversation_id uuid, p_after integer, p_turn_id uuid default null) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn private.assistant_turns;
begin
  perform private.require_participant(p_conversation_id);
  select * into v_turn from private.assistant_turns t
   where t.conversation_id = p_conversation_id and (p_turn_id is null or t.id = p_turn_id)
   order by t.created_at desc, t.id desc limit 1;
  if not found then
    return null;
  end if;
  return jsonb_build_object(
    'turn_id', v_turn.id, 'status', v_turn.status, 'attempt', v_turn.attempt,
    'finished', v_turn.status not in ('queued', 'running'),
    'chunks', (
      select coalesce(jsonb_agg(jsonb_build_object('seq', c.seq, 'chunk', c.chunk) order by c.seq), '[]')
        from private.assistant_turn_chunks c where c.turn_id = v_turn.id and c.seq > coalesce(p_after, -1)
    ));
end
$$;
comment on function public.read_turn(uuid, integer, uuid) is
  'The newest turn of a conversation of the caller (or the one named), with what was streamed after number p_after. A higher `attempt` than before means that the stream began anew.';

grant execute on function
  public.start_turn(uuid, uuid, text, text, jsonb, uuid, jsonb, jsonb), public.stop_turn(uuid), public.read_turn(uuid, integer, uuid)
  to authenticated;
grant execute on function public.start_background_turn(uuid, uuid, jsonb) to service_role;
