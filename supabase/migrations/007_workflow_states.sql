-- The history of a request: one row per state it entered. The row of the present state has no duration yet.

create table public.workflow_states (
  id uuid primary key default gen_random_uuid(),
  request_id uuid not null references public.requests (id) on delete cascade,
  current_state public.request_status not null,
  previous_state public.request_status,
  agent_id text,
  metadata jsonb not null default '{}',
  error_message text,
  retry_count integer not null default 0 check (retry_count >= 0),
  state_entered_at timestamptz not null default clock_timestamp(),
  state_duration_ms bigint check (state_duration_ms >= 0),
  created_at timestamptz not null default clock_timestamp()
);

create index workflow_states_request_entered_idx on public.workflow_states (request_id, state_entered_at);
create unique index workflow_states_request_open_idx on public.workflow_states (request_id)
  where state_duration_ms is null;
create index workflow_states_current_state_idx on public.workflow_states (current_state, state_entered_at)
  where state_duration_ms is null;
