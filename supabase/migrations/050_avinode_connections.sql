-- Several connections to Avinode, one for each company: a notification is stored under the connection whose credentials it came
-- with, and changes only requests of brokers who belong to that connection.

create table private.agent_connections (
  iso_agent_id uuid primary key references public.iso_agents (id) on delete cascade,
  connection text not null check (connection ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
comment on table private.agent_connections is
  'The Avinode connection of a broker''s company, where that is not the one named default.';

create function private.connection_of(p_iso_agent_id uuid) returns text
  language sql stable set search_path = ''
as $$
  select coalesce((select a.connection from private.agent_connections a where a.iso_agent_id = p_iso_agent_id), 'default')
$$;
comment on function private.connection_of(uuid) is 'The Avinode connection that a broker works through.';

create function public.set_agent_connection(p_iso_agent_id uuid, p_connection text) returns void
  language sql volatile security definer set search_path = ''
as $$
  insert into private.agent_connections (iso_agent_id, connection) values (p_iso_agent_id, p_connection)
  on conflict (iso_agent_id) do update set connection = excluded.connection
$$;
comment on function public.set_agent_connection(uuid, text) is
  'Says through which Avinode connection a broker works. Requests follow their broker.';

create or replace function private.find_avinode_request(p_trip jsonb) returns uuid
  language sql stable set search_path = ''
as $$
  select r.id
    from (select case when p_trip ->> 'external_trip_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                      then (p_trip ->> 'external_trip_id')::uuid end as own_id) as trip
    join public.requests r
      on r.avinode_trip_id = p_trip ->> 'id' or r.metadata ->> 'avinode_display_id' = p_trip ->> 'display_id' or r.id = trip.own_id
   where private.connection_of(r.iso_agent_id) = coalesce(p_trip ->> 'connection', 'default')
   order by (r.avinode_trip_id = p_trip ->> 'id') desc nulls last, (r.id = trip.own_id) desc nulls last
   limit 1
$$;
comment on function private.find_avinode_request(jsonb) is
  'The request that an Avinode trip was made for, by trip id, by our own id that we gave it, or by its display id; only one of the connection that the trip was read through.';

create function private.notification_seen_again(p_event_id uuid) returns void
  language sql volatile set search_path = ''
as $$
  update public.avinode_webhook_events e set
    parsed_data = coalesce(e.parsed_data, '{}')
      || jsonb_build_object('notifications', coalesce((e.parsed_data ->> 'notifications')::int, 1) + 1)
   where e.id = p_event_id
$$;
comment on function private.notification_seen_again(uuid) is 'Counts a notification that merged with one that is stored.';

-- Two companies may know the same id, so the key of a resource begins with its connection.
drop function public.store_webhook_event(text, jsonb, jsonb, text, text);
create function public.store_webhook_event(
  p_source text, p_payload jsonb, p_headers jsonb, p_source_ip text, p_user_agent text, p_connection text default 'default'
) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_type text := coalesce(nullif(p_payload ->> 'type', ''), 'unknown');
  v_resource text := coalesce(nullif(p_payload ->> 'id', ''), md5(p_payload::text));
  v_connection text := coalesce(p_connection, 'default');
  v_prefix text := case when v_connection = 'default' then '' else v_connection || '/' end || v_type || ':' || v_resource;
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
  language plpgsql security definer set search_path = ''
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

-- The earlier notifications of the same resource: their keys end in smaller numbers.
create function private.is_resource_in_hand(p_avinode_event_id text) returns boolean
  language sql stable set search_path = ''
as $$
  select exists (
    select from (
        select regexp_match(p_avinode_event_id, '^(.+:.+:)(\d{1,9})$') as part where p_avinode_event_id !~ '^(.+/)?tripmsgs:'
      ) key
      cross join lateral generate_series(greatest(1, key.part[2]::int - 19), key.part[2]::int + 1) as number
      join public.avinode_webhook_events e on e.avinode_event_id = key.part[1] || number and e.avinode_event_id <> p_avinode_event_id
      join private.webhook_event_leases l on l.event_id = e.id
     where key.part is not null and e.processing_status = 'processing' and l.lease_until > now()
  )
$$;
comment on function private.is_resource_in_hand(text) is
  'Whether a worker is just reading the same resource for another notification. A message has only one notification.';

create or replace function public.claim_webhook_event(event_id uuid) returns jsonb
  language plpgsql security definer set search_path = ''
  as $$
    declare
      event public.avinode_webhook_events;
      lease private.webhook_event_leases;
    begin
      select * into event from public.avinode_webhook_events e where e.id = claim_webhook_event.event_id for update;
      -- A statement of its own: its snapshot sees the lease of whoever held the row before us.
      select * into lease from private.webhook_event_leases l where l.event_id = claim_webhook_event.event_id;
      if event.id is null or not (
        event.processing_status = 'pending'
        or (event.processing_status = 'failed' and event.next_retry_at <= now())
        or (event.processing_status = 'processing' and coalesce(lease.lease_until <= now(), true))
      ) then
        return null;
      end if;
      -- Of two that want two notifications of one resource, one sees the claim of the other.
      if event.avinode_event_id ~ ':\d+$' then
        perform pg_advisory_xact_lock(hashtextextended('claim:' || regexp_replace(event.avinode_event_id, ':\d+$', ''), 0));
        if private.is_resource_in_hand(event.avinode_event_id) then
          return null;
        end if;
      end if;
      update public.avinode_webhook_events e set processing_status = 'processing' where e.id = event.id;
      insert into private.webhook_event_leases as l (event_id, claim_token, claimed_at, lease_until)
        values (event.id, gen_random_uuid(), now(), now() + interval '60 seconds')
        on conflict on constraint webhook_event_leases_pkey do update set
          claim_token = excluded.claim_token,
          claimed_at = excluded.claimed_at,
          lease_until = excluded.lease_until,
          claims = l.claims + 1
        returning * into lease;
      return jsonb_build_object(
        'event_id', event.id,
        'claim_token', lease.claim_token,
        'attempt', lease.claims,
        'event_type', event.event_type,
        'raw_payload', event.raw_payload,
        'retry_count', event.retry_count,
        'source', event.parsed_data ->> 'source',
        'connection', coalesce(event.parsed_data ->> 'connection', 'default')
      );
    end
  $$;
comment on function public.claim_webhook_event(uuid) is
  'Gives a pending, due or abandoned event to exactly one caller, for 60 seconds. Null for everyone else, and while another notification of the same resource is being read.';

revoke execute on all functions in schema private from public;
revoke execute on function
  public.set_agent_connection(uuid, text),
  public.store_webhook_event(text, jsonb, jsonb, text, text, text),
  public.store_webhook_events(jsonb)
  from public, anon, authenticated;
grant execute on function
  public.set_agent_connection(uuid, text),
  public.store_webhook_event(text, jsonb, jsonb, text, text, text),
  public.store_webhook_events(jsonb)
  to service_role;
