-- Small functions that the system's own functions share. Nothing in `private` is reachable through the API: brokers and
-- workers come in through security definer functions in `public`, and each of those says who may call it.

-- The same text gives the same uuid (version 8, RFC 9562), so that a repeated effect meets its own row.
create function private.derived_id(p_key text) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select (
    substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-8' || substr(h, 14, 3) || '-'
    || substr('89ab', 1 + ('x' || substr(h, 17, 1))::bit(4)::int % 4, 1) || substr(h, 18, 3) || '-' || substr(h, 21, 12)
  )::uuid
  from (select encode(sha256(convert_to(p_key, 'UTF8')), 'hex') as h) as hashed
$$;
comment on function private.derived_id(text) is
  'A uuid that is the same for the same text. Rows that must exist once, whoever makes them first, take their id from it.';

-- Avinode's timestamps are another company's text: what cannot be read is unknown, never an error that blocks an event.
create function private.parse_time(p_text text) returns timestamptz
  language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC'
as $$
begin
  return nullif(btrim(p_text), '')::timestamptz;
exception when others then
  return null;
end
$$;
comment on function private.parse_time(text) is
  'Reads an ISO time, as UTC where it names no zone. Null for what is no time.';

create function private.require_agent() returns uuid
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := public.get_current_iso_agent_id();
begin
  if v_agent is null then
    raise exception using errcode = 'PT403', message = 'No active agent belongs to this sign-in';
  end if;
  return v_agent;
end
$$;
comment on function private.require_agent() is 'The calling broker''s iso_agent_id. PT403 where the token belongs to no active agent.';

create function private.require_participant(p_conversation_id uuid) returns public.conversation_participants
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  v_participant public.conversation_participants;
begin
  select p.* into v_participant
    from public.conversation_participants p
   where p.conversation_id = p_conversation_id and p.iso_agent_id = private.require_agent() and p.is_active;
  if not found then
    raise exception using errcode = 'PT404', message = 'The conversation was not found';
  end if;
  return v_participant;
end
$$;
comment on function private.require_participant(uuid) is
  'The caller''s own row in a conversation. PT404 for a conversation that the caller does not take part in.';

create function private.has_assistant(p_conversation_id uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.conversation_participants p
     where p.conversation_id = p_conversation_id and p.role = 'ai_assistant' and p.is_active
  )
$$;
comment on function private.has_assistant(uuid) is 'Whether the assistant takes part in a conversation, and so answers in it.';

create function private.request_room(p_request_id uuid) returns uuid
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  select coalesce(
    (select r.primary_conversation_id from public.requests r
      where r.id = p_request_id and not private.has_operator(r.primary_conversation_id)),
    (select c.id from public.conversations c
      where c.request_id = p_request_id and c.type = 'rfp_negotiation' and not private.has_operator(c.id)
      order by c.created_at, c.id limit 1),
    public.get_or_create_request_conversation(p_request_id)
  )
$$;
comment on function private.request_room(uuid) is
  'The room in which broker and assistant talk about a request; never one that an operator can read.';

create function private.post_note(
  p_id uuid, p_conversation_id uuid, p_sender_type public.message_sender_type, p_content_type public.message_content_type,
  p_content text, p_rich_content jsonb default null, p_metadata jsonb default '{}'
) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.messages (id, conversation_id, sender_type, sender_name, content_type, content, rich_content, status, metadata)
  values (p_id, p_conversation_id, p_sender_type, 'JetVision', p_content_type, p_content, p_rich_content, 'sent', p_metadata)
  on conflict (id) do nothing;
  return p_id;
end
$$;
comment on function private.post_note(
  uuid, uuid, public.message_sender_type, public.message_content_type, text, jsonb, jsonb
) is 'Writes a message of the assistant or of the system, once for each id.';

-- Money crosses every border as text: a JSON number would lose its cents on the way through a float.
create function private.quote_json(q public.quotes) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(q) || jsonb_build_object(
    'base_price', q.base_price::text, 'fuel_surcharge', q.fuel_surcharge::text, 'taxes', q.taxes::text,
    'fees', q.fees::text, 'total_price', q.total_price::text)
$$;
comment on function private.quote_json(public.quotes) is 'A quote as JSON, with its money as decimal text.';

create function private.request_segments(r public.requests) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(r.metadata -> 'segments') = 'array' and r.metadata -> 'segments' <> '[]' then r.metadata -> 'segments'
    else (
      select jsonb_agg(jsonb_build_object('departure_airport', leg.departure, 'arrival_airport', leg.arrival,
               'departure_date', leg.day, 'departure_time', null, 'passengers', r.passengers) order by leg.position)
        from (values
          (1, r.departure_airport, r.arrival_airport, r.departure_date),
          (2, r.arrival_airport, r.departure_airport, r.return_date)
        ) as leg (position, departure, arrival, day)
       where leg.day is not null)
  end
$$;
comment on function private.request_segments(public.requests) is
  'The flights of a request, in order: those that are written down, else the way out and, with a return date, the way back.';

create function private.request_json(r public.requests) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(r) || jsonb_build_object(
    'budget', r.budget::text,
    'segments', private.request_segments(r),
    'client', (
      select jsonb_build_object('id', c.id, 'company_name', c.company_name)
        from public.client_profiles c where c.id = r.client_profile_id))
$$;
comment on function private.request_json(public.requests) is
  'A request as JSON, as its broker reads it: with its flights, its client, and its money as decimal text.';

create function private.proposal_json(p public.proposals) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select to_jsonb(p) - 'email_body' - 'file_url' || jsonb_build_object(
    'total_amount', p.total_amount::text, 'margin_applied', p.margin_applied::text, 'final_amount', p.final_amount::text,
    'currency', coalesce(p.metadata ->> 'currency', 'USD'))
$$;
comment on function private.proposal_json(public.proposals) is
  'A proposal as JSON, with its money as decimal text; without its e-mail, in which the client''s link stands.';

-- How long a worker may hold what it claimed without saying that it lives.
create function private.lease_time() returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
as $$ select interval '60 seconds' $$;
comment on function private.lease_time() is 'The length of a lease: whoever does not renew it within this time has lost it.';
