-- Several connections to Avinode, one for each company: a notification is stored under the connection whose credentials it came
-- with, and changes only requests of brokers who belong to that connection.

create table private.agent_connections (
  iso_agent_id uuid primary key references public.iso_agents (id) on delete cascade,
  connection text not null check (connection ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
comment on table private.agent_connections is
  'The Avinode connection of a broker''s company, where that is not the one named default.';

create function private.connection_of(p_iso_agent_id uuid) returns text
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce((select a.connection from private.agent_connections a where a.iso_agent_id = p_iso_agent_id), 'default')
$$;
comment on function private.connection_of(uuid) is 'The Avinode connection that a broker works through.';

create function public.set_agent_connection(p_iso_agent_id uuid, p_connection text) returns void
  language sql volatile security definer set search_path = pg_catalog, pg_temp
as $$
  insert into private.agent_connections (iso_agent_id, connection) values (p_iso_agent_id, p_connection)
  on conflict (iso_agent_id) do update set connection = excluded.connection
$$;
comment on function public.set_agent_connection(uuid, text) is
  'Says through which Avinode connection a broker works. Requests follow their broker.';

create function public.agent_connection(p_iso_agent_id uuid) returns text
  language sql stable security definer set search_path = pg_catalog, pg_temp
as $$
  select private.connection_of(p_iso_agent_id)
$$;
comment on function public.agent_connection(uuid) is
  'The Avinode connection through which whatever a broker does reaches Avinode.';

grant execute on function public.set_agent_connection(uuid, text), public.agent_connection(uuid) to service_role;
