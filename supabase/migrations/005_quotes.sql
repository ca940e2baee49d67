-- An operator's priced answer to a request. Prices are net: the client never sees them.

create table public.quotes (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references public.requests (id) on delete cascade,
  operator_id text,
  operator_name text not null,
  base_price numeric(12, 2) check (base_price >= 0),
  fuel_surcharge numeric(12, 2) check (fuel_surcharge >= 0),
  taxes numeric(12, 2) check (taxes >= 0),
  fees numeric(12, 2) check (fees >= 0),
  total_price numeric(12, 2) not null check (total_price >= 0),
  aircraft_type text,
  aircraft_tail_number text,
  aircraft_details jsonb not null default '{}',
  availability_confirmed boolean not null default false,
  valid_until timestamptz,
  score integer check (score between 0 and 100),
  ranking integer check (ranking > 0),
  analysis_notes text,
  status public.quote_status not null default 'received',
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index quotes_request_ranking_idx on public.quotes (request_id, ranking);
create index quotes_request_status_idx on public.quotes (request_id, status);
create index quotes_valid_until_idx on public.quotes (valid_until)
  where status in ('pending', 'received', 'analyzed');
