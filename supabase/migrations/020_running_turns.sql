-- How a worker runs a turn: claims it, says what it says, and brings it to rest. Whoever lost the claim changes nothing.

create function private.is_first_in_room(t private.assistant_turns) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select not exists (
    select from private.assistant_turns other
     where other.conversation_id = t.conversation_id and other.id <> t.id
       and (other.status = 'running'
         or (other.status = 'queued' and (other.created_at, other.id) < (t.created_at, t.id))))
$$;
comment on function private.is_first_in_room(private.assistant_turns) is
  'Whether no other turn of the same conversation runs, or has waited longer.';

create function private.free_turns(p_iso_agent_id uuid) returns integer
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select greatest(0, 4 - count(*))::integer from private.assistant_turns t
   where t.iso_agent_id = p_iso_agent_id and t.status = 'running' and t.lease_until > clock_timestamp()
$$;
comment on function private.free_turns(uuid) is
  'How many more turns may run for a broker at this moment: four at once, so that the many rooms of one broker do not keep the others waiting.';

create function public.claim_turn(p_turn_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn private.assistant_turns;
  v_agent public.iso_agents;
  v_now timestamptz;
begin
  select * into v_turn from private.assistant_turns where id = p_turn_id;
  if not found then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('turns:' || v_turn.conversation_id, 0));
  v_now := clock_timestamp();
  select * into v_turn from private.assistant_turns where id = p_turn_id for update;
  if not ((v_turn.status = 'queued' and v_turn.next_attempt_at <= v_now)
       or (v_turn.status = 'running' and v_turn.lease_until <= v_now)) then
    return null;
  end if;
  if not private.is_first_in_room(v_turn) then
    return null;
  end if;
  -- Of two rooms of one broker that want the last place, one sees that the other has it.
  perform pg_advisory_xact_lock(hashtextextended('turns of:' || v_turn.iso_agent_id, 0));
  if private.free_turns(v_turn.iso_agent_id) = 0 then
    return null;
  end if;
  if v_turn.stop_requested then
    perform private.end_turn(p_turn_id, 'stopped');
    return null;
  end if;

  select * into v_agent from public.iso_agents where id = v_turn.iso_agent_id;
  if not v_agent.is_active then
    perform private.end_turn(p_turn_id, 'failed', 'The broker is no longer active');
    return null;
  end if;
  if v_turn.status = 'running' and v_turn.crashes >= 4 then
    perform private.end_turn(p_turn_id, 'failed', 'Every attempt ended without a word');
    perform private.post_note(private.derived_id('given-up:' || p_turn_id), v_turn.conversation_id, 'system', 'system_notification',
      'The assistant could not finish this answer, although it was tried several times. Nothing was sent to anybody. Please ask again.');
    return null;
  end if;

  update private.assistant_turns set
    crashes = crashes + (status = 'running')::int, status = 'running', attempt = attempt + 1,
    claim_token = gen_random_uuid(), lease_until = v_now + private.lease_time(), error = null
   where id = p_turn_id
  returning * into v_turn;
  -- What an earlier attempt streamed is not what this one will say.
  delete from private.assistant_turn_chunks where turn_id = p_turn_id;
  perform pg_notify('jetvision_turns', p_turn_id::text);

  return jsonb_build_object(
    'turn_id', v_turn.id, 'claim_token', v_turn.claim_token, 'attempt', v_turn.attempt, 'now', clock_timestamp(),
    'conversation_id', v_turn.conversation_id, 'trigger', v_turn.trigger, 'user_message_id', v_turn.user_message_id,
    'run_state', v_turn.run_state, 'sdk_version', v_turn.sdk_version,
    'iso_agent_id', v_agent.id, 'clerk_user_id', v_agent.clerk_user_id, 'role', v_agent.role,
    'full_name', v_agent.full_name, 'email', v_agent.email);
end
$$;
comment on function public.claim_turn(uuid) is
  'Gives a waiting or abandoned turn to one worker for 60 seconds, with the broker for whom it runs. Null while it is held, not due, not the oldest of its conversation, or while four others run for the same broker.';

create function public.heartbeat_turn(p_turn_id uuid, p_claim_token uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_stop boolean;
begin
  update private.assistant_turns set lease_until = clock_timestamp() + private.lease_time()
   where id = p_turn_id and claim_token = p_claim_token and status = 'running'
  returning stop_requested into v_stop;
  return jsonb_build_object('held', v_stop is not null, 'stop_requested', coalesce(v_stop, false));
end
$$;
comment on function public.heartbeat_turn(uuid, uuid) is
  'Renews the lease of a turn. `held` false: another worker has it, stop at once. `stop_requested`: the broker pressed Stop.';

create function public.append_turn_chunks(p_turn_id uuid, p_claim_token uuid, p_first_seq integer, p_chunks jsonb) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- The lock keeps a takeover, which deletes the chunks, from happening in between.
  perform from private.assistant_turns
    where id = p_turn_id and claim_token = p_claim_token and status = 'running' for share;
  if not found then
    return false;
  end if;
  insert into private.assistant_turn_chunks (turn_id, seq, chunk)
  select p_turn_id, p_first_seq + ordinality::int - 1, value from jsonb_array_elements(p_chunks) with ordinality
  on conflict do nothing;
  perform pg_notify('jetvision_turns', p_turn_id::text);
  return true;
end
$$;
comment on function public.append_turn_chunks(uuid, uuid, integer, jsonb) is
  'Adds streamed chunks under the numbers from p_first_seq on, and wakes the readers. False, and no change, without the claim.';

create function private.open_approvals(p_turn_id uuid) returns bigint
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
begin
  return (select count(*) from public.approvals a where a.turn_id = p_turn_id and a.status in ('pending', 'approved'));
end
$$;
comment on function private.open_approvals(uuid) is 'How many of a turn''s approvals are undecided, or approved but not carried out yet.';

create function public.complete_turn(
  p_turn_id uuid, p_claim_token uuid, p_status text, p_messages jsonb, p_run_state text default null,
  p_sdk_version text default null, p_error text default null
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn private.assistant_turns;
begin
  if p_status not in ('completed', 'failed', 'stopped', 'interrupted') then
    raise exception using errcode = 'PT422', message = format('A turn cannot end as %s', p_status);
  end if;
  select * into v_turn from private.assistant_turns
   where id = p_turn_id and claim_token = p_claim_token and status = 'running' for update;
  if not found then
    return false;
  end if;

  insert into public.messages (id, conversation_id, sender_type, content_type, content, rich_content, metadata, status)
  select (m ->> 'id')::uuid, v_turn.conversation_id, 'ai_assistant',
         coalesce(m ->> 'content_type', 'text')::public.message_content_type, m ->> 'content',
         nullif(m -> 'rich_content', 'null'), coalesce(nullif(m -> 'metadata', 'null'), '{}'), 'sent'
    from jsonb_array_elements(coalesce(p_messages, '[]')) with ordinality as said (m, position)
   order by position
  on conflict (id) do nothing;

  if p_status <> 'interrupted' then
    perform private.end_turn(p_turn_id, p_status, p_error);
    return true;
  end if;
  if not exists (select from public.approvals a where a.turn_id = p_turn_id) then
    raise exception using errcode = 'PT409', message = 'An interrupted turn waits for approvals, and this one filed none';
  end if;
  -- A quick broker may have decided everything before the turn came to rest.
  update private.assistant_turns set
    status = case when private.open_approvals(p_turn_id) = 0 then 'queued' else 'interrupted' end,
    run_state = p_run_state, sdk_version = p_sdk_version, error = p_error, claim_token = null, lease_until = null,
    crashes = 0, next_attempt_at = clock_timestamp()
   where id = p_turn_id;
  perform pg_notify('jetvision_turns', p_turn_id::text);
  return true;
end
$$;
comment on function public.complete_turn(uuid, uuid, text, jsonb, text, text, text) is
  'Writes what the assistant said and closes the turn, in one transaction. `interrupted` keeps the run until its approvals are settled. False, and no change, without the claim.';

create function public.defer_turn(
  p_turn_id uuid, p_claim_token uuid, p_retry_at timestamptz, p_error text, p_notice text default null
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn private.assistant_turns;
begin
  select * into v_turn from private.assistant_turns
   where id = p_turn_id and claim_token = p_claim_token and status = 'running' for update;
  if not found then
    return false;
  end if;
  if v_turn.stop_requested then
    perform private.end_turn(p_turn_id, 'stopped', p_error);
    return true;
  end if;
  update private.assistant_turns set
    status = 'queued', claim_token = null, lease_until = null, error = p_error,
    next_attempt_at = coalesce(p_retry_at, clock_timestamp() + interval '30 seconds'),
    notice_posted = notice_posted or p_notice is not null
   where id = p_turn_id;
  if p_notice is not null and not v_turn.notice_posted then
    perform private.post_note(private.derived_id('deferred:' || p_turn_id), v_turn.conversation_id, 'system', 'system_notification', p_notice);
  end if;
  perform pg_notify('jetvision_turns', p_turn_id::text);
  return true;
end
$$;
comment on function public.defer_turn(uuid, uuid, timestamptz, text, text) is
  'Puts a turn back until an outage is over; this counts as no crash. The notice is posted once, however often the turn is deferred.';

create function public.resume_turn(p_turn_id uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_status text;
begin
  select status into v_status from private.assistant_turns where id = p_turn_id for update;
  if v_status = 'queued' then
    return true;
  end if;
  if v_status is distinct from 'interrupted' or private.open_approvals(p_turn_id) > 0 then
    return false;
  end if;
  update private.assistant_turns set status = 'queued', next_attempt_at = clock_timestamp() where id = p_turn_id;
  return true;
end
$$;
comment on function public.resume_turn(uuid) is
  'Lets an interrupted turn go on once none of its approvals is open. True when the turn now waits for a worker.';

create function public.next_turn(p_turn_id uuid) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('id', waiting.id, 'attempt', waiting.attempt)
    from private.assistant_turns ended
    join private.assistant_turns waiting on waiting.status = 'queued'
     and (waiting.conversation_id = ended.conversation_id or waiting.iso_agent_id = ended.iso_agent_id)
   where ended.id = p_turn_id and waiting.next_attempt_at <= clock_timestamp() and private.is_first_in_room(waiting)
     and private.free_turns(waiting.iso_agent_id) > 0
   -- Where this end has made the only free place, it goes to whoever waits longest; else only the same room waited for it.
   order by (waiting.conversation_id = ended.conversation_id and private.free_turns(waiting.iso_agent_id) > 1) desc,
     waiting.created_at, waiting.id
   limit 1
$$;
comment on function public.next_turn(uuid) is
  'The turn that could not be claimed before this one ended (the next of the same conversation, or the longest waiting of a broker with four at once), so that a worker can go on with it now. Null when none waits.';

grant execute on function
  public.claim_turn(uuid), public.heartbeat_turn(uuid, uuid), public.append_turn_chunks(uuid, uuid, integer, jsonb),
  public.complete_turn(uuid, uuid, text, jsonb, text, text, text), public.defer_turn(uuid, uuid, timestamptz, text, text),
  public.resume_turn(uuid), public.next_turn(uuid)
  to service_role;
