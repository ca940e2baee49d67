-- Operators' quotes, and what follows from all of them together: which still stand, how each lift was answered, the counters,
-- and whether it is time to compare. Worked out anew each time, so that the order of arrival does not matter.

create function private.record_quote(p_request public.requests, p_room public.conversations, p_change jsonb) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
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
  language sql volatile set search_path = pg_catalog, pg_temp
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
  language plpgsql set search_path = pg_catalog, pg_temp
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

-- A place among the quotes that stand is nothing that one keeps which no longer stands, however it ended.
create function private.forget_ranking() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  new.ranking := null;
  return new;
end
$$;
comment on function private.forget_ranking() is 'An expired quote has no place in the ranking any more; its score stays.';
create trigger quotes_forget_ranking before update of status on public.quotes
  for each row when (new.status = 'expired' and new.ranking is not null) execute function private.forget_ranking();

create function private.settle_rooms(p_request_id uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
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
  language sql stable set search_path = pg_catalog, pg_temp
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
  language sql volatile set search_path = pg_catalog, pg_temp
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
  language sql stable set search_path = pg_catalog, pg_temp
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
