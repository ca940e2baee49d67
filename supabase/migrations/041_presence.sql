-- Who is there. A broker is online while a page of theirs is open, away when nothing was done on it for ten minutes, offline
-- when it is gone; what they chose themselves (busy, away, offline) holds as long as the page is open. Every API process says
-- twice a minute whose pages it serves, so that it does not matter how many there are, or that one dies.

create table private.presence (
  iso_agent_id uuid primary key references public.iso_agents (id) on delete cascade,
  chosen public.online_status,
  seen_at timestamptz not null default '-infinity',
  active_at timestamptz not null default '-infinity'
);
comment on column private.presence.chosen is 'What the broker chose; null for what follows from the open pages';
comment on column private.presence.seen_at is 'When a page was last known to be open';
comment on column private.presence.active_at is 'When the broker last did something';

create function private.present(p private.presence) returns public.online_status
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case
    when p.seen_at < clock_timestamp() - interval '75 seconds' then 'offline'
    when p.chosen is not null then p.chosen
    when p.active_at < clock_timestamp() - interval '10 minutes' then 'away'
    else 'online'
  end::public.online_status
$$;
comment on function private.present(private.presence) is 'What others see of a broker now.';

create function public.note_presence(p_here jsonb) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- One process after the other: each writes many brokers' rows.
  perform pg_advisory_xact_lock(hashtextextended('presence', 0));
  insert into private.presence as p (iso_agent_id, seen_at, active_at)
  select here.iso_agent_id,
         case when here.is_open then clock_timestamp() else '-infinity' end,
         case when here.is_open or here.is_active then clock_timestamp() else '-infinity' end
    from jsonb_to_recordset(p_here) as here (iso_agent_id uuid, is_open boolean, is_active boolean)
    join public.iso_agents a on a.id = here.iso_agent_id
  on conflict (iso_agent_id) do update set
    seen_at = greatest(p.seen_at, excluded.seen_at),
    active_at = case
      when (select here.is_active from jsonb_to_recordset(p_here) as here (iso_agent_id uuid, is_active boolean)
             where here.iso_agent_id = p.iso_agent_id limit 1)
        -- A page that opens is somebody's doing.
        or (excluded.seen_at > p.seen_at and private.present(p) = 'offline') then clock_timestamp()
      else p.active_at
    end;
  update public.iso_agents a set
    online_status = private.present(p),
    last_seen_at = case when here.iso_agent_id is not null then clock_timestamp() else a.last_seen_at end
    from private.presence p
    left join jsonb_to_recordset(p_here) as here (iso_agent_id uuid) on here.iso_agent_id = p.iso_agent_id
   where a.id = p.iso_agent_id
     and (here.iso_agent_id is not null or (a.online_status <> 'offline' and a.online_status <> private.present(p)));
end
$$;
comment on function public.note_presence(jsonb) is
  'An API process says whose pages it has open and who did something: [{iso_agent_id, is_open, is_active}]. Brings everybody''s online_status up to date, also of those who are gone.';

create function public.set_presence(p_status public.online_status) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_agent uuid := private.require_agent();
begin
  perform pg_advisory_xact_lock(hashtextextended('presence', 0));
  insert into private.presence as p (iso_agent_id, chosen, seen_at, active_at)
  values (v_agent, nullif(p_status, 'online'), clock_timestamp(), clock_timestamp())
  on conflict (iso_agent_id) do update set chosen = excluded.chosen, seen_at = excluded.seen_at, active_at = excluded.active_at;
  update public.iso_agents set online_status = p_status, last_seen_at = clock_timestamp() where id = v_agent;
end
$$;
comment on function public.set_presence(public.online_status) is
  'What the caller wants others to see while a page is open; online means: what is true.';

create function private.announce_presence() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.announce('presence', null, (
    select coalesce(array_agg(distinct other.iso_agent_id), '{}') || new.id
      from public.conversation_participants mine
      join public.conversation_participants other on other.conversation_id = mine.conversation_id
       and other.is_active and other.iso_agent_id <> new.id
     where mine.iso_agent_id = new.id and mine.is_active),
    jsonb_build_object('iso_agent_id', new.id, 'name', left(new.full_name, 200), 'online_status', new.online_status, 'last_seen_at', new.last_seen_at));
  return null;
end
$$;
comment on function private.announce_presence() is 'Tells everybody who shares a conversation with a broker that the broker came, went or is busy.';
create trigger iso_agents_announce_presence after update of online_status on public.iso_agents
  for each row when (old.online_status is distinct from new.online_status) execute function private.announce_presence();

grant execute on function public.note_presence(jsonb) to service_role;
grant execute on function public.set_presence(public.online_status) to authenticated;
