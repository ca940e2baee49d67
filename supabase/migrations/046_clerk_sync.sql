-- Agents follow Clerk. Its webhooks come twice, late and in any order, so each says when it happened, and what is older than
-- what is known changes nothing. A deleted user stays deleted, also for an agent that we hear of only afterwards.

create table private.clerk_users (
  clerk_user_id text primary key,
  occurred_at timestamptz not null,
  deleted_at timestamptz
);

create function public.sync_clerk_user(
  p_event_type text, p_clerk_user_id text, p_email text default null, p_full_name text default null,
  p_occurred_at timestamptz default null, p_role text default null
) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_at timestamptz := coalesce(p_occurred_at, clock_timestamp());
  v_email text := lower(btrim(p_email));
  v_known private.clerk_users;
  v_agent uuid;
begin
  if p_event_type is null or p_event_type not in ('user.created', 'user.updated', 'user.deleted') or coalesce(p_clerk_user_id, '') = '' then
    raise exception using errcode = 'PT422', message = 'Clerk tells of users who are created, updated or deleted';
  end if;
  -- Two events of one user wait for each other here.
  insert into private.clerk_users (clerk_user_id, occurred_at)
  values (p_clerk_user_id, coalesce(
    (select to_timestamp((a.metadata ->> 'clerk_updated_at')::numeric / 1000) from public.iso_agents a where a.clerk_user_id = p_clerk_user_id),
    '-infinity'))
  on conflict do nothing;
  select * into v_known from private.clerk_users where clerk_user_id = p_clerk_user_id for update;
  select a.id into v_agent from public.iso_agents a where a.clerk_user_id = p_clerk_user_id;

  if p_event_type = 'user.deleted' then
    update private.clerk_users set deleted_at = coalesce(deleted_at, v_at), occurred_at = greatest(occurred_at, v_at)
     where clerk_user_id = p_clerk_user_id;
    update public.iso_agents set is_active = false, online_status = 'offline' where id = v_agent and is_active;
    return jsonb_build_object('applied', v_known.deleted_at is null, 'iso_agent_id', v_agent);
  end if;
  if v_known.deleted_at is not null or v_at < v_known.occurred_at then
    return jsonb_build_object('applied', false, 'iso_agent_id', v_agent);
  end if;
  if coalesce(v_email, '') = '' then
    raise exception using errcode = 'PT422', message = 'A user needs an e-mail address';
  end if;

  -- An address belongs to whoever has it now: it is taken from an agent who has left, never from one who is active.
  update public.iso_agents set
    email = id || '@left.invalid', metadata = metadata || jsonb_build_object('former_email', email)
   where email = v_email and not is_active and id is distinct from v_agent;
  if exists (select from public.iso_agents a where a.email = v_email and a.id is distinct from v_agent) then
    raise exception using errcode = 'PT409', message = 'Another active agent has this e-mail address';
  end if;

  insert into public.iso_agents as a (clerk_user_id, email, full_name, role, metadata)
  values (
    p_clerk_user_id, v_email, coalesce(nullif(btrim(p_full_name), ''), v_email),
    case p_role when 'admin' then 'admin' else 'iso_agent' end::public.user_role,
    jsonb_build_object('clerk_updated_at', floor(extract(epoch from v_at) * 1000)))
  on conflict (clerk_user_id) do update set
    email = excluded.email,
    full_name = excluded.full_name,
    role = case when p_role in ('iso_agent', 'admin') then excluded.role else a.role end,
    metadata = a.metadata || excluded.metadata
  returning a.id into v_agent;
  update private.clerk_users set occurred_at = v_at where clerk_user_id = p_clerk_user_id;
  return jsonb_build_object('applied', true, 'iso_agent_id', v_agent);
end
$$;
comment on function public.sync_clerk_user(text, text, text, text, timestamptz, text) is
  'Brings an agent in step with what Clerk says: created and updated give name, address and (if told) role; deleted makes inactive, for good. Repeated and late events change nothing. PT409 while another active agent has the address: try again later.';

grant execute on function public.sync_clerk_user(text, text, text, text, timestamptz, text) to service_role;
