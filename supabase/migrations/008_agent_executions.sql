-- One row per run of an agent: what went in, what came out, how long it took.

create table public.agent_executions (
  id uuid primary key default gen_random_uuid(),
  request_id uuid references public.requests (id) on delete cascade,
  agent_type public.agent_type not null,
  agent_id text,
  input_data jsonb,
  output_data jsonb,
  execution_time_ms bigint check (execution_time_ms >= 0),
  status public.execution_status not null default 'pending',
  error_message text,
  error_stack text,
  retry_count integer not null default 0 check (retry_count >= 0),
  metadata jsonb not null default '{}',
  started_at timestamptz,
  completed_at timestamptz,
  created_at timestamptz not null default now()
);

create index agent_executions_request_idx on public.agent_executions (request_id, created_at desc);
create index agent_executions_failed_idx on public.agent_executions (created_at desc)
  where status in ('failed', 'timeout');
create index agent_executions_failed_request_idx on public.agent_executions (request_id)
  where status in ('failed', 'timeout');
create index agent_executions_running_idx on public.agent_executions (started_at)
  where status in ('pending', 'running');
create index agent_executions_broker_idx on public.agent_executions ((metadata ->> 'iso_agent_id'), created_at desc);
-- A run that is for no request is found by the one in whose name it was; of nobody, by an empty name.
create index agent_executions_of_no_request_idx on public.agent_executions ((coalesce(metadata ->> 'iso_agent_id', '')))
  where request_id is null;
