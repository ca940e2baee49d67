-- How what was approved, or written to an operator, leaves the house: claimed under a lease, marked just before the first byte
-- leaves, and completed together with everything that follows from it.

-- What waits to leave the house. The unique keys make it impossible to queue one approval or one message twice.
create table private.outbox (
  id uuid primary key,
  approval_id uuid unique references public.approvals (id) on delete cascade,
  message_id uuid unique references public.messages (id) on delete cascade,
  iso_agent_id uuid not null references public.iso_agents (id),
  -- The operator's room that it goes to, if any: words to one operator leave in the order in which they were written.
  conversation_id uuid references public.conversations (id) on delete cascade,
  action text not null,
  payload jsonb not null,
  status text not null default 'waiting' check (status in ('waiting', 'claimed', 'sending', 'done', 'failed', 'unknown')),
  was_sending boolean not null default false,
  attempts integer not null default 0,
  claims integer not null default 0,
  claim_token uuid,
  lease_until timestamptz,
  next_attempt_at timestamptz not null default clock_timestamp(),
  notice_posted boolean not null default false,
  error text,
  result jsonb,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  check (num_nonnulls(approval_id, message_id) = 1)
);
comment on column private.outbox.was_sending is
  'Bytes may have left: after a crash nobody knows whether they arrived, so it must not be sent blindly again';

create index outbox_open_idx on private.outbox (next_attempt_at) where status in ('waiting', 'claimed', 'sending');
create index outbox_conversation_idx on private.outbox (conversation_id, created_at) where conversation_id is not null;
create index outbox_agent_idx on private.outbox (iso_agent_id);
create trigger outbox_updated_at before update on private.outbox
  for each row execute function public.update_updated_at_column();

create function private.outbox_request(p_outbox private.outbox) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (select a.request_id from public.approvals a where a.id = p_outbox.approval_id),
    (select c.request_id from public.conversations c where c.id = p_outbox.conversation_id),
    (select r.id from public.requests r
      where r.id::text = p_outbox.payload ->> 'request_id' and r.iso_agent_id = p_outbox.iso_agent_id))
$$;
comment on function private.outbox_request(private.outbox) is 'The request that an outbox row belongs to, if any.';

-- Whoever changes a request and its outbox rows takes the request first, so that two of them cannot wait for each other.
create function private.lock_outbox(p_id uuid, p_claim_token uuid) returns private.outbox
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox;
begin
  select * into v_outbox from private.outbox where id = p_id;
  perform from public.requests r where r.id = private.outbox_request(v_outbox) for no key update;
  select * into v_outbox from private.outbox o
   where o.id = p_id and o.claim_token = p_claim_token for update;
  return v_outbox;
end
$$;
comment on function private.lock_outbox(uuid, uuid) is
  'The outbox row, locked with its request, if the token is that of its last claim; else null.';

create function private.settle_approval(p_outbox private.outbox, p_status text, p_result jsonb, p_error text) returns uuid
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.approvals set
    status = p_status, result = p_result, error_message = p_error,
    executed_at = case when p_status = 'executed' then clock_timestamp() end
   where id = p_outbox.approval_id and status in ('approved', 'unknown')
  returning turn_id
$$;
comment on function private.settle_approval(private.outbox, text, jsonb, text) is
  'Writes into the approval what came of it; answers with the turn that may be waiting for it.';

create function public.claim_outbox(p_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox;
  v_agent public.iso_agents;
begin
  -- Finding that it was delivered after all changes its request's rows too: the request comes first.
  select * into v_outbox from private.outbox where id = p_id;
  perform from public.requests r where r.id = private.outbox_request(v_outbox) for no key update;
  select * into v_outbox from private.outbox where id = p_id for update;
  if v_outbox.id is null
    or not ((v_outbox.status = 'waiting' and v_outbox.next_attempt_at <= clock_timestamp())
         or (v_outbox.status in ('claimed', 'sending') and v_outbox.lease_until <= clock_timestamp())) then
    return null;
  end if;
  if v_outbox.conversation_id is not null and exists (
    select from private.outbox o
     where o.conversation_id = v_outbox.conversation_id and o.status in ('waiting', 'claimed', 'sending')
       and (o.created_at, o.id) < (v_outbox.created_at, v_outbox.id)
  ) then
    return null;
  end if;
  if v_outbox.was_sending and private.was_delivered(v_outbox) then
    return null;
  end if;

  update private.outbox set
    status = 'claimed', claims = claims + 1, claim_token = gen_random_uuid(),
    lease_until = clock_timestamp() + private.lease_time()
   where id = p_id returning * into v_outbox;
  select * into v_agent from public.iso_agents where id = v_outbox.iso_agent_id;
  return jsonb_build_object(
    'outbox_id', v_outbox.id, 'claim_token', v_outbox.claim_token, 'now', clock_timestamp(), 'key', v_outbox.id::text,
    'approval_id', v_outbox.approval_id, 'message_id', v_outbox.message_id,
    'action', v_outbox.action, 'payload', v_outbox.payload,
    'payload_sha256', (select a.payload_sha256 from public.approvals a where a.id = v_outbox.approval_id),
    'attempts', v_outbox.attempts, 'was_sending', v_outbox.was_sending,
    'iso_agent_id', v_agent.id, 'clerk_user_id', v_agent.clerk_user_id, 'role', v_agent.role,
    'full_name', v_agent.full_name, 'email', v_agent.email);
end
$$;
comment on function public.claim_outbox(uuid) is
  'Gives what waits to leave the house to one worker for 60 seconds. `was_sending`: an earlier holder may have sent it already. Null while it is held, not due, or an older message to the same operator has not left.';

create function public.mark_outbox_sending(p_id uuid, p_claim_token uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox := private.lock_outbox(p_id, p_claim_token);
begin
  if v_outbox.id is null or v_outbox.status not in ('claimed', 'sending') or private.was_delivered(v_outbox) then
    return false;
  end if;
  update private.outbox set
    status = 'sending', was_sending = true, lease_until = clock_timestamp() + private.lease_time()
   where id = p_id;
  return true;
end
$$;
comment on function public.mark_outbox_sending(uuid, uuid) is
  'Records that the first byte is about to leave. False: the claim is lost, or an earlier attempt turns out to have arrived; send nothing.';

create function public.complete_outbox(p_id uuid, p_claim_token uuid, p_result jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox := private.lock_outbox(p_id, p_claim_token);
  v_turn uuid;
begin
  if v_outbox.id is null or v_outbox.status not in ('claimed', 'sending', 'done') then
    return null;
  end if;
  if v_outbox.status <> 'done' then
    update private.outbox set status = 'done', result = p_result, error = null, lease_until = null where id = p_id;
    perform private.settle_approval(v_outbox, 'executed', p_result, null);
    perform private.take_effect(v_outbox, coalesce(p_result, '{}'));
  end if;
  select a.turn_id into v_turn from public.approvals a where a.id = v_outbox.approval_id;
  return jsonb_build_object('turn_id', v_turn, 'request_id', private.outbox_request(v_outbox),
    'next_outbox', private.next_outbox(v_outbox));
end
$$;
comment on function public.complete_outbox(uuid, uuid, jsonb) is
  'What was to be sent was sent: closes it and its approval and writes what follows (proposal, message, request), in one transaction. Null, and no change, without the claim; the holder may repeat it.';

create function private.next_outbox(p_outbox private.outbox) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object('id', o.id, 'attempt', o.claims)
    from private.outbox o
   where o.conversation_id = p_outbox.conversation_id and o.status = 'waiting'
   order by o.created_at, o.id limit 1
$$;
comment on function private.next_outbox(private.outbox) is 'What waits to go to the same operator next.';

create function private.post_outbox_notice(p_outbox private.outbox, p_key text, p_notice text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_room uuid;
  v_request uuid := private.outbox_request(p_outbox);
begin
  select coalesce(
    (select t.conversation_id from public.approvals a join private.assistant_turns t on t.id = a.turn_id where a.id = p_outbox.approval_id),
    (select a.conversation_id from public.approvals a
      where a.id = p_outbox.approval_id and not private.has_operator(a.conversation_id))
  ) into v_room;
  if v_room is null and v_request is not null then
    v_room := private.request_room(v_request);
  end if;
  if v_room is not null then
    perform private.post_note(private.derived_id(p_key || ':' || p_outbox.id), v_room, 'system', 'system_notification', p_notice);
  end if;
end
$$;
comment on function private.post_outbox_notice(private.outbox, text, text) is
  'Tells the broker how a sending fares, in the chat or the request''s room and never where an operator reads; once for each key.';

create function public.fail_outbox(
  p_id uuid, p_claim_token uuid, p_error text, p_uses_attempt boolean, p_retry_at timestamptz, p_final boolean default false,
  p_notice text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox := private.lock_outbox(p_id, p_claim_token);
  v_is_final boolean;
  v_turn uuid;
begin
  if v_outbox.id is null or v_outbox.status not in ('claimed', 'sending') then
    return null;
  end if;
  v_is_final := p_final or (p_uses_attempt and v_outbox.attempts >= 4);
  update private.outbox set
    status = case when v_is_final then 'failed' else 'waiting' end,
    attempts = attempts + p_uses_attempt::int,
    -- The sender knows that it failed: nothing has left, so that it may be tried again.
    was_sending = false,
    error = left(p_error, 4000), lease_until = null,
    next_attempt_at = coalesce(p_retry_at, public.calculate_webhook_retry_time(attempts)),
    notice_posted = notice_posted or p_notice is not null
   where id = p_id returning * into v_outbox;
  if v_is_final then
    v_turn := private.settle_approval(v_outbox, 'failed', null, left(p_error, 4000));
    update public.messages set status = 'failed' where id = v_outbox.message_id and status = 'sending';
  end if;
  if p_notice is not null then
    perform private.post_outbox_notice(v_outbox, case when v_is_final then 'outbox-failed' else 'outbox-delayed' end, p_notice);
  end if;
  return jsonb_build_object('status', v_outbox.status, 'next_attempt_at', v_outbox.next_attempt_at, 'turn_id', v_turn,
    'next_outbox', case when v_is_final then private.next_outbox(v_outbox) end);
end
$$;
comment on function public.fail_outbox(uuid, uuid, text, boolean, timestamptz, boolean, text) is
  'Nothing was sent: tried again later, or given up for good when final or after five attempts; an outage (p_uses_attempt false) counts as none. Null, and no change, without the claim.';

create function public.unknown_outbox(p_id uuid, p_claim_token uuid, p_error text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox := private.lock_outbox(p_id, p_claim_token);
  v_turn uuid;
begin
  if v_outbox.id is null or v_outbox.status not in ('claimed', 'sending') then
    return null;
  end if;
  update private.outbox set status = 'unknown', error = left(p_error, 4000), lease_until = null where id = p_id;
  v_turn := private.settle_approval(v_outbox, 'unknown', null, left(p_error, 4000));
  update public.messages set status = 'failed', metadata = metadata || '{"delivery": "unknown"}'
   where id = v_outbox.message_id and status = 'sending';
  perform private.post_outbox_notice(v_outbox, 'outbox-unknown',
    'It is not known whether the last message was delivered: the connection broke while it was being sent. It was not sent a second time. Please check before you send it again.');
  return jsonb_build_object('turn_id', v_turn, 'request_id', private.outbox_request(v_outbox),
    'next_outbox', private.next_outbox(v_outbox));
end
$$;
comment on function public.unknown_outbox(uuid, uuid, text) is
  'Nobody can tell whether it was sent: it is never sent blindly again, and the broker is told. Null, and no change, without the claim.';

grant execute on function
  public.claim_outbox(uuid), public.mark_outbox_sending(uuid, uuid), public.complete_outbox(uuid, uuid, jsonb),
  public.fail_outbox(uuid, uuid, text, boolean, timestamptz, boolean, text), public.unknown_outbox(uuid, uuid, text)
  to service_role;
