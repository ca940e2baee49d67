-- The client's side of a proposal: a number of its own, and an unguessable link that needs no login. Only the link's hash is
-- kept, and what can be read through it names neither the operator nor what the operator asks.

create table private.proposal_numbers (
  year integer primary key,
  last_number integer not null
);

create function private.number_proposal() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_year integer := extract(year from now() at time zone 'UTC');
begin
  -- The counter's row is locked until the insert is through; a number that was written by hand is passed over.
  while new.proposal_number is null
    or exists (select from public.proposals p where p.proposal_number = new.proposal_number) loop
    insert into private.proposal_numbers as n (year, last_number) values (v_year, 1)
    on conflict (year) do update set last_number = n.last_number + 1
    returning format('PROP-%s-%s', n.year, lpad(n.last_number::text, greatest(3, length(n.last_number::text)), '0'))
      into new.proposal_number;
  end loop;
  return new;
end
$$;
comment on function private.number_proposal() is 'Gives a new proposal the next number of its year, such as PROP-2025-001; none is given twice.';
create trigger proposals_number before insert on public.proposals
  for each row when (new.proposal_number is null) execute function private.number_proposal();

create table private.proposal_links (
  token_hash text primary key check (token_hash ~ '^[0-9a-f]{64}$'),
  proposal_id uuid not null references public.proposals (id) on delete cascade,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default clock_timestamp()
);
create index proposal_links_proposal_idx on private.proposal_links (proposal_id);

create function public.create_proposal_link(p_proposal_id uuid, p_token_hash text, p_expires_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform from public.proposals p where p.id = p_proposal_id and p.iso_agent_id = private.require_agent() for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The proposal was not found';
  end if;
  if p_token_hash !~ '^[0-9a-f]{64}$' or p_expires_at is null or p_expires_at <= clock_timestamp() then
    raise exception using errcode = 'PT422', message = 'A link needs the hash of its token and a time in the future';
  end if;
  update private.proposal_links set revoked_at = clock_timestamp()
   where proposal_id = p_proposal_id and revoked_at is null and token_hash <> p_token_hash;
  insert into private.proposal_links (token_hash, proposal_id, expires_at) values (p_token_hash, p_proposal_id, p_expires_at)
  on conflict (token_hash) do nothing;
end
$$;
comment on function public.create_proposal_link(uuid, text, timestamptz) is
  'Makes the client''s link to a proposal of the caller; older links of it stop working. PT404 for a proposal of others.';

-- What the client may know of the aircraft: no name, no price, nothing that another company wrote as free text.
create function private.client_aircraft_details(p_details jsonb) returns jsonb
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_object_agg(key, value), '{}')
    from jsonb_each(case jsonb_typeof(p_details) when 'object' then p_details else '{}' end)
   where key in ('category', 'aircraft_category', 'seats', 'max_passengers', 'max_pax', 'passenger_capacity', 'year', 'year_built', 'year_of_make', 'year_of_refurbishment',
     'range_nm', 'cruise_speed_knots', 'wifi', 'lavatory', 'pets_allowed', 'smoking_allowed', 'amenities',
     'luggage_capacity', 'cabin_height', 'flight_minutes', 'block_minutes', 'distance_nm')
$$;
comment on function private.client_aircraft_details(jsonb) is 'The facts of an aircraft that a client may see.';

create function private.proposal_for_client(p_proposal_id uuid) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'proposal', jsonb_build_object(
      'id', p.id, 'proposal_number', p.proposal_number, 'title', p.title, 'description', p.description, 'status', p.status,
      'final_amount', p.final_amount::text, 'currency', coalesce(q.metadata ->> 'currency', 'USD'),
      'file_path', p.file_path, 'file_name', p.file_name,
      'expires_at', (select max(l.expires_at) from private.proposal_links l where l.proposal_id = p.id and l.revoked_at is null),
      'accepted_at', p.accepted_at, 'rejected_at', p.rejected_at),
    'request', jsonb_build_object(
      'departure_airport', r.departure_airport, 'arrival_airport', r.arrival_airport, 'departure_date', r.departure_date,
      'return_date', r.return_date, 'passengers', r.passengers, 'segments', coalesce(r.metadata -> 'segments', '[]'),
      'special_requirements', r.special_requirements),
    'aircraft', jsonb_build_object(
      'type', q.aircraft_type, 'tail_number', q.aircraft_tail_number, 'details', private.client_aircraft_details(q.aircraft_details)),
    'broker', jsonb_build_object('full_name', a.full_name, 'email', a.email),
    'client', jsonb_build_object('company_name', c.company_name, 'contact_name', c.contact_name))
    from public.proposals p
    join public.requests r on r.id = p.request_id
    join public.iso_agents a on a.id = p.iso_agent_id
    left join public.quotes q on q.id = p.quote_id
    left join public.client_profiles c on c.id = coalesce(p.client_profile_id, r.client_profile_id)
   where p.id = p_proposal_id
$$;
comment on function private.proposal_for_client(uuid) is
  'A proposal as its client sees it: our price, the route, the aircraft; never the operator, its price or our margin.';

create function private.find_linked_proposal(p_token_hash text) returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select p.id from private.proposal_links l join public.proposals p on p.id = l.proposal_id
   where l.token_hash = p_token_hash and l.revoked_at is null and l.expires_at > clock_timestamp() and p.status <> 'expired'
$$;
comment on function private.find_linked_proposal(text) is 'The proposal that a link still opens, or null.';

create function public.open_proposal_link(p_token_hash text, p_event text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal_id uuid := private.find_linked_proposal(p_token_hash);
begin
  if p_event is null or p_event not in ('view', 'download', 'peek') then
    raise exception using errcode = 'PT422', message = 'A link is viewed, downloaded from, or peeked at';
  end if;
  if v_proposal_id is null then
    return null;
  end if;
  if p_event = 'view' then
    update public.proposals set
      view_count = view_count + 1, last_viewed_at = clock_timestamp(), viewed_at = coalesce(viewed_at, clock_timestamp()),
      status = case when status = 'sent' then 'viewed' else status end
     where id = v_proposal_id;
  elsif p_event = 'download' then
    update public.proposals set download_count = download_count + 1, last_downloaded_at = clock_timestamp()
     where id = v_proposal_id;
  end if;
  return private.proposal_for_client(v_proposal_id);
end
$$;
comment on function public.open_proposal_link(text, text) is
  'What the client''s page shows for a link, counting a view or a download (`peek` counts nothing). Null for a link that is unknown, expired or revoked.';

create function public.decide_proposal_link(p_token_hash text, p_decision text, p_name text, p_reason text, p_evidence jsonb) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal public.proposals;
  v_wanted public.proposal_status;
begin
  if p_decision is null or p_decision not in ('accept', 'reject') then
    raise exception using errcode = 'PT422', message = 'A decision is accept or reject';
  end if;
  if p_decision = 'accept' and coalesce(btrim(p_name), '') = '' then
    raise exception using errcode = 'PT422', message = 'Accepting needs the name of the person who accepts';
  end if;
  select * into v_proposal from public.proposals where id = private.find_linked_proposal(p_token_hash);
  if not found then
    raise exception using errcode = 'PT404', message = 'This proposal is no longer available';
  end if;
  -- Decisions about one request are made one after the other.
  perform from public.requests where id = v_proposal.request_id for no key update;
  select * into v_proposal from public.proposals
   where id = v_proposal.id and id = private.find_linked_proposal(p_token_hash) for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'This proposal is no longer available';
  end if;

  v_wanted := case p_decision when 'accept' then 'accepted' else 'rejected' end::public.proposal_status;
  if v_proposal.status in ('accepted', 'rejected') then
    if v_proposal.status <> v_wanted then
      raise exception using errcode = 'PT409', message = format('This proposal has been %s already', v_proposal.status);
    end if;
    return private.proposal_for_client(v_proposal.id);
  end if;
  if exists (
    select from public.proposals p where p.request_id = v_proposal.request_id and p.status = 'accepted'
  ) then
    raise exception using errcode = 'PT409', message = 'Another proposal for this trip has been accepted already';
  end if;
  perform private.answer_proposal(v_proposal, v_wanted, jsonb_strip_nulls(jsonb_build_object(
    'name', left(btrim(p_name), 200), 'reason', left(nullif(btrim(p_reason), ''), 2000), 'evidence', p_evidence,
    'decided_at', clock_timestamp())));
  return private.proposal_for_client(v_proposal.id);
end
$$;
comment on function public.decide_proposal_link(text, text, text, text, jsonb) is
  'The client''s answer. Accepting accepts the quote and completes the request; rejecting takes the request back to its quotes. The same answer again changes nothing, the contrary is PT409, an expired link PT404.';

create function private.answer_proposal(p_proposal public.proposals, p_status public.proposal_status, p_answer jsonb) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_request public.request_status;
  v_who text;
begin
  -- The e-mail is with the client, whether or not we have heard so.
  if p_proposal.status = 'draft' then
    update public.proposals set status = 'generated' where id = p_proposal.id;
  end if;
  update public.proposals set status = 'sent', sent_at = coalesce(sent_at, clock_timestamp())
   where id = p_proposal.id and status = 'generated';
  update public.proposals set
    status = p_status,
    accepted_at = case when p_status = 'accepted' then clock_timestamp() end,
    rejected_at = case when p_status = 'rejected' then clock_timestamp() end,
    metadata = metadata || jsonb_build_object('client_answer', p_answer)
   where id = p_proposal.id;

  if p_status = 'accepted' then
    perform private.choose_quote(p_proposal.quote_id);
    v_request := private.advance_forward(p_proposal.request_id, 'completed', 'client', jsonb_build_object('proposal_id', p_proposal.id));
  else
    select r.status into v_request from public.requests r where r.id = p_proposal.request_id;
    if v_request in ('generating_email', 'sending_proposal') then
      perform private.set_request_status(p_proposal.request_id, 'analyzing_proposals', 'client', jsonb_build_object('proposal_id', p_proposal.id));
    end if;
  end if;

  select coalesce(nullif(p_answer ->> 'name', ''), c.contact_name, c.company_name, 'The client') into v_who
    from public.requests r left join public.client_profiles c on c.id = coalesce(p_proposal.client_profile_id, r.client_profile_id)
   where r.id = p_proposal.request_id;
  perform private.post_note(private.derived_id('answer:' || p_proposal.id), private.request_room(p_proposal.request_id), 'system',
    'workflow_update',
    format('%s %s proposal %s.', v_who, p_status, p_proposal.proposal_number)
      || coalesce(' Reason: ' || (p_answer ->> 'reason'), ''),
    jsonb_build_object('card', 'proposal_answer', 'proposal_id', p_proposal.id, 'proposal_number', p_proposal.proposal_number,
      'decision', p_status, 'name', p_answer -> 'name', 'reason', p_answer -> 'reason'));
end
$$;
comment on function private.answer_proposal(public.proposals, public.proposal_status, jsonb) is
  'Writes the client''s answer into proposal, quote and request, and tells the broker in the request''s room.';

grant execute on function public.create_proposal_link(uuid, text, timestamptz) to authenticated;
grant execute on function public.open_proposal_link(text, text), public.decide_proposal_link(text, text, text, text, jsonb)
  to service_role;
