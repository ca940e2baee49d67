-- What leaves the house needs a person's yes. An approval fixes the exact payload; it is decided once, by its broker, and then
-- carried out once, from the stored payload, by the outbox.

create table public.approvals (
  id uuid primary key,
  iso_agent_id uuid not null references public.iso_agents (id),
  action text not null check (action <> ''),
  payload jsonb not null check (jsonb_typeof(payload) = 'object'),
  payload_sha256 text not null check (payload_sha256 ~ '^[0-9a-f]{64}$'),
  request_id uuid references public.requests (id) on delete set null,
  conversation_id uuid references public.conversations (id) on delete set null,
  turn_id uuid references private.assistant_turns (id) on delete set null,
  tool_call_id text,
  status text not null default 'pending'
    check (status in ('pending', 'approved', 'rejected', 'expired', 'executed', 'failed', 'unknown')),
  expires_at timestamptz not null,
  decided_by uuid references public.iso_agents (id),
  decided_at timestamptz,
  reason text,
  original_payload jsonb,
  executed_at timestamptz,
  result jsonb,
  error_message text,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  -- Only a person approves or rejects, and every approval knows who it was.
  check ((decided_by is not null and decided_at is not null) = (status in ('approved', 'rejected', 'executed', 'failed', 'unknown')))
);
comment on column public.approvals.original_payload is 'What was filed, where the broker edited it before approving';

create index approvals_agent_idx on public.approvals (iso_agent_id, created_at desc, id desc);
create index approvals_pending_idx on public.approvals (iso_agent_id, created_at) where status = 'pending';
create index approvals_request_idx on public.approvals (request_id);
create index approvals_conversation_idx on public.approvals (conversation_id);
create index approvals_turn_idx on public.approvals (turn_id);
create index approvals_decided_by_idx on public.approvals (decided_by);
create index approvals_expiry_idx on public.approvals (expires_at) where status = 'pending';

create trigger approvals_updated_at before update on public.approvals
  for each row execute function public.update_updated_at_column();

alter table public.approvals enable row level security;

grant select on public.approvals to authenticated;
grant all on public.approvals to service_role;
create policy approvals_select_own on public.approvals for select to authenticated
  using (iso_agent_id = (select public.get_current_iso_agent_id()));

create function public.file_approval(
  p_id uuid, p_action text, p_payload jsonb, p_sha256 text, p_request_id uuid, p_conversation_id uuid, p_turn_id uuid,
  p_tool_call_id text, p_expires_at timestamptz, p_card boolean default true
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
  v_approval public.approvals;
  v_room uuid;
begin
  if p_request_id is not null and not exists (
    select from public.requests r where r.id = p_request_id and r.iso_agent_id = v_agent
  ) then
    raise exception using errcode = 'PT404', message = 'The request was not found';
  end if;
  if p_conversation_id is not null then
    perform private.require_participant(p_conversation_id);
  end if;
  if p_turn_id is not null then
    select t.conversation_id into v_room from private.assistant_turns t where t.id = p_turn_id and t.iso_agent_id = v_agent;
    if not found then
      raise exception using errcode = 'PT404', message = 'The turn was not found';
    end if;
  end if;
  if p_expires_at is not null and p_expires_at <= clock_timestamp() then
    raise exception using errcode = 'PT422', message = 'An approval must expire in the future';
  end if;

  insert into public.approvals (
    id, iso_agent_id, action, payload, payload_sha256, request_id, conversation_id, turn_id, tool_call_id, expires_at
  ) values (
    p_id, v_agent, p_action, p_payload, p_sha256, p_request_id, p_conversation_id, p_turn_id, p_tool_call_id,
    coalesce(p_expires_at, clock_timestamp() + interval '24 hours')
  )
  on conflict (id) do nothing
  returning * into v_approval;
  if not found then
    select * into v_approval from public.approvals where id = p_id;
    if v_approval.iso_agent_id <> v_agent then
      raise exception using errcode = 'PT404', message = 'The approval was not found';
    end if;
    return to_jsonb(v_approval);
  end if;

  if not p_card then
    return to_jsonb(v_approval);
  end if;
  -- The card never goes into a room that an operator can read.
  v_room := coalesce(
    v_room,
    case when not private.has_operator(p_conversation_id) then p_conversation_id end,
    case when p_request_id is not null then private.request_room(p_request_id) end);
  if v_room is not null then
    perform private.post_note(private.derived_id('approval:' || p_id), v_room, 'ai_assistant', 'workflow_update',
      'This needs your approval.', jsonb_build_object('card', 'approval', 'approval_id', p_id, 'action', p_action));
  end if;
  return to_jsonb(v_approval);
end
$$;
comment on function public.file_approval(uuid, text, jsonb, text, uuid, uuid, uuid, text, timestamptz, boolean) is
  'Files what the caller is asked to approve and, unless told not to, shows it as a card in the conversation. The same id again gives the row that is there. PT404 for a request, conversation or turn of others.';

-- What a broker may change before approving: words, never to whom they go.
create function private.editable_fields(p_action text) returns text[]
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case p_action
    when 'send_proposal' then array['subject', 'body']
    when 'reply_to_operator' then array['text']
    when 'cancel_request' then array['message', 'message_to_operators']
    else array[]::text[]
  end
$$;
comment on function private.editable_fields(text) is 'The fields of an action''s payload that its broker may edit while approving.';

create function public.decide_approval(
  p_id uuid, p_decision text, p_reason text default null, p_payload jsonb default null, p_sha256 text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
  v_approval public.approvals;
  v_room uuid;
  v_outbox_id uuid;
begin
  if p_decision is null or p_decision not in ('approve', 'reject') then
    raise exception using errcode = 'PT422', message = 'A decision is approve or reject';
  end if;
  select * into v_approval from public.approvals where id = p_id and iso_agent_id = v_agent for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The approval was not found';
  end if;
  if v_approval.status = 'expired' or (v_approval.status = 'pending' and v_approval.expires_at <= clock_timestamp()) then
    raise exception using errcode = 'PT409', message = 'This approval has expired';
  end if;
  if v_approval.status <> 'pending' then
    raise exception using errcode = 'PT409', message = 'This approval has been decided already';
  end if;

  if p_decision = 'reject' then
    update public.approvals set status = 'rejected', decided_by = v_agent, decided_at = now(), reason = p_reason
     where id = p_id returning * into v_approval;
    return to_jsonb(v_approval);
  end if;

  if p_payload is not null and p_payload is distinct from v_approval.payload then
    if p_sha256 is null
      or (p_payload - private.editable_fields(v_approval.action)) is distinct from
         (v_approval.payload - private.editable_fields(v_approval.action)) then
      raise exception using errcode = 'PT422', message = 'Only the wording may be changed before approving';
    end if;
  else
    p_payload := null;
  end if;
  update public.approvals set
    status = 'approved', decided_by = v_agent, decided_at = now(), reason = p_reason,
    original_payload = case when p_payload is not null then payload end,
    payload = coalesce(p_payload, payload),
    payload_sha256 = case when p_payload is not null then p_sha256 else payload_sha256 end
   where id = p_id returning * into v_approval;
  if v_approval.action = 'reply_to_operator' then
    v_room := coalesce((v_approval.payload ->> 'conversation_id')::uuid, v_approval.conversation_id);
    if not (private.require_participant(v_room)).can_reply then
      raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
    end if;
    -- The payload is what its broker filed; another's RFQ in it would carry words to another's operator.
    if v_approval.payload ? 'rfq_id' and v_approval.payload ->> 'rfq_id' is distinct from (
      select c.avinode_thread_id from public.conversations c where c.id = v_room
    ) then
      raise exception using errcode = 'PT409', message = 'This RFQ is not talked about in this room';
    end if;
  end if;
  -- Somebody who has seen the approval may have given its id to a message of theirs, which then has its place.
  v_outbox_id := case when exists (select from private.outbox o where o.id = p_id) then gen_random_uuid() else p_id end;
  insert into private.outbox (id, approval_id, iso_agent_id, conversation_id, action, payload)
  values (v_outbox_id, p_id, v_agent, v_room, v_approval.action, v_approval.payload);
  return to_jsonb(v_approval) || jsonb_build_object('outbox_id', v_outbox_id);
end
$$;
comment on function public.decide_approval(uuid, text, text, jsonb, text) is
  'The caller''s one decision on an approval of theirs; approving queues it to be carried out in the same transaction. PT404 for others'', PT409 once decided or expired, PT422 for an edit of more than the wording.';

grant execute on function
  public.file_approval(uuid, text, jsonb, text, uuid, uuid, uuid, text, timestamptz, boolean),
  public.decide_approval(uuid, text, text, jsonb, text)
  to authenticated;
