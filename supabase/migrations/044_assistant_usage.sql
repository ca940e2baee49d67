-- What the assistant has used up for one broker, so that a limit for the day can hold. The executions are the ledger: there is no
-- second count that could differ from them.

create function public.assistant_usage(p_iso_agent_id uuid, p_since timestamptz) returns jsonb
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'tokens', coalesce(sum((e.metadata -> 'tokens' ->> 'total')::bigint), 0),
    'cost_usd', coalesce(sum((e.metadata ->> 'cost_usd')::numeric), 0)
  )
    from public.agent_executions e
   where e.metadata ->> 'iso_agent_id' = p_iso_agent_id::text and e.created_at >= p_since
$$;
comment on function public.assistant_usage(uuid, timestamptz) is
  'Tokens and US dollars that all runs of all agents for one broker have taken since then.';

grant execute on function public.assistant_usage(uuid, timestamptz) to service_role;
