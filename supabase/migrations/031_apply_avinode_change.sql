-- One notification, applied: everything that follows from it, and its own end, in one transaction.

create function private.record_message(
  p_request public.requests, p_room public.conversations, p_change jsonb, p_operator_id uuid, p_quote_id uuid
) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_kind text := p_change ->> 'kind';
  v_said jsonb := nullif(p_change -> 'message', 'null');
  v_quote public.quotes;
  v_message public.messages;
begin
  if v_said ->> 'from' = 'broker' then
    return private.record_own_message(p_request, p_room, v_said);
  end if;
  select * into v_quote from public.quotes q where q.id = p_quote_id;
  select * into v_message from public.messages m where m.avinode_message_id = v_said ->> 'id';
  if not found and p_quote_id is not null then
    -- The quote may have been read without its message, by polling.
    select * into v_message from public.messages m
     where m.conversation_id = p_room.id and m.metadata ->> 'avinode_quote_id' = v_quote.avinode_quote_id;
  end if;

  if v_message.id is not null then
    if v_message.conversation_id = p_room.id and v_message.avinode_message_id is null and v_said is not null then
      update public.messages set
        avinode_message_id = v_said ->> 'id', sender_name = coalesce(nullif(v_said ->> 'sender_name', ''), sender_name),
        content = coalesce(nullif(v_said ->> 'text', ''), content)
       where id = v_message.id;
      -- Learning what the operator wrote is no edit.
      update public.messages set is_edited = false, edited_at = null, original_content = null where id = v_message.id;
    end if;
    return v_message.id;
  end if;
  if v_said is null and p_quote_id is null then
    return null;
  end if;
  insert into public.messages (
    conversation_id, sender_type, sender_operator_id, sender_name, content_type, content, rich_content, status,
    avinode_message_id, metadata
  ) values (
    p_room.id, 'operator', p_operator_id, nullif(v_said ->> 'sender_name', ''),
    case when p_quote_id is not null then 'quote_shared' when v_kind = 'decline' then 'quote_rejected' else 'text' end::public.message_content_type,
    coalesce(nullif(v_said ->> 'text', ''), v_quote.operator_message, private.plain_words(v_kind, v_quote)),
    case
      when p_quote_id is not null then jsonb_build_object(
        'card', 'quote', 'quote_id', p_quote_id, 'operator_name', v_quote.operator_name, 'aircraft_type', v_quote.aircraft_type,
        'aircraft_tail_number', v_quote.aircraft_tail_number, 'total_price', v_quote.total_price::text,
        'currency', v_quote.metadata ->> 'currency', 'valid_until', v_quote.valid_until)
      when v_kind = 'decline' then jsonb_build_object('card', 'decline', 'rejected_by', 'operator', 'lift_id', p_change -> 'lift_id')
    end,
    'delivered', v_said ->> 'id',
    jsonb_strip_nulls(jsonb_build_object(
      'source', 'avinode', 'created_on',
      coalesce(private.parse_time(coalesce(v_said ->> 'created_on', p_change ->> 'avinode_timestamp')), clock_timestamp()),
      'avinode_quote_id', v_quote.avinode_quote_id, 'lift_id', p_change -> 'lift_id',
      'answer', case when v_kind = 'decline' then 'declined' end))
  )
  returning id into v_message.id;
  return v_message.id;
end
$$;
comment on function private.record_message(public.requests, public.conversations, jsonb, uuid, uuid) is
  'What was said in Avinode as a message of the operator''s room, once. An operator''s words are kept exactly as they are, and are not trusted.';

create function private.plain_words(p_kind text, p_quote public.quotes) returns text
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_quote.id is not null then format('%s quoted %s %s for %s.', p_quote.operator_name,
      btrim(to_char(p_quote.total_price, '999,999,999,990.00')), coalesce(p_quote.metadata ->> 'currency', 'USD'),
      coalesce(p_quote.aircraft_type, 'the trip'))
    when p_kind = 'decline' then 'The operator declined.'
    else ''
  end
$$;
comment on function private.plain_words(text, public.quotes) is 'What a message says whose sender wrote nothing.';

create function private.same_words(p_one text, p_other text) returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select regexp_replace(btrim(p_one, E' \t\r\n'), '\s+', ' ', 'g') = regexp_replace(btrim(p_other, E' \t\r\n'), '\s+', ' ', 'g')
$$;
comment on function private.same_words(text, text) is 'Whether two texts differ in white space only, as they may after a way through Avinode.';

create function private.record_own_message(p_request public.requests, p_room public.conversations, p_said jsonb) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_id uuid;
  v_outbox private.outbox;
begin
  select m.id into v_id from public.messages m where m.avinode_message_id = p_said ->> 'id';
  if found then
    return v_id;
  end if;
  -- It may be what our outbox is sending at this moment, and has not heard the id of.
  select o.* into v_outbox from private.outbox o
    left join public.messages m on m.id = coalesce(o.message_id, private.reply_id(o.id))
   where o.conversation_id = p_room.id and o.action in ('relay_message', 'reply_to_operator')
     and o.was_sending and o.status in ('claimed', 'sending', 'unknown')
     and m.avinode_message_id is null and private.same_words(o.payload ->> 'text', p_said ->> 'text')
   order by o.created_at, o.id limit 1
   for update of o;
  if found then
    return private.confirm_delivery(v_outbox, p_said ->> 'id');
  end if;
  insert into public.messages (
    conversation_id, sender_type, sender_iso_agent_id, sender_name, content, status, avinode_message_id, metadata
  ) values (
    p_room.id, 'iso_agent', p_request.iso_agent_id, nullif(p_said ->> 'sender_name', ''), coalesce(p_said ->> 'text', ''), 'sent',
    p_said ->> 'id', jsonb_strip_nulls(jsonb_build_object('source', 'avinode', 'created_on', private.parse_time(p_said ->> 'created_on')))
  )
  returning id into v_id;
  return v_id;
end
$$;
comment on function private.record_own_message(public.requests, public.conversations, jsonb) is
  'Our own side''s words as Avinode shows them: the row that sent them, else a new row for what the broker wrote in Avinode itself.';

create function private.postpone_unlinked(p_event public.avinode_webhook_events, p_claim_token uuid, p_reason text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if p_event.id is null then
    return;
  end if;
  if clock_timestamp() < p_event.received_at + interval '10 minutes' then
    perform public.fail_webhook_event(p_event.id, coalesce(p_reason, 'No request belongs to this trip yet'), p_claim_token,
      false, clock_timestamp() + interval '1 minute');
  else
    perform public.complete_webhook_event(p_event.id, p_parsed_data => jsonb_build_object('change', 'unlinked', 'reason', p_reason),
      p_status => 'skipped', p_claim_token => p_claim_token);
  end if;
end
$$;
comment on function private.postpone_unlinked(public.avinode_webhook_events, uuid, text) is
  'A notification may be faster than the row of the trip that it is about: looked at again for ten minutes, then kept as skipped.';

create function private.catch_up(p_request_id uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (
    select from public.conversations c
     where c.request_id = p_request_id and c.type = 'quote_discussion' and c.metadata ->> 'answer' in ('quoted', 'declined')
  ) then
    perform private.advance_forward(p_request_id, 'awaiting_quotes', 'avinode');
  elsif exists (
    select from public.conversations c
     where c.request_id = p_request_id and c.type = 'quote_discussion' and c.metadata ? 'rfq'
  ) then
    perform private.advance_forward(p_request_id, 'monitoring_for_quotes', 'avinode');
  else
    return;
  end if;
  -- Operators get four hours from the first RFQ that we see; then what is there is analysed.
  update public.requests r set
    metadata = r.metadata || jsonb_build_object('quotes_deadline', clock_timestamp() + interval '4 hours')
   where r.id = p_request_id and not r.metadata ? 'quotes_deadline';
end
$$;
comment on function private.catch_up(uuid) is
  'Brings a request''s state forward to what its RFQs and quotes say, never back, and starts the time that operators have.';

create function public.apply_avinode_change(p_event_id uuid, p_claim_token uuid, p_change jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_event public.avinode_webhook_events;
  v_request public.requests;
  v_room public.conversations;
  v_kind text := p_change ->> 'kind';
  v_quote jsonb := nullif(p_change -> 'quote', 'null');
  v_rfq jsonb;
  v_operator_id uuid;
  v_quote_id uuid;
  v_message_id uuid;
  v_key text;
begin
  if p_event_id is not null then
    v_event := private.lock_claimed_event(p_event_id, p_claim_token);
    if v_event.id is null then
      return jsonb_build_object('applied', false, 'analysis_due', false);
    end if;
  end if;
  if v_kind = 'none' then
    if v_event.id is not null then
      perform public.complete_webhook_event(p_event_id, p_status => 'skipped', p_claim_token => p_claim_token,
        p_parsed_data => jsonb_build_object('change', 'none', 'reason', p_change -> 'reason'));
    end if;
    return jsonb_build_object('applied', true, 'analysis_due', false);
  end if;

  select * into v_request from public.requests r
   where r.id = private.find_avinode_request(nullif(p_change -> 'trip', 'null')) for no key update;
  if v_request.id is null or v_kind = 'unlinked' then
    perform private.postpone_unlinked(v_event, p_claim_token, p_change ->> 'reason');
    return jsonb_build_object('applied', false, 'analysis_due', false);
  end if;

  -- Each reading once, and in one order for everybody: operators are shared between brokers.
  for v_rfq in
    select r from (
      select nullif(p_change -> 'rfq', 'null') as r
      union
      select * from jsonb_array_elements(coalesce(nullif(p_change -> 'rfqs', 'null'), '[]'))
    ) as seen where r is not null
     order by r -> 'operator' ->> 'id', r ->> 'id'
  loop
    perform private.record_rfq(v_request, v_rfq);
  end loop;
  v_room := private.room_of_quote(v_request, p_change);
  if v_room.id is not null then
    select p.operator_profile_id into v_operator_id from public.conversation_participants p
     where p.conversation_id = v_room.id and p.role = 'operator' order by p.joined_at, p.id limit 1;
    if v_kind = 'quote' and v_quote is not null and not coalesce((v_quote ->> 'avinode_generated')::boolean, false) then
      v_quote_id := private.record_quote(v_request, v_room, p_change);
    end if;
    if v_kind in ('quote', 'decline', 'chat') then
      v_message_id := private.record_message(v_request, v_room, p_change, v_operator_id, v_quote_id);
    end if;
  end if;
  perform private.settle_quotes(v_request.id);
  perform private.catch_up(v_request.id);

  if v_event.id is not null then
    perform private.note_event_facts(p_event_id, p_change, v_room.avinode_thread_id);
    perform public.complete_webhook_event(
      p_event_id, p_request_id => v_request.id, p_quote_id => v_quote_id, p_conversation_id => v_room.id,
      p_message_id => v_message_id, p_operator_profile_id => v_operator_id,
      p_event_type => private.event_type(p_change, v_message_id),
      p_parsed_data => jsonb_strip_nulls(jsonb_build_object('change', v_kind, 'reason', p_change -> 'reason',
        'rejected_by', case when v_kind = 'decline' then 'operator' end, 'direction', p_change -> 'message' -> 'from')),
      p_claim_token => p_claim_token);
  end if;
  v_key := private.analysis_key(v_request.id);
  return jsonb_build_object('applied', true, 'request_id', v_request.id, 'quote_id', v_quote_id, 'conversation_id', v_room.id,
    'message_id', v_message_id, 'analysis_due', v_key is not null, 'analysis_key', v_key);
end
$$;
comment on function public.apply_avinode_change(uuid, uuid, jsonb) is
  'Applies one change read from Avinode (operators, rooms, quotes, messages, counters, state) and completes its event, in one transaction, with the same result in whatever order changes come. `applied` false: the claim is lost, or no request belongs to the trip.';

create function private.note_event_facts(p_event_id uuid, p_change jsonb, p_thread_id text) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.avinode_webhook_events set
    avinode_timestamp = coalesce(private.parse_time(p_change ->> 'avinode_timestamp'), avinode_timestamp),
    avinode_trip_id = coalesce(p_change -> 'trip' ->> 'id', avinode_trip_id),
    avinode_rfp_id = coalesce(p_thread_id, avinode_rfp_id),
    avinode_thread_id = coalesce(p_thread_id, avinode_thread_id),
    avinode_quote_id = coalesce(p_change -> 'quote' ->> 'id', avinode_quote_id)
   where id = p_event_id
$$;
comment on function private.note_event_facts(uuid, jsonb, text) is 'Avinode''s own ids of what an event was about.';

create function private.event_type(p_change jsonb, p_message_id uuid) returns public.avinode_event_type
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_change ->> 'kind' = 'quote' and exists (
      select from public.messages m where m.id = p_message_id and m.content_type = 'quote_updated'
    ) then 'quote_updated'
    else p_change ->> 'event_type'
  end::public.avinode_event_type
$$;
comment on function private.event_type(jsonb, uuid) is 'What kind of event it was: a second quote for a lift is an update of the first.';

grant execute on function public.apply_avinode_change(uuid, uuid, jsonb) to service_role;
