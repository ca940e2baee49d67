-- What a broker wants done for a client, from draft to completed.

create table public.requests (
  id uuid primary key default gen_random_uuid(),
  iso_agent_id uuid not null references public.iso_agents (id),
  client_profile_id uuid references public.client_profiles (id),
  departure_airport text not null check (departure_airport ~ '^[A-Z0-9]{4}$'),
  arrival_airport text not null check (arrival_airport ~ '^[A-Z0-9]{4}$'),
  departure_date date not null,
  return_date date check (return_date >= departure_date),
  passengers integer not null check (passengers > 0),
  aircraft_type text,
  budget numeric(12, 2) check (budget >= 0),
  special_requirements text,
  status public.request_status not null default 'draft',
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index requests_iso_agent_created_idx on public.requests (iso_agent_id, created_at desc, id desc);
create index requests_iso_agent_status_idx on public.requests (iso_agent_id, status);
create index requests_client_profile_idx on public.requests (client_profile_id);
create index requests_status_updated_idx on public.requests (status, updated_at);
-- A list of a broker's requests, in the order of their ids, straight from an index.
create index requests_iso_agent_id_idx on public.requests (iso_agent_id, id);
