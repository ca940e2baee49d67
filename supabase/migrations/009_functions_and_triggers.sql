-- Who is asking, and what the core tables guard by themselves: updated_at, protected columns, the lifecycles.

-- Security definer, so that policies on iso_agents can call it without asking themselves.
create function public.get_current_iso_agent_id() returns uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select id from public.iso_agents where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active $$;
comment on function public.get_current_iso_agent_id() is
  'The active agent whose Clerk id is the subject of the caller''s token. Null for anyone else, and null owns nothing.';

create function public.is_admin() returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.iso_agents
      where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active and role = 'admin'
    )
  $$;
comment on function public.is_admin() is
  'Whether the caller is an active agent with the role admin.';

create function public.owns_resource(resource_iso_agent_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$ select coalesce(resource_iso_agent_id = public.get_current_iso_agent_id(), false) $$;
comment on function public.owns_resource(uuid) is
  'Whether the given iso_agent_id is the caller''s own.';

create function private.readable_agent_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    with me as (
      select id, role from public.iso_agents where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active
    )
    select id from me
    union all
    select a.id from me join public.iso_agents a on a.id <> me.id where me.role = 'admin'
  $$;
comment on function private.readable_agent_ids() is 'The agents whose rows the caller may read: oneself, for an admin everyone.';

-- The setting `role` survives inside security definer functions, where current_user is already their owner.
create function private.is_system() returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$
    select coalesce(nullif(pg_catalog.current_setting('role', true), 'none'), session_user)
      not in ('anon', 'authenticated', 'authenticator')
  $$;
comment on function private.is_system() is
  'Whether the call comes from the service itself (service role, a migration, a job) and not from a signed-in person.';

-- Only for triggers that are not security definer: there current_user is still the person's role.
create function private.is_plain_broker() returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select current_user in ('anon', 'authenticated') and not (select public.is_admin()) $$;
comment on function private.is_plain_broker() is
  'Whether a person writes to the table directly, not through one of our functions, and is no admin.';

grant execute on function public.get_current_iso_agent_id(), public.is_admin(), public.owns_resource(uuid)
  to authenticated, service_role;
grant execute on function private.is_system(), private.is_plain_broker(), private.readable_agent_ids() to authenticated, service_role;
grant usage on schema private to authenticated, service_role; -- triggers call into it; no table there is granted

create function public.update_updated_at_column() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      new.updated_at := now();
      return new;
    end
  $$;
comment on function public.update_updated_at_column() is
  'Sets updated_at to the time of the change.';

-- Row level security is per row; this guards columns.
create function private.protect_columns() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    declare
      before jsonb;
      after jsonb;
      protected text;
    begin
      if not private.is_plain_broker() then
        return new;
      end if;
      before := to_jsonb(old);
      after := to_jsonb(new);
      foreach protected in array tg_argv loop
        if before -> protected is distinct from after -> protected then
          raise exception using errcode = '42501',
            message = format('%s.%s cannot be changed', tg_table_name, protected);
        end if;
      end loop;
      return new;
    end
  $$;
comment on function private.protect_columns() is
  'Refuses a broker''s direct change of the columns that are named in the trigger''s arguments.';

create function private.is_request_transition(from_status public.request_status, to_status public.request_status)
  returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
    select case
      when from_status in ('completed', 'cancelled') then false
      when to_status = 'cancelled' then true
      when from_status = 'failed' then to_status = 'pending'
      when to_status = 'failed' then true
      else (from_status::text || ' > ' || to_status::text) in (
        'draft > pending',
        'draft > analyzing',
        'pending > analyzing',
        'analyzing > fetching_client_data',
        'fetching_client_data > searching_flights',
        'fetching_client_data > analyzing',
        'searching_flights > trip_created',
        'searching_flights > analyzing',
        'trip_created > awaiting_user_action',
        'trip_created > avinode_session_active',
        'trip_created > monitoring_for_quotes',
        'awaiting_user_action > avinode_session_active',
        'awaiting_user_action > monitoring_for_quotes',
        'avinode_session_active > monitoring_for_quotes',
        'monitoring_for_quotes > awaiting_quotes',
        'monitoring_for_quotes > analyzing_proposals',
        'awaiting_quotes > analyzing_proposals',
        'analyzing_proposals > generating_email',
        'analyzing_proposals > awaiting_quotes',
        'generating_email > sending_proposal',
        'generating_email > analyzing_proposals',
        'sending_proposal > completed',
        'sending_proposal > analyzing_proposals',
        'sending_proposal > generating_email'
      )
    end
  $$;
comment on function private.is_request_transition(public.request_status, public.request_status) is
  'Which changes of a request''s status are legal. Completed and cancelled are final.';

create function private.guard_request_status() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      if tg_op = 'INSERT' then
        if new.status not in ('draft', 'pending', 'analyzing') and private.is_plain_broker() then
          raise exception using errcode = 'PT409', message = format('A request cannot begin as %s', new.status);
        end if;
      elsif new.status <> old.status and not private.is_request_transition(old.status, new.status) then
        raise exception using errcode = 'PT409',
          message = format('A request that is %s cannot become %s', old.status, new.status);
      end if;
      return new;
    end
  $$;
comment on function private.guard_request_status() is
  'Refuses an illegal step of a request (PT409).';

create function private.record_request_status() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      entered timestamptz := clock_timestamp();
    begin
      if tg_op = 'UPDATE' then
        update public.workflow_states
          set state_duration_ms = greatest(0, round(extract(epoch from entered - state_entered_at) * 1000))
          where request_id = new.id and state_duration_ms is null;
      end if;
      insert into public.workflow_states
        (request_id, current_state, previous_state, agent_id, metadata, error_message, retry_count, state_entered_at)
      values (
        new.id,
        new.status,
        case when tg_op = 'UPDATE' then old.status end,
        nullif(current_setting('jetvision.agent', true), ''),
        coalesce(nullif(current_setting('jetvision.metadata', true), '')::jsonb, '{}'),
        nullif(current_setting('jetvision.error', true), ''),
        case when tg_op = 'UPDATE' and old.status = 'failed' then
          (select count(*) from public.workflow_states where request_id = new.id and current_state = 'failed')
        else 0 end,
        entered
      );
      return null;
    end
  $$;
comment on function private.record_request_status() is
  'Writes workflow_states: how long the state before took, and the one that begins. Who did it and why comes from the transaction''s settings jetvision.agent, .metadata and .error.';

create function private.is_proposal_transition(from_status public.proposal_status, to_status public.proposal_status)
  returns boolean
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
    select (from_status::text || ' > ' || to_status::text) in (
      'draft > generated', 'draft > expired',
      'generated > sent', 'generated > expired',
      'sent > viewed', 'sent > accepted', 'sent > rejected', 'sent > expired',
      'viewed > accepted', 'viewed > rejected', 'viewed > expired'
    )
  $$;
comment on function private.is_proposal_transition(public.proposal_status, public.proposal_status) is
  'Which changes of a proposal''s status are legal. An answer is final; what was never sent can only lapse.';

create function private.guard_proposal_status() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      if tg_op = 'UPDATE' and new.status = old.status then
        return new;
      end if;
      if tg_op = 'UPDATE' and not private.is_proposal_transition(old.status, new.status) then
        raise exception using errcode = 'PT409',
          message = format('A proposal that is %s cannot become %s', old.status, new.status);
      end if;
      if new.status in ('sent', 'viewed', 'accepted', 'rejected') and private.is_plain_broker() then
        raise exception using errcode = 'PT403', message = format('A proposal cannot be marked %s by hand', new.status);
      end if;
      return new;
    end
  $$;
comment on function private.guard_proposal_status() is
  'Refuses an illegal step of a proposal (PT409), and marking it by hand as sent, seen or answered (PT403): that is the service''s to say.';

grant execute on function
  private.is_request_transition(public.request_status, public.request_status),
  private.is_proposal_transition(public.proposal_status, public.proposal_status)
  to authenticated, service_role;

create trigger iso_agents_updated_at before update on public.iso_agents
  for each row execute function public.update_updated_at_column();
create trigger client_profiles_updated_at before update on public.client_profiles
  for each row execute function public.update_updated_at_column();
create trigger requests_updated_at before update on public.requests
  for each row execute function public.update_updated_at_column();
create trigger quotes_updated_at before update on public.quotes
  for each row execute function public.update_updated_at_column();
create trigger proposals_updated_at before update on public.proposals
  for each row execute function public.update_updated_at_column();

create trigger requests_guard_status before insert or update of status on public.requests
  for each row execute function private.guard_request_status();
create trigger requests_record_inserted after insert on public.requests
  for each row execute function private.record_request_status();
create trigger requests_record_status after update of status on public.requests
  for each row when (old.status is distinct from new.status) execute function private.record_request_status();
create trigger proposals_guard_status before insert or update of status on public.proposals
  for each row execute function private.guard_proposal_status();
