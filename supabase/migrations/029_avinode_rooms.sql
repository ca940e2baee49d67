-- From Avinode's resources to our rows. Notifications come late, twice, and in any order, so nothing here depends on what came
-- before: facts are merged, and what follows from all facts of a request is worked out anew each time (settle_quotes).
-- Everything runs under the lock of the request.

create function private.find_avinode_request(p_trip jsonb) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select r.id
    from (select case when p_trip ->> 'external_trip_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                      then (p_trip ->> 'external_trip_id')::uuid end as own_id) as trip
    join public.requests r
      on r.avinode_trip_id = p_trip ->> 'id' or r.metadata ->> 'avinode_display_id' = p_trip ->> 'display_id' or r.id = trip.own_id
   where private.connection_of(r.iso_agent_id) = coalesce(p_trip ->> 'connection', 'default')
   order by (r.id = trip.own_id) desc nulls last, (r.avinode_trip_id = p_trip ->> 'id') desc nulls last
   limit 1
$$;
comment on function private.find_avinode_request(jsonb) is
  'The request that an Avinode trip was made for: by our own id that Avinode keeps with it, which no broker can write, else by trip id or display id; only one of the connection that the trip was read through.';

create function private.record_operator(p_operator jsonb) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_operator public.operator_profiles;
begin
  select * into v_operator from public.operator_profiles o where o.avinode_operator_id = p_operator ->> 'id';
  -- Operators are shared by all brokers: a row that is as it should be is left alone, and not locked.
  if found
    and v_operator.company_name = coalesce(nullif(p_operator ->> 'name', ''), v_operator.company_name)
    and v_operator.contact_email is not distinct from coalesce(p_operator ->> 'email', v_operator.contact_email)
    and v_operator.contact_phone is not distinct from coalesce(p_operator ->> 'phone', v_operator.contact_phone)
    and v_operator.last_synced_at > now() - interval '1 day' then
    return v_operator.id;
  end if;
  insert into public.operator_profiles as o (avinode_operator_id, company_name, contact_email, contact_phone, last_synced_at)
  values (p_operator ->> 'id', coalesce(nullif(p_operator ->> 'name', ''), p_operator ->> 'id'), p_operator ->> 'email',
    p_operator ->> 'phone', clock_timestamp())
  on conflict (avinode_operator_id) do update set
    company_name = coalesce(nullif(p_operator ->> 'name', ''), o.company_name),
    contact_email = coalesce(excluded.contact_email, o.contact_email),
    contact_phone = coalesce(excluded.contact_phone, o.contact_phone),
    last_synced_at = excluded.last_synced_at
  returning * into v_operator;
  return v_operator.id;
end
$$;
comment on function private.record_operator(jsonb) is
  'The operator''s profile, made or brought up to date; what Avinode does not tell this time is kept.';

create function private.merge_lifts(p_older jsonb, p_newer jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(
    coalesce(o.lift, '{}') || coalesce(n.lift, '{}') || jsonb_build_object(
      'answer', case
        when coalesce(n.lift ->> 'answer', 'unanswered') <> 'unanswered' then n.lift ->> 'answer'
        else coalesce(o.lift ->> 'answer', 'unanswered')
      end,
      'quote_ids', (
        select coalesce(jsonb_agg(distinct q.id order by q.id), '[]') from (
          select jsonb_array_elements_text(coalesce(o.lift -> 'quote_ids', '[]')) as id
          union all
          select jsonb_array_elements_text(coalesce(n.lift -> 'quote_ids', '[]'))
        ) q
      ))
    order by coalesce(o.lift, n.lift) ->> 'id'), '[]')
    from (select lift from jsonb_array_elements(coalesce(p_older, '[]')) as l (lift)) o
    full join (select lift from jsonb_array_elements(coalesce(p_newer, '[]')) as l (lift)) n on o.lift ->> 'id' = n.lift ->> 'id'
$$;
comment on function private.merge_lifts(jsonb, jsonb) is 'The lifts of an RFQ from an older and a newer reading.';

create function private.merge_rfq(p_known jsonb, p_read jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p_known is null then p_read
    else (
      select (case when k.updated > r.updated then p_read || p_known else p_known || p_read end)
        || jsonb_build_object(
          'canceled', coalesce((p_known ->> 'canceled')::boolean, false) or coalesce((p_read ->> 'canceled')::boolean, false),
          'updated_on', case when k.updated > r.updated then p_known -> 'updated_on' else coalesce(nullif(p_read -> 'updated_on', 'null'), p_known -> 'updated_on') end,
          'lifts', private.merge_lifts(
            case when k.updated > r.updated then p_read -> 'lifts' else p_known -> 'lifts' end,
            case when k.updated > r.updated then p_known -> 'lifts' else p_read -> 'lifts' end))
        from (select coalesce(p_known ->> 'updated_on', p_known ->> 'created_on', '') as updated) k,
             (select coalesce(p_read ->> 'updated_on', p_read ->> 'created_on', '') as updated) r
    )
  end
$$;
comment on function private.merge_rfq(jsonb, jsonb) is
  'What is known of an RFQ from two readings, in whatever order they came: a cancelled RFQ stays cancelled, an answered lift answered.';

create function private.record_rfq(p_request public.requests, p_rfq jsonb) returns public.conversations
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_operator_id uuid := private.record_operator(p_rfq -> 'operator');
  v_room public.conversations;
  v_merged jsonb;
begin
  select * into v_room from public.conversations c where c.avinode_thread_id = p_rfq ->> 'id';
  if not found then
    -- A quote may have opened the operator's room before its RFQ was known.
    select c.* into v_room from public.conversations c
      join public.conversation_participants p on p.conversation_id = c.id and p.operator_profile_id = v_operator_id
     where c.request_id = p_request.id and c.type = 'quote_discussion'
       and (c.avinode_thread_id is null or p_rfq ->> 'id' is null)
     order by c.created_at, c.id limit 1;
  end if;
  if v_room.id is null then
    insert into public.conversations (request_id, type, subject, avinode_thread_id, metadata)
    values (p_request.id, 'quote_discussion',
      format('%s: %s to %s', coalesce(nullif(p_rfq -> 'operator' ->> 'name', ''), p_rfq -> 'operator' ->> 'id'),
        p_request.departure_airport, p_request.arrival_airport),
      p_rfq ->> 'id', jsonb_build_object('rfq', private.merge_rfq('{}', jsonb_strip_nulls(p_rfq))))
    returning * into v_room;
  elsif v_room.request_id is distinct from p_request.id then
    raise exception using errcode = 'PT409', message = format('RFQ %s belongs to another request', p_rfq ->> 'id');
  elsif p_rfq ->> 'id' is not null then
    v_merged := private.merge_rfq(v_room.metadata -> 'rfq', jsonb_strip_nulls(p_rfq));
    if v_merged is distinct from v_room.metadata -> 'rfq' or v_room.avinode_thread_id is null then
      update public.conversations set
        avinode_thread_id = coalesce(avinode_thread_id, p_rfq ->> 'id'),
        metadata = metadata || jsonb_build_object('rfq', v_merged)
       where id = v_room.id returning * into v_room;
    end if;
  end if;
  -- Every notification brings every RFQ of its trip again: where all three sit already, none of the table's triggers is woken.
  if (select count(*) from public.conversation_participants p
       where p.conversation_id = v_room.id
         and (p.iso_agent_id = p_request.iso_agent_id or p.operator_profile_id = v_operator_id or p.role = 'ai_assistant')) < 3 then
    insert into public.conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role, can_invite)
    values (v_room.id, p_request.iso_agent_id, null, 'iso_agent', true),
           (v_room.id, null, null, 'ai_assistant', false),
           (v_room.id, null, v_operator_id, 'operator', false)
    on conflict do nothing;
  end if;
  return v_room;
end
$$;
comment on function private.record_rfq(public.requests, jsonb) is
  'The room of an RFQ with broker, assistant and operator, and what is known of the RFQ. Its subject names operator and route, never the client.';

create function private.room_of_quote(p_request public.requests, p_change jsonb) returns public.conversations
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_rfq jsonb;
  v_operator jsonb := coalesce(nullif(p_change -> 'quote', 'null') -> 'operator', p_change -> 'message' -> 'operator');
  v_room public.conversations;
begin
  v_rfq := coalesce(nullif(p_change -> 'rfq', 'null'), (
    select r from jsonb_array_elements(coalesce(nullif(p_change -> 'rfqs', 'null'), '[]')) as r,
                  jsonb_array_elements(r -> 'lifts') as lift
     where lift ->> 'id' = p_change ->> 'lift_id' or lift -> 'quote_ids' ? (p_change -> 'quote' ->> 'id')
     limit 1));
  if v_rfq is not null then
    select * into v_room from public.conversations c where c.avinode_thread_id = v_rfq ->> 'id';
    return v_room;
  end if;
  if v_operator ->> 'id' is not null then
    return private.record_rfq(p_request, jsonb_build_object('id', null, 'canceled', false, 'operator', v_operator, 'lifts', '[]'::jsonb));
  end if;
  return null;
end
$$;
comment on function private.room_of_quote(public.requests, jsonb) is
  'The operator''s room that a change belongs to. Its RFQs have theirs already; where none of them is known yet, the quote''s own facts make one.';
