-- Dead letters: shown to the error monitor once for each time they die, and replayed by an administrator, who is written down.

create table private.dead_letter_notices (
  event_id uuid primary key references public.avinode_webhook_events (id) on delete cascade,
  died_at timestamptz not null
);
comment on table private.dead_letter_notices is 'Which death of a notification somebody has been told of.';

create function private.due_dead_letters(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('event_id', due.id) order by due.received_at desc), '[]')
    from (
      select e.id, e.received_at from public.avinode_webhook_events e
       where e.processing_status = 'dead_letter'
         and not exists (
           select from private.dead_letter_notices n where n.event_id = e.id and n.died_at = coalesce(e.processed_at, e.received_at))
       order by e.received_at desc limit p_limit
    ) due
$$;
comment on function private.due_dead_letters(integer) is 'Notifications that were given up, and nobody has been told yet.';

create function public.note_dead_letter(p_event_id uuid) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into private.dead_letter_notices (event_id, died_at)
  select e.id, coalesce(e.processed_at, e.received_at) from public.avinode_webhook_events e
   where e.id = p_event_id and e.processing_status = 'dead_letter'
  on conflict (event_id) do update set died_at = excluded.died_at
$$;
comment on function public.note_dead_letter(uuid) is
  'Notes that a dead letter has been explained. One that is replayed and dies again is to be explained anew.';

create function public.is_untold_dead_letter(p_event_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select from public.avinode_webhook_events e
     where e.id = p_event_id and e.processing_status = 'dead_letter'
       and not exists (
         select from private.dead_letter_notices n where n.event_id = e.id and n.died_at = coalesce(e.processed_at, e.received_at)))
$$;
comment on function public.is_untold_dead_letter(uuid) is
  'Whether a notification is given up and nobody has been told: a worker that was asked twice tells once.';

-- Who did what as an administrator. Rows are added, never changed.
create table private.admin_actions (
  id bigint generated always as identity primary key,
  iso_agent_id uuid not null references public.iso_agents (id),
  action text not null,
  subject_id uuid not null,
  details jsonb not null default '{}',
  done_at timestamptz not null default clock_timestamp()
);
create index admin_actions_subject_idx on private.admin_actions (subject_id, done_at desc);
create index admin_actions_agent_idx on private.admin_actions (iso_agent_id, done_at desc);

create function private.require_admin() returns uuid
  language plpgsql stable set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  if not exists (select from public.iso_agents a where a.id = v_agent and a.role = 'admin') then
    raise exception using errcode = 'PT403', message = 'Only administrators may do this';
  end if;
  return v_agent;
end
$$;
comment on function private.require_admin() is 'The calling administrator''s iso_agent_id. PT403 for everybody else.';

create function private.replay(p_agent uuid, p_event public.avinode_webhook_events) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.avinode_webhook_events set
    processing_status = 'pending', retry_count = 0, next_retry_at = null, processed_at = null
   where id = p_event.id;
  insert into private.admin_actions (iso_agent_id, action, subject_id, details)
  values (p_agent, 'replay_webhook_event', p_event.id, jsonb_build_object(
    'status', p_event.processing_status, 'retry_count', p_event.retry_count, 'error_message', p_event.error_message));
$$;
comment on function private.replay(uuid, public.avinode_webhook_events) is
  'Gives a notification all its retries back, and writes down who wanted that and what it had died of.';

create function public.replay_webhook_event(p_event_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_admin();
  v_event public.avinode_webhook_events;
begin
  select * into v_event from public.avinode_webhook_events e where e.id = p_event_id for update;
  if not found then
    raise exception using errcode = 'PT404', message = 'The event was not found';
  end if;
  if v_event.processing_status in ('failed', 'dead_letter', 'skipped') then
    perform private.replay(v_agent, v_event);
  elsif v_event.processing_status <> 'pending' then
    raise exception using errcode = 'PT409',
      message = format('This event is %s, so there is nothing to retry', v_event.processing_status);
  end if;
  return jsonb_build_object('event_id', p_event_id, 'replayed', v_event.processing_status <> 'pending');
end
$$;
comment on function public.replay_webhook_event(uuid) is
  'An administrator lets one notification be processed again; asked twice it is done once. PT409 while it is processed, or when it is completed.';

create function public.replay_dead_letters(p_event_ids uuid[] default null, p_limit integer default 1000) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_admin();
  v_event public.avinode_webhook_events;
  v_ids uuid[] := array[]::uuid[];
begin
  for v_event in
    select e.* from public.avinode_webhook_events e
     where e.processing_status = 'dead_letter' and (p_event_ids is null or e.id = any (p_event_ids))
     order by e.received_at, e.id
     limit least(greatest(coalesce(p_limit, 1000), 1), 1000)
     for update skip locked
  loop
    perform private.replay(v_agent, v_event);
    v_ids := v_ids || v_event.id;
  end loop;
  return jsonb_build_object(
    'event_ids', to_jsonb(v_ids),
    'remaining', (select count(*) from public.avinode_webhook_events e
      where e.processing_status = 'dead_letter' and (p_event_ids is null or e.id = any (p_event_ids))));
end
$$;
comment on function public.replay_dead_letters(uuid[], integer) is
  'An administrator lets dead letters be processed again: those named, or all of them, at most 1,000 at once and the oldest first. What is no dead letter any more is left alone.';

grant execute on function public.note_dead_letter(uuid), public.is_untold_dead_letter(uuid) to service_role;
grant execute on function public.replay_webhook_event(uuid), public.replay_dead_letters(uuid[], integer) to authenticated;
