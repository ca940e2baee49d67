-- Moving a request through its lifecycle, and the log of agent runs. Which step is legal is the table's own trigger's business.

create function private.set_request_status(
  p_request_id uuid, p_to public.request_status, p_agent text, p_metadata jsonb default '{}', p_error text default null
) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  perform set_config('jetvision.agent', coalesce(p_agent, ''), true);
  perform set_config('jetvision.metadata', coalesce(p_metadata, '{}')::text, true);
  perform set_config('jetvision.error', coalesce(p_error, ''), true);
  update public.requests set status = p_to where id = p_request_id;
  -- The next change in this transaction is somebody else's.
  perform set_config('jetvision.agent', '', true);
  perform set_config('jetvision.metadata', '', true);
  perform set_config('jetvision.error', '', true);
end
$$;
comment on function private.set_request_status(uuid, public.request_status, text, jsonb, text) is
  'Changes a request''s status and tells the history who did it and why. PT409 where the step is not legal.';

create function private.advance_forward(p_request_id uuid, p_to public.request_status, p_agent text, p_metadata jsonb default '{}')
  returns public.request_status
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_status public.request_status;
begin
  select r.status into v_status from public.requests r where r.id = p_request_id for no key update;
  -- Before trip_created a tool is at work, and it moves the request itself; failed and cancelled are not on the way.
  while v_status >= 'trip_created' and v_status < p_to and v_status < 'completed' loop
    v_status := (enum_range(v_status, null))[2];
    perform private.set_request_status(p_request_id, v_status, p_agent, p_metadata);
  end loop;
  return v_status;
end
$$;
comment on function private.advance_forward(uuid, public.request_status, text, jsonb) is
  'Brings a request that has its trip up to a later state, one legal step at a time. Never back, never out of a final state, never an error.';

create function public.advance_request(
  p_request_id uuid, p_to public.request_status, p_agent text default null, p_metadata jsonb default '{}', p_error text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_request public.requests;
begin
  select * into v_request from public.requests where id = p_request_id for no key update;
  if not found or not (private.is_system() or coalesce(public.owns_resource(v_request.iso_agent_id), false)) then
    raise exception using errcode = 'PT404', message = 'The request was not found';
  end if;
  if v_request.status <> p_to then
    perform private.set_request_status(p_request_id, p_to, p_agent, p_metadata, p_error);
    select * into v_request from public.requests where id = p_request_id;
  end if;
  return private.request_json(v_request);
end
$$;
comment on function public.advance_request(uuid, public.request_status, text, jsonb, text) is
  'Moves a request of the caller one step and records it in workflow_states. Being there already changes nothing; PT409 for an illegal step, PT404 for another broker''s request.';

create function public.log_execution(p_id uuid, p_row jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_before public.agent_executions;
  v_after public.agent_executions;
begin
  -- Two writers of one run: the second waits, then adds to what the first wrote.
  perform pg_advisory_xact_lock(hashtextextended('agent_executions:' || p_id, 0));
  select * into v_before from public.agent_executions where id = p_id;
  v_after := jsonb_populate_record(
    v_before,
    p_row || jsonb_build_object(
      'id', p_id,
      'metadata', coalesce(v_before.metadata, '{}') || coalesce(nullif(p_row -> 'metadata', 'null'), '{}'),
      'created_at', coalesce(v_before.created_at, now())
    )
  );
  v_after.status := coalesce(v_after.status, 'running');
  v_after.retry_count := coalesce(v_after.retry_count, 0);
  v_after.started_at := coalesce(v_after.started_at, clock_timestamp());
  if v_after.status in ('completed', 'failed', 'timeout') then
    v_after.completed_at := coalesce(v_after.completed_at, clock_timestamp());
    v_after.execution_time_ms := coalesce(
      v_after.execution_time_ms,
      greatest(0, round(1000 * extract(epoch from v_after.completed_at - v_after.started_at)))::bigint);
  end if;
  insert into public.agent_executions select v_after.*
  on conflict (id) do update set
    request_id = excluded.request_id, agent_type = excluded.agent_type, agent_id = excluded.agent_id,
    input_data = excluded.input_data, output_data = excluded.output_data, execution_time_ms = excluded.execution_time_ms,
    status = excluded.status, error_message = excluded.error_message, error_stack = excluded.error_stack,
    retry_count = excluded.retry_count, metadata = excluded.metadata, started_at = excluded.started_at,
    completed_at = excluded.completed_at;
end
$$;
comment on function public.log_execution(uuid, jsonb) is
  'Writes one run of an agent: first its beginning, later what came of it. Fields that a call does not name keep their value; metadata is merged.';

grant execute on function public.advance_request(uuid, public.request_status, text, jsonb, text) to authenticated, service_role;
grant execute on function public.log_execution(uuid, jsonb) to service_role;
