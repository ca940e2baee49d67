-- Operators as Avinode knows them. They belong to no tenant.

create type public.preferred_contact as enum ('avinode', 'email', 'both');

create table public.operator_profiles (
  id uuid primary key default gen_random_uuid(),
  avinode_operator_id text not null unique,
  avinode_company_id text,
  company_name text not null,
  contact_name text,
  contact_email text,
  contact_phone text,
  aoc_number text,
  country_code text,
  region text,
  operator_rating numeric(3, 2) check (operator_rating between 0 and 5),
  fleet_size integer check (fleet_size >= 0),
  aircraft_types text[] not null default '{}',
  certifications text[] not null default '{}',
  preferred_contact public.preferred_contact not null default 'avinode',
  notification_prefs jsonb not null default '{}',
  is_active boolean not null default true,
  is_preferred_partner boolean not null default false,
  metadata jsonb not null default '{}',
  last_synced_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index operator_profiles_company_name_idx on public.operator_profiles (company_name, id) where is_active;
create index operator_profiles_preferred_idx on public.operator_profiles (company_name) where is_preferred_partner;

create trigger operator_profiles_updated_at before update on public.operator_profiles
  for each row execute function public.update_updated_at_column();
