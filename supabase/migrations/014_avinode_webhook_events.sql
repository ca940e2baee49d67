-- Avinode's notifications as they came in, and what became of each. A claim is a lease: only its holder may end the event.

create type public.avinode_event_type as enum (
  'rfq_received', 'rfq_updated', 'rfq_cancelled', 'quote_received', 'quote_updated', 'quote_accepted',
  'quote_rejected', 'quote_expired', 'message_received', 'booking_confirmed', 'booking_cancelled', 'booking_updated',
  'trip_created', 'trip_updated', 'trip_cancelled'
);

create type public.webhook_processing_status as enum (
  'pending', 'processing', 'completed', 'failed', 'skipped', 'dead_letter'
);

create table public.avinode_webhook_events (
  id uuid primary key default gen_random_uuid(),
  event_type public.avinode_event_type not null,
  avinode_event_id text not null unique,
  avinode_timestamp timestamptz,
  request_id uuid references public.requests (id) on delete set null,
  quote_id uuid references public.quotes (id) on delete set null,
  conversation_id uuid references public.conversations (id) on delete set null,
  operator_profile_id uuid references public.operator_profiles (id) on delete set null,
  message_id uuid references public.messages (id) on delete set null,
  avinode_rfp_id text,
  avinode_quote_id text,
  avinode_trip_id text,
  avinode_thread_id text,
  raw_payload jsonb not null,
  parsed_data jsonb,
  processing_status public.webhook_processing_status not null default 'pending',
  processed_at timestamptz,
  processing_duration_ms bigint check (processing_duration_ms >= 0),
  error_message text,
  error_stack text,
  retry_count integer not null default 0 check (retry_count between 0 and 5),
  next_retry_at timestamptz,
  max_retries integer not null default 5 check (max_retries between 0 and 5),
  signature_verified boolean not null default false,
  source_ip text,
  user_agent text,
  headers jsonb not null default '{}',
  received_at timestamptz not null default now(),
  created_at timestamptz not null default now()
);

create index webhook_events_pending_idx on public.avinode_webhook_events (received_at)
  where processing_status = 'pending';
create index webhook_events_due_idx on public.avinode_webhook_events (next_retry_at)
  where processing_status = 'failed';
create index webhook_events_processing_idx on public.avinode_webhook_events (id)
  where processing_status = 'processing';
create index webhook_events_dead_letter_idx on public.avinode_webhook_events (received_at desc)
  where processing_status = 'dead_letter';
create index webhook_events_created_idx on public.avinode_webhook_events (created_at desc, id desc);
-- What a notification is about is known only after it was read: empty until then, and not worth an entry.
create index webhook_events_request_idx on public.avinode_webhook_events (request_id) where request_id is not null;
create index webhook_events_quote_idx on public.avinode_webhook_events (quote_id) where quote_id is not null;
create index webhook_events_conversation_idx on public.avinode_webhook_events (conversation_id)
  where conversation_id is not null;
create index webhook_events_operator_idx on public.avinode_webhook_events (operator_profile_id)
  where operator_profile_id is not null;
create index webhook_events_message_idx on public.avinode_webhook_events (message_id) where message_id is not null;

-- One row per event that was ever claimed. `claims` counts every claim, also those that used up no attempt; `takeovers` those
-- after a worker that ended without a word.
create table private.webhook_event_leases (
  event_id uuid primary key references public.avinode_webhook_events (id) on delete cascade,
  claim_token uuid not null,
  claimed_at timestamptz not null,
  lease_until timestamptz not null,
  claims integer not null default 1,
  takeovers integer not null default 0
);

create index webhook_event_leases_until_idx on private.webhook_event_leases (lease_until);

create function public.calculate_webhook_retry_time(retry_count integer) returns timestamptz
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select now() + make_interval(mins => (2 ^ least(greatest(retry_count, 0), 4))::integer) $$;
comment on function public.calculate_webhook_retry_time(integer) is
  'When to try again after that many earlier retries: in 1, 2, 4, 8, 16 minutes.';

-- The earlier notifications of the same resource: their keys end in smaller numbers.
create function private.is_resource_in_hand(p_avinode_event_id text) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
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

create function public.claim_webhook_event(event_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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
      -- A worker may end for any reason. What so many have ended of is what they were working on.
      if event.processing_status = 'processing' and lease.takeovers >= 3 then
        update private.webhook_event_leases l set claims = l.claims + 1 where l.event_id = event.id;
        perform public.fail_webhook_event(event.id, 'The workers that processed it ended without a word', lease.claim_token);
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
          claims = l.claims + 1,
          takeovers = l.takeovers + (event.processing_status = 'processing')::int
        returning * into lease;
      return jsonb_build_object(
        'event_id', event.id,
        'claim_token', lease.claim_token,
        'attempt', lease.claims,
        'event_type', event.event_type,
        'raw_payload', event.raw_payload,
        'retry_count', event.retry_count,
        'source', event.parsed_data ->> 'source',
        'connection', coalesce(event.parsed_data ->> 'connection', 'default'),
        'now', clock_timestamp()
      );
    end
  $$;
comment on function public.claim_webhook_event(uuid) is
  'Gives a pending, due or abandoned event to exactly one caller, for 60 seconds. Null for everyone else, and while another notification of the same resource is being read. An event that was abandoned more than three times fails instead.';

create function public.heartbeat_webhook_event(event_id uuid, p_claim_token uuid) returns boolean
  language sql security definer set search_path = pg_catalog, pg_temp
  as $$
    with kept as (
      update private.webhook_event_leases l set lease_until = clock_timestamp() + interval '60 seconds'
        from public.avinode_webhook_events e
        where l.event_id = heartbeat_webhook_event.event_id and l.claim_token = p_claim_token
          and e.id = l.event_id and e.processing_status = 'processing'
        returning 1
    )
    select exists (select from kept)
  $$;
comment on function public.heartbeat_webhook_event(uuid, uuid) is
  'Renews the lease of an event for 60 seconds more. False when another worker holds it by now, or when it has ended.';

create function private.lock_claimed_event(p_event_id uuid, p_claim_token uuid)
  returns public.avinode_webhook_events
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      event public.avinode_webhook_events;
    begin
      select * into event from public.avinode_webhook_events e where e.id = p_event_id for update;
      if event.processing_status is distinct from 'processing' then
        return null;
      end if;
      if p_claim_token is not null and not exists (
        select from private.webhook_event_leases l where l.event_id = p_event_id and l.claim_token = p_claim_token
      ) then
        return null;
      end if;
      return event;
    end
  $$;
comment on function private.lock_claimed_event(uuid, uuid) is
  'The claimed event, locked, if that token (or, for callers that know no tokens, nobody''s) still holds it; else null.';

create function public.complete_webhook_event(
  event_id uuid,
  p_request_id uuid default null,
  p_quote_id uuid default null,
  p_conversation_id uuid default null,
  p_message_id uuid default null,
  p_operator_profile_id uuid default null,
  p_event_type public.avinode_event_type default null,
  p_parsed_data jsonb default null,
  p_status public.webhook_processing_status default 'completed',
  p_claim_token uuid default null
) returns boolean
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      event public.avinode_webhook_events := private.lock_claimed_event(event_id, p_claim_token);
    begin
      if event.id is null then
        return false;
      end if;
      if p_status not in ('completed', 'skipped') then
        raise exception using errcode = 'PT422', message = format('An event cannot be completed as %s', p_status);
      end if;
      update public.avinode_webhook_events e set
        processing_status = p_status,
        processed_at = now(),
        processing_duration_ms = (
          select greatest(0, round(extract(epoch from clock_timestamp() - l.claimed_at) * 1000))
          from private.webhook_event_leases l where l.event_id = event.id
        ),
        next_retry_at = null,
        error_message = null,
        error_stack = null,
        request_id = coalesce(p_request_id, e.request_id),
        quote_id = coalesce(p_quote_id, e.quote_id),
        conversation_id = coalesce(p_conversation_id, e.conversation_id),
        message_id = coalesce(p_message_id, e.message_id),
        operator_profile_id = coalesce(p_operator_profile_id, e.operator_profile_id),
        event_type = coalesce(p_event_type, e.event_type),
        parsed_data = case
          when p_parsed_data is null then e.parsed_data
          else coalesce(e.parsed_data, '{}') || p_parsed_data
        end
        where e.id = event.id;
      return true;
    end
  $$;
comment on function public.complete_webhook_event(
  uuid, uuid, uuid, uuid, uuid, uuid, public.avinode_event_type, jsonb, public.webhook_processing_status, uuid
) is
  'Ends a claimed event, with its duration and what it touched. False, and no change, for a wrong or lost claim.';

create function public.fail_webhook_event(
  event_id uuid,
  error text,
  p_claim_token uuid default null,
  p_uses_attempt boolean default true,
  p_retry_at timestamptz default null,
  p_error_stack text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      event public.avinode_webhook_events := private.lock_claimed_event(event_id, p_claim_token);
      is_spent boolean := p_uses_attempt and event.retry_count >= event.max_retries;
    begin
      if event.id is null then
        return null;
      end if;
      update public.avinode_webhook_events e set
        processing_status = case when is_spent then 'dead_letter' else 'failed' end::public.webhook_processing_status,
        retry_count = case when p_uses_attempt and not is_spent then e.retry_count + 1 else e.retry_count end,
        next_retry_at = case
          when is_spent then null
          when p_uses_attempt then greatest(p_retry_at, public.calculate_webhook_retry_time(e.retry_count))
          else coalesce(p_retry_at, now() + interval '1 minute')
        end,
        processed_at = case when is_spent then now() end,
        error_message = left(error, 4000),
        error_stack = left(p_error_stack, 16000)
        where e.id = event.id
        returning * into event;
      return jsonb_build_object('status', event.processing_status, 'next_retry_at', event.next_retry_at);
    end
  $$;
comment on function public.fail_webhook_event(uuid, text, uuid, boolean, timestamptz, text) is
  'Puts a claimed event back for a later try, or into the dead letters once its retries are spent. An outage of what we depend on (p_uses_attempt false) costs no retry. Null, and no change, for a wrong or lost claim.';

grant execute on function
  public.calculate_webhook_retry_time(integer),
  public.claim_webhook_event(uuid),
  public.heartbeat_webhook_event(uuid, uuid),
  public.complete_webhook_event(
    uuid, uuid, uuid, uuid, uuid, uuid, public.avinode_event_type, jsonb, public.webhook_processing_status, uuid
  ),
  public.fail_webhook_event(uuid, text, uuid, boolean, timestamptz, text)
  to service_role;
