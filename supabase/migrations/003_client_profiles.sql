-- Who flies and pays: a broker's own customers.

create table public.client_profiles (
  id uuid primary key default gen_random_uuid(),
  iso_agent_id uuid not null references public.iso_agents (id),
  company_name text not null check (btrim(company_name) <> ''),
  contact_name text,
  email text,
  phone text,
  preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
  notes text,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

comment on column public.client_profiles.preferences is
  'preferred_aircraft, dietary_restrictions, preferred_amenities, budget_range';

create index client_profiles_iso_agent_created_idx on public.client_profiles (iso_agent_id, created_at desc, id desc);
