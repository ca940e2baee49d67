-- From Avinode's resources to our rows. Notifications come late, twice, and in any order, so nothing here depends on what came
-- before: facts are merged, and what follows from all facts of a request is worked out anew each time (settle_quotes).
-- Everything runs under the lock of the request.

create function private.find_avinode_request(p_trip jsonb) returns uuid
  language sql stable set search_path = ''
as $$
  select r.id
    from (select case when p_trip ->> 'external_trip_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                      then (p_trip ->> 'external_trip_id')::uuid end as own_id) as trip
    join public.requests r
      on r.avinode_trip_id = p_trip ->> 'id' or r.metadata ->> 'avinode_display_id' = p_trip ->> 'display_id' or r.id = trip.own_id
   order by (r.avinode_trip_id = p_trip ->> 'id') desc nulls last, (r.id = trip.own_id) desc nulls last
   limit 1
$$;
comment on function private.find_avinode_request(jsonb) is
  'The request that an Avinode trip was made for, by trip id, by our own id that we gave it, or by its display id.';

create function private.record_operator(p_operator jsonb) returns uuid
  language plpgsql set search_path = ''
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
  language sql immutable set search_path = ''
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
  language sql immutable set search_path = ''
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
  language plpgsql set search_path = ''
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
  insert into public.conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role, can_invite)
  values (v_room.id, p_request.iso_agent_id, null, 'iso_agent', true),
         (v_room.id, null, null, 'ai_assistant', false),
         (v_room.id, null, v_operator_id, 'operator', false)
  on conflict do nothing;
  return v_room;
end
$$;
comment on function private.record_rfq(public.requests, jsonb) is
  'The room of an RFQ with broker, assistant and operator, and what is known of the RFQ. Its subject names operator and route, never the client.';

create function private.room_of_quote(p_request public.requests, p_change jsonb) returns public.conversations
  language plpgsql set search_path = ''
as $$
declare
  v_rfq jsonb;
  v_operator jsonb := coalesce(nullif(p_change -> 'quote', 'null') -> 'operator', p_change -> 'message' -> 'operator');
begin
  v_rfq := coalesce(nullif(p_change -> 'rfq', 'null'), (
    select r from jsonb_array_elements(coalesce(nullif(p_change -> 'rfqs', 'null'), '[]')) as r,
                  jsonb_array_elements(r -> 'lifts') as lift
     where lift ->> 'id' = p_change ->> 'lift_id' or lift -> 'quote_ids' ? (p_change -> 'quote' ->> 'id')
     limit 1));
  if v_rfq is not null then
    return private.record_rfq(p_request, v_rfq);
  end if;
  if v_operator ->> 'id' is not null then
    return private.record_rfq(p_request, jsonb_build_object('id', null, 'canceled', false, 'operator', v_operator, 'lifts', '[]'::jsonb));
  end if;
  return null;
end
$$;
comment on function private.room_of_quote(public.requests, jsonb) is
  'The operator''s room that a change belongs to, made from the quote''s own facts where its RFQ is not known yet.';

create function private.record_quote(p_request public.requests, p_room public.conversations, p_change jsonb) returns uuid
  language plpgsql set search_path = ''
as $$
declare
  v_quote jsonb := p_change -> 'quote';
  v_created_on timestamptz := coalesce(
    private.parse_time(v_quote ->> 'created_on'), private.parse_time(p_change ->> 'avinode_timestamp'), clock_timestamp());
  v_message text := coalesce(nullif(v_quote ->> 'message', ''), p_change -> 'message' ->> 'text');
  v_id uuid;
begin
  insert into public.quotes as q (
    request_id, conversation_id, operator_profile_id, operator_id, operator_name, avinode_quote_id,
    base_price, fuel_surcharge, taxes, fees, total_price,
    aircraft_type, aircraft_tail_number, aircraft_details, availability_confirmed, valid_until, status,
    operator_message, received_at, metadata
  ) values (
    p_request.id, p_room.id, private.record_operator(v_quote -> 'operator'), v_quote -> 'operator' ->> 'id',
    coalesce(nullif(v_quote -> 'operator' ->> 'name', ''), v_quote -> 'operator' ->> 'id'), v_quote ->> 'id',
    (v_quote ->> 'base_price')::numeric, (v_quote ->> 'fuel_surcharge')::numeric, (v_quote ->> 'taxes')::numeric,
    (v_quote ->> 'fees')::numeric, (v_quote ->> 'total_price')::numeric,
    v_quote ->> 'aircraft_type', v_quote ->> 'aircraft_tail', coalesce(nullif(v_quote -> 'aircraft_details', 'null'), '{}'), true,
    least(v_created_on + interval '7 days', (p_request.departure_date + time '23:59:59') at time zone 'UTC'),
    'received', v_message, clock_timestamp(),
    jsonb_strip_nulls(jsonb_build_object(
      'created_on', v_created_on, 'lift_id', p_change -> 'lift_id', 'currency', v_quote -> 'currency',
      'aircraft_category', v_quote -> 'aircraft_category', 'line_items', v_quote -> 'line_items',
      'flight_minutes', v_quote -> 'flight_minutes', 'distance_nm', v_quote -> 'distance_nm'))
  )
  on conflict (avinode_quote_id) do update set operator_message = v_message
   where q.operator_message is null and v_message is not null and q.request_id = p_request.id
  returning q.id into v_id;
  if v_id is null then
    select q.id into v_id from public.quotes q where q.avinode_quote_id = v_quote ->> 'id' and q.request_id = p_request.id;
    if v_id is null then
      raise exception using errcode = 'PT409', message = format('Quote %s belongs to another request', v_quote ->> 'id');
    end if;
  end if;
  return v_id;
end
$$;
comment on function private.record_quote(public.requests, public.conversations, jsonb) is
  'An operator''s quote, once for each Avinode quote id. It holds for seven days, but not past the day of the first departure. What the broker decided about it is never undone.';

create function private.place_quotes(p_request_id uuid) returns void
  language sql volatile set search_path = ''
as $$
  with placed as (
    select q.id, c.avinode_thread_id as rfq_id,
           coalesce(q.metadata ->> 'lift_id', (
             select lift ->> 'id' from jsonb_array_elements(coalesce(c.metadata -> 'rfq' -> 'lifts', '[]')) as lift
              where lift -> 'quote_ids' ? q.avinode_quote_id order by lift ->> 'id' limit 1)) as lift_id,
           concat_ws('/', coalesce(c.avinode_thread_id, q.operator_id), coalesce(q.aircraft_tail_number, q.aircraft_type)) as offer
      from public.quotes q left join public.conversations c on c.id = q.conversation_id
     where q.request_id = p_request_id and q.avinode_quote_id is not null and q.metadata ? 'created_on'
  ), described as (
    select id, jsonb_strip_nulls(jsonb_build_object('rfq_id', rfq_id, 'lift_id', lift_id, 'lift_key', coalesce(lift_id, offer))) as place
      from placed
  )
  update public.quotes q set metadata = q.metadata || d.place
    from described d where q.id = d.id and not q.metadata @> d.place
$$;
comment on function private.place_quotes(uuid) is
  'Says for each quote which lift of which RFQ it answers. An extra quote, tied to no lift, replaces only an earlier one of the same aircraft.';

create function private.settle_quotes(p_request_id uuid) returns void
  language plpgsql set search_path = ''
as $$
begin
  perform private.place_quotes(p_request_id);

  -- A quote gives way to a newer one for the same lift, to a later decline, and to the end of its RFQ. The broker's own
  -- decisions stand. Ids are compared by length first: they are numbers behind a prefix.
  with ordered as (
    select q.id, q.status, q.metadata,
           (q.metadata ->> 'created_on')::timestamptz as created_on,
           c.metadata -> 'rfq' as rfq,
           lead(q.id) over lift as newer_id,
           (select max(private.parse_time(m.metadata ->> 'created_on')) from public.messages m
             where m.conversation_id = q.conversation_id and m.metadata ->> 'answer' = 'declined'
               and (m.metadata ->> 'lift_id' is null or m.metadata ->> 'lift_id' = q.metadata ->> 'lift_id')) as declined_on
      from public.quotes q left join public.conversations c on c.id = q.conversation_id
     where q.request_id = p_request_id and q.avinode_quote_id is not null and q.metadata ? 'lift_key'
    window lift as (partition by q.metadata ->> 'lift_key'
      order by (q.metadata ->> 'created_on')::timestamptz, length(q.avinode_quote_id), q.avinode_quote_id)
  ), settled as (
    select o.id,
           case
             when o.status in ('accepted', 'rejected') then o.status
             when o.newer_id is not null or o.declined_on >= o.created_on or (o.rfq ->> 'canceled')::boolean then 'expired'
             else o.status
           end as status,
           o.metadata || jsonb_strip_nulls(jsonb_build_object(
             'superseded_by', o.newer_id,
             'withdrawn', case when o.declined_on >= o.created_on then true end,
             'rfq_canceled', case when (o.rfq ->> 'canceled')::boolean then true end)) as metadata
      from ordered o
  )
  update public.quotes q set
    status = s.status, metadata = s.metadata,
    expired_at = case when s.status = 'expired' then coalesce(q.expired_at, clock_timestamp()) else q.expired_at end
    from settled s
   where q.id = s.id and (q.status, q.metadata) is distinct from (s.status, s.metadata);

  -- Which quote was the first for its lift is known only when all are in.
  with ranked as (
    select m.id, case when row_number() over lift = 1 then 'quote_shared' else 'quote_updated' end::public.message_content_type as content_type
      from public.quotes q
      join public.messages m on m.conversation_id = q.conversation_id and m.metadata ->> 'avinode_quote_id' = q.avinode_quote_id
     where q.request_id = p_request_id and q.metadata ? 'lift_key'
    window lift as (partition by q.metadata ->> 'lift_key'
      order by (q.metadata ->> 'created_on')::timestamptz, length(q.avinode_quote_id), q.avinode_quote_id)
  )
  update public.messages m set content_type = r.content_type
    from ranked r where m.id = r.id and m.content_type <> r.content_type;

  perform private.settle_rooms(p_request_id);
  perform private.count_quotes(p_request_id);
end
$$;
comment on function private.settle_quotes(uuid) is
  'Works out, from all that is known of a request''s RFQs, which quotes still stand, how each lift was answered, and the counters. Changes only what differs.';

create function private.settle_rooms(p_request_id uuid) returns void
  language plpgsql set search_path = ''
as $$
begin
  with answered as (
    select c.id, c.metadata,
           (select coalesce(jsonb_agg(lift || jsonb_build_object('answer', private.lift_answer(c.id, lift)) order by lift ->> 'id'), '[]')
              from jsonb_array_elements(coalesce(c.metadata -> 'rfq' -> 'lifts', '[]')) as lift) as lifts,
           (select q.id from public.quotes q
             where q.conversation_id = c.id and q.status <> 'expired'
             order by (q.status = 'accepted') desc, (q.metadata ->> 'created_on')::timestamptz desc nulls last,
                      length(q.avinode_quote_id) desc, q.avinode_quote_id desc
             limit 1) as quote_id,
           coalesce((select max(private.parse_time(m.metadata ->> 'created_on')) from public.messages m
              where m.conversation_id = c.id and m.metadata ->> 'answer' = 'declined' and m.metadata ->> 'lift_id' is null)
             >= coalesce((select max((q.metadata ->> 'created_on')::timestamptz) from public.quotes q where q.conversation_id = c.id), '-infinity'),
             false) as all_declined
      from public.conversations c
     where c.request_id = p_request_id and c.type = 'quote_discussion' and c.metadata ? 'rfq'
  ), settled as (
    select a.id, a.quote_id,
           a.metadata || jsonb_build_object(
             'rfq', (a.metadata -> 'rfq') || jsonb_build_object('lifts', a.lifts),
             'answer', case
               when exists (select from public.quotes q where q.conversation_id = a.id and q.avinode_quote_id is not null and not q.metadata ? 'withdrawn') then 'quoted'
               when a.all_declined
                 or (a.lifts <> '[]' and not exists (select from jsonb_array_elements(a.lifts) as l where l ->> 'answer' <> 'declined')) then 'declined'
               else 'open'
             end) as metadata,
           coalesce((a.metadata -> 'rfq' ->> 'canceled')::boolean, false) as is_canceled
      from answered a
  )
  update public.conversations c set
    metadata = s.metadata, quote_id = s.quote_id,
    status = case when s.is_canceled then 'archived' else c.status end,
    archived_at = case when s.is_canceled then coalesce(c.archived_at, clock_timestamp()) else c.archived_at end
    from settled s
   where c.id = s.id
     and ((c.metadata, c.quote_id) is distinct from (s.metadata, s.quote_id) or (s.is_canceled and c.status <> 'archived'));
end
$$;
comment on function private.settle_rooms(uuid) is
  'Brings the rooms of a request''s RFQs up to date: the answer of each lift and of the whole, the quote that stands, and the end of a cancelled RFQ.';

create function private.lift_answer(p_room_id uuid, p_lift jsonb) returns text
  language sql stable set search_path = ''
as $$
  select case
    when declined_on is null and quoted_on is null then coalesce(p_lift ->> 'answer', 'unanswered')
    when quoted_on is null or declined_on >= quoted_on then 'declined'
    else 'accepted'
  end
    from (
      select
        (select max(private.parse_time(m.metadata ->> 'created_on')) from public.messages m
          where m.conversation_id = p_room_id and m.metadata ->> 'answer' = 'declined'
            and (m.metadata ->> 'lift_id' is null or m.metadata ->> 'lift_id' = p_lift ->> 'id')) as declined_on,
        (select max((q.metadata ->> 'created_on')::timestamptz) from public.quotes q
          where q.conversation_id = p_room_id and q.metadata ->> 'lift_id' = p_lift ->> 'id') as quoted_on
    ) evidence
$$;
comment on function private.lift_answer(uuid, jsonb) is
  'How a lift was answered: by the newest quote or decline that we hold; a reading of the RFQ, which may be old, only where we hold neither.';

create function private.count_quotes(p_request_id uuid) returns void
  language sql volatile set search_path = ''
as $$
  with counted as (
    select count(*) filter (where is_open) as contacted,
           count(*) filter (where is_open and answer is distinct from 'declined') as expected,
           count(*) filter (where is_open and is_quoted) as received,
           (array_agg(thread_id order by length(thread_id), thread_id) filter (where thread_id is not null))[1] as rfp_id
      from (
        select c.avinode_thread_id as thread_id, c.metadata ->> 'answer' as answer,
               not coalesce((c.metadata -> 'rfq' ->> 'canceled')::boolean, false) as is_open,
               exists (select from public.quotes q where q.conversation_id = c.id
                          and q.status in ('received', 'analyzed', 'accepted', 'rejected')) as is_quoted
          from public.conversations c
         where c.request_id = p_request_id and c.type = 'quote_discussion' and c.metadata ? 'rfq'
      ) rooms
  )
  update public.requests r set
    operators_contacted = c.contacted, quotes_expected = c.expected, quotes_received = c.received,
    avinode_rfp_id = coalesce(c.rfp_id, r.avinode_rfp_id)
    from counted c
   where r.id = p_request_id
     and (r.operators_contacted, r.quotes_expected, r.quotes_received, r.avinode_rfp_id)
       is distinct from (c.contacted::int, c.expected::int, c.received::int, coalesce(c.rfp_id, r.avinode_rfp_id))
$$;
comment on function private.count_quotes(uuid) is
  'Counts a request''s operators and quotes anew from its rooms: a counter that is only added to drifts.';

create function private.analysis_key(p_request_id uuid) returns text
  language sql stable set search_path = ''
as $$
  select md5(string_agg(q.id::text, ',' order by q.id))
           || '-' || floor(extract(epoch from clock_timestamp() - max(coalesce(q.received_at, q.created_at))) / 600)::int
    from public.requests r join public.quotes q on q.request_id = r.id and q.status = 'received'
   where r.id = p_request_id and r.status in ('monitoring_for_quotes', 'awaiting_quotes', 'analyzing_proposals')
     and (private.parse_time(r.metadata ->> 'quotes_deadline') <= clock_timestamp()
       or not exists (
         select from public.conversations c
          where c.request_id = r.id and c.type = 'quote_discussion' and c.metadata ? 'rfq'
            and c.metadata ->> 'answer' is distinct from 'quoted' and c.metadata ->> 'answer' is distinct from 'declined'
            and not coalesce((c.metadata -> 'rfq' ->> 'canceled')::boolean, false)
       ))
  having count(*) > 0
$$;
comment on function private.analysis_key(uuid) is
  'Names the quotes that wait to be analysed, once every operator has answered or the deadline has passed; null while there is nothing to do. A new name every ten minutes lets a lost analysis be asked for again.';

revoke execute on all functions in schema private from public;
