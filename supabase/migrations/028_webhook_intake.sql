-- Storing Avinode's notifications. They carry no event id: a notification says "this resource changed", so its key is the
-- resource. A message never changes and is news once; anything else is news again as soon as a worker has begun to read it.

-- How many notifications of a resource became work of their own.
create table private.webhook_resource_counters (
  resource text primary key,
  last_number integer not null
);

create function private.notification_seen_again(p_event_id uuid) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.avinode_webhook_events e set
    parsed_data = coalesce(e.parsed_data, '{}')
      || jsonb_build_object('notifications', coalesce((e.parsed_data ->> 'notifications')::int, 1) + 1)
   where e.id = p_event_id
$$;
comment on function private.notification_seen_again(uuid) is 'Counts a notification that merged with one that is stored.';

-- Two companies may know the same id, so the key of a resource begins with its connection.
create function public.store_webhook_event(
  p_source text, p_payload jsonb, p_headers jsonb, p_source_ip text, p_user_agent text, p_connection text default 'default'
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_type text := coalesce(nullif(p_payload ->> 'type', ''), 'unknown');
  v_resource text := coalesce(nullif(p_payload ->> 'id', ''), md5(p_payload::text));
  v_connection text := coalesce(p_connection, 'default');
  -- What stands before the first slash is a connection: no kind may look as if it named one.
  v_prefix text := case when v_connection = 'default' then '' else v_connection || '/' end
    || replace(v_type, '/', '_') || ':' || v_resource;
  v_is_known boolean := v_type in ('tripmsgs', 'rfqs', 'trips', 'emptylegs');
  v_event_id uuid;
  v_key text := v_prefix;
begin
  if p_source is null or p_source not in ('seller-response', 'seller-chat', 'trip-mine', 'chat-mine', 'empty-legs', 'unknown') then
    raise exception using errcode = 'PT422', message = 'This is no source of notifications';
  end if;

  if v_type <> 'tripmsgs' then
    -- Simultaneous notifications of one resource are stored one after the other.
    perform pg_advisory_xact_lock(hashtextextended('avinode:' || v_prefix, 0));
    -- The row lock waits for a worker that is just claiming: then it may have read too early, and the news is kept.
    select e.id into v_event_id from public.avinode_webhook_events e
     where e.avinode_event_id in (
         select v_prefix || ':' || number
           from private.webhook_resource_counters c, generate_series(greatest(1, c.last_number - 19), c.last_number) as number
          where c.resource = v_prefix)
       and e.processing_status in ('pending', 'failed')
     order by e.received_at desc, e.id
     limit 1
     for update;
    if found then
      perform private.notification_seen_again(v_event_id);
      return jsonb_build_object('event_id', v_event_id, 'is_new', false);
    end if;
    insert into private.webhook_resource_counters as c (resource, last_number) values (v_prefix, 1)
    on conflict (resource) do update set last_number = c.last_number + 1
    returning v_prefix || ':' || c.last_number into v_key;
  end if;

  insert into public.avinode_webhook_events (
    event_type, avinode_event_id, avinode_trip_id, avinode_rfp_id, avinode_thread_id, raw_payload, parsed_data,
    processing_status, processed_at, signature_verified, source_ip, user_agent, headers
  ) values (
    case
      when p_source = 'seller-response' then 'quote_received'
      when p_source in ('seller-chat', 'chat-mine') then 'message_received'
      else 'trip_updated'
    end::public.avinode_event_type,
    v_key,
    nullif(p_payload ->> 'tripId', ''),
    case when v_type = 'rfqs' then v_resource end,
    case when v_type = 'rfqs' then v_resource end,
    p_payload,
    case when v_connection = 'default' then jsonb_build_object('source', p_source)
      else jsonb_build_object('source', p_source, 'connection', v_connection) end,
    case when v_is_known then 'pending' else 'skipped' end::public.webhook_processing_status,
    case when not v_is_known then now() end,
    true, p_source_ip, left(p_user_agent, 1000),
    case when p_headers::text ~* 'authorization|cookie|api-key' then private.without_credentials(p_headers)
      else coalesce(p_headers, '{}') end
  )
  -- A message never changes and has one key: whoever is first stores it, and waits for nobody but the same message.
  on conflict (avinode_event_id) do nothing
  returning id into v_event_id;
  if v_event_id is not null then
    return jsonb_build_object('event_id', v_event_id, 'is_new', true);
  end if;
  select e.id into v_event_id from public.avinode_webhook_events e where e.avinode_event_id = v_key;
  perform private.notification_seen_again(v_event_id);
  return jsonb_build_object('event_id', v_event_id, 'is_new', false);
end
$$;
comment on function public.store_webhook_event(text, jsonb, jsonb, text, text, text) is
  'Stores a notification whose sender was authenticated as a connection. `is_new` false: it merged with a row that is known (a message) or still waits to be read. Unknown types are kept as skipped.';

create function public.store_webhook_events(p_notifications jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_one record;
  v_stored jsonb[] := array_fill(null::jsonb, array[jsonb_array_length(p_notifications)]);
begin
  -- In one order for everybody, so that two who store the same notifications wait for each other one way only.
  for v_one in
    select n.ordinality as place, n.value as given from jsonb_array_elements(p_notifications) with ordinality as n
     order by n.value ->> 'p_connection', n.value -> 'p_payload' ->> 'type', n.value -> 'p_payload' ->> 'id'
  loop
    v_stored[v_one.place] := public.store_webhook_event(
      v_one.given ->> 'p_source', v_one.given -> 'p_payload', v_one.given -> 'p_headers', v_one.given ->> 'p_source_ip',
      v_one.given ->> 'p_user_agent', v_one.given ->> 'p_connection');
  end loop;
  return to_jsonb(v_stored);
end
$$;
comment on function public.store_webhook_events(jsonb) is
  'Stores several notifications in one transaction, each given as the arguments of store_webhook_event: all of them, or none.';

create function private.without_credentials(p_headers jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_object_agg(key, value), '{}')
    from jsonb_each(case jsonb_typeof(p_headers) when 'object' then p_headers else '{}' end)
   where lower(key) not in ('authorization', 'proxy-authorization', 'cookie', 'x-api-key')
$$;
comment on function private.without_credentials(jsonb) is 'Headers as they may be kept: nothing that signs anybody in.';

grant execute on function
  public.store_webhook_event(text, jsonb, jsonb, text, text, text), public.store_webhook_events(jsonb)
  to service_role;
