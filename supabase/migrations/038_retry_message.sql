-- A message that did not reach the operator is sent again under its own id, at the broker's word. Whether an earlier attempt
-- arrived after all is looked up in Avinode first, by whoever sends it, so that it never arrives twice.

create function public.retry_message(p_message_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_outbox private.outbox;
  v_message public.messages;
begin
  -- The request first, as everybody else does who changes its outbox rows.
  select * into v_outbox from private.outbox o where o.message_id = p_message_id;
  perform from public.requests r where r.id = private.outbox_request(v_outbox) for no key update;
  select * into v_outbox from private.outbox o where o.message_id = p_message_id for update;
  select * into v_message from public.messages m where m.id = p_message_id for update;
  if v_message.id is null or not public.is_conversation_participant(v_message.conversation_id) then
    raise exception using errcode = 'PT404', message = 'The message was not found';
  end if;
  if v_message.sender_iso_agent_id is distinct from private.require_agent() then
    raise exception using errcode = 'PT403', message = 'Only its sender may send a message again';
  end if;
  if v_message.status = 'sending' and v_message.deleted_at is null then
    return jsonb_build_object('message', to_jsonb(v_message), 'outbox_id', null);
  end if;
  if v_message.status <> 'failed' or v_message.deleted_at is not null or v_outbox.id is null or v_outbox.status not in ('failed', 'unknown') then
    raise exception using errcode = 'PT409', message = 'Only a message that failed can be sent again';
  end if;
  if exists (
    select from public.conversations c where c.id = v_message.conversation_id and (c.metadata -> 'rfq' ->> 'canceled')::boolean
  ) then
    raise exception using errcode = 'PT409', message = 'The RFQ was cancelled: this room is closed';
  end if;

  update private.outbox set
    status = 'waiting', attempts = 0, claim_token = null, lease_until = null, next_attempt_at = clock_timestamp(), notice_posted = false
   where id = v_outbox.id returning * into v_outbox;
  update public.messages set status = 'sending', metadata = metadata - 'delivery' where id = p_message_id returning * into v_message;
  return jsonb_build_object('message', to_jsonb(v_message), 'outbox_id', v_outbox.id, 'attempt', v_outbox.claims);
end
$$;
comment on function public.retry_message(uuid) is
  'Puts the caller''s own message to an operator, which failed or of which nobody knows whether it arrived, on its way again. One that is on its way stays so. PT409 for any other.';

grant execute on function public.retry_message(uuid) to authenticated;
