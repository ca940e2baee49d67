-- Brokers and the admin staff, kept in step with Clerk. Each is a tenant.

create table public.iso_agents (
  id uuid primary key default gen_random_uuid(),
  clerk_user_id text not null unique check (clerk_user_id <> ''),
  email text not null unique,
  full_name text not null,
  role public.user_role not null default 'iso_agent',
  margin_type public.margin_type not null default 'percentage',
  margin_value numeric(12, 2) not null default 0 check (margin_value >= 0),
  is_active boolean not null default true,
  metadata jsonb not null default '{}',
  notification_preferences jsonb not null default '{}',
  last_seen_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index iso_agents_email_lower_idx on public.iso_agents (lower(email));
