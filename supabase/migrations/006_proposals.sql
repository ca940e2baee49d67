-- Our answer to the client: a quote with the margin added, as a PDF. total + margin = final, to the cent.

create table public.proposals (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references public.requests (id) on delete cascade,
  iso_agent_id uuid not null references public.iso_agents (id),
  quote_id uuid references public.quotes (id),
  client_profile_id uuid references public.client_profiles (id),
  file_name text,
  file_url text,
  file_path text,
  file_size_bytes bigint check (file_size_bytes >= 0),
  mime_type text default 'application/pdf',
  proposal_number text unique,
  title text,
  description text,
  total_amount numeric(12, 2) check (total_amount >= 0),
  margin_applied numeric(12, 2) check (margin_applied >= 0),
  final_amount numeric(12, 2) check (final_amount >= 0),
  status public.proposal_status not null default 'draft',
  generated_at timestamptz,
  sent_at timestamptz,
  viewed_at timestamptz,
  accepted_at timestamptz,
  rejected_at timestamptz,
  expired_at timestamptz,
  sent_to_email text,
  sent_to_name text,
  email_subject text,
  email_body text,
  email_message_id text,
  view_count integer not null default 0 check (view_count >= 0),
  download_count integer not null default 0 check (download_count >= 0),
  last_viewed_at timestamptz,
  last_downloaded_at timestamptz,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint proposals_amounts_add_up check (final_amount = total_amount + margin_applied),
  -- The client's page hands this file out with the service's rights.
  constraint proposals_own_file check (file_path ~ ('^proposals/' || request_id || '/[A-Za-z0-9][A-Za-z0-9._-]*$'))
);

create index proposals_iso_agent_created_idx on public.proposals (iso_agent_id, created_at desc, id desc);
create index proposals_iso_agent_status_idx on public.proposals (iso_agent_id, status);
create index proposals_request_idx on public.proposals (request_id, created_at desc);
create index proposals_quote_idx on public.proposals (quote_id);
create index proposals_client_profile_idx on public.proposals (client_profile_id);
create index proposals_awaiting_answer_idx on public.proposals (sent_at) where status in ('sent', 'viewed');
