-- Finding messages, rooms and clients by a piece of a word anywhere. Everybody's messages together grow without end, so no search
-- looks through them: each broker who may read a message has an entry of his own for it, whose keys are the trigrams of its text
-- mixed with the broker's id. A search meets nobody else's entries, and takes as long as what it finds. What a person typed
-- decides how best to look, so each query is planned anew.

create function private.containing(p_query text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
as $$ select '%' || regexp_replace(btrim(p_query), '([\\%_])', '\\\1', 'g') || '%' $$;
comment on function private.containing(text) is 'What a person typed, as a pattern that finds it anywhere.';

-- A definer, because whoever writes a row also writes its indexes. plpgsql, because it remembers its plan.
create function private.search_keys(p_iso_agent_id uuid, p_text text) returns integer[]
  language plpgsql immutable strict security definer set search_path = pg_catalog, pg_temp
as $$
begin
  return array(select hashtext(p_iso_agent_id::text || t) from unnest(extensions.show_trgm(p_text)) as t);
end
$$;
comment on function private.search_keys(uuid, text) is
  'The keys under which a broker finds a text: its trigrams, in whatever case. An index is made of it; it tells nothing of any row.';

create function private.wanted_keys(p_iso_agent_id uuid, p_query text) returns integer[]
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
declare
  v_typed text := left(btrim(p_query), 20);
  v_others text := translate('abcdefghijklmnopqrstuvwxyz', lower(v_typed), '');
  v_one text := left(v_others, 1);
  v_other text := substr(v_others, 2, 1);
begin
  -- The trigrams that do not depend on what stands around it: those that it has between either of two letters that it lacks.
  return array(
    select hashtext(p_iso_agent_id::text || t) from unnest(extensions.show_trgm(v_one || v_typed || v_one)) as t
     where t = any (extensions.show_trgm(v_other || v_typed || v_other)));
end
$$;
comment on function private.wanted_keys(uuid, text) is
  'Keys that every text of a broker has that contains what was typed; none where that has no three letters or digits side by side.';

create table private.search_entries (
  message_id uuid not null references public.messages (id) on delete cascade,
  iso_agent_id uuid not null references public.iso_agents (id) on delete cascade,
  created_at timestamptz not null,
  keys integer[] not null,
  primary key (message_id, iso_agent_id)
);
create index search_entries_newest_idx on private.search_entries (iso_agent_id, created_at desc, message_id desc);
-- What is not sorted in yet is read with every search, so it is kept short.
create index search_entries_keys_idx on private.search_entries using gin (keys) with (gin_pending_list_limit = 512);

create function private.enter_message() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  if tg_op = 'UPDATE' then
    delete from private.search_entries where message_id = new.id;
  end if;
  if new.content is not null and new.deleted_at is null and new.content_type <> 'typing_indicator' then
    insert into private.search_entries (message_id, iso_agent_id, created_at, keys)
    select new.id, p.iso_agent_id, new.created_at, private.search_keys(p.iso_agent_id, new.content)
      from public.conversation_participants p
     where p.conversation_id = new.conversation_id and p.iso_agent_id is not null and p.is_active;
  end if;
  return null;
end
$$;
comment on function private.enter_message() is 'Lets the brokers of a room find what a message says, and no longer what it said.';
create trigger messages_enter after insert on public.messages for each row execute function private.enter_message();
create trigger messages_enter_again after update of content, content_type, deleted_at on public.messages
  for each row when ((old.content, old.deleted_at, old.content_type) is distinct from (new.content, new.deleted_at, new.content_type))
  execute function private.enter_message();

create function private.enter_room() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  -- Messages are written while their room is held: after this, each is either here already or sees the seat.
  perform from public.conversations c where c.id = new.conversation_id for no key update;
  insert into private.search_entries (message_id, iso_agent_id, created_at, keys)
  select m.id, new.iso_agent_id, m.created_at, private.search_keys(new.iso_agent_id, m.content)
    from public.messages m
   where m.conversation_id = new.conversation_id
     and m.content is not null and m.deleted_at is null and m.content_type <> 'typing_indicator'
  on conflict do nothing;
  return null;
end
$$;
comment on function private.enter_room() is 'Lets a broker who comes into a room find what was said there before.';
create trigger participants_enter after insert on public.conversation_participants
  for each row when (new.iso_agent_id is not null and new.is_active) execute function private.enter_room();
create trigger participants_enter_again after update of is_active on public.conversation_participants
  for each row when (new.iso_agent_id is not null and new.is_active and not old.is_active) execute function private.enter_room();

create function private.newest_messages(
  p_iso_agent_id uuid, p_pattern text, p_before timestamptz, p_before_id uuid, p_looked_into integer, p_limit integer
) returns uuid[]
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
begin
  -- One by one in the order of the index, and only until there are enough: `offset 0` keeps it that way.
  return array(
    select own.message_id
      from (
        select e.message_id, e.created_at from private.search_entries e
         where e.iso_agent_id = p_iso_agent_id
           and (e.created_at, e.message_id)
             < (coalesce(p_before, 'infinity'), coalesce(p_before_id, '00000000-0000-0000-0000-000000000000'))
         order by e.created_at desc, e.message_id desc
         limit p_looked_into
      ) own
      cross join lateral (
        select from public.messages m
         where m.id = own.message_id and m.content ilike p_pattern and m.deleted_at is null
           and exists (
             select from public.conversation_participants p
              where p.conversation_id = m.conversation_id and p.iso_agent_id = p_iso_agent_id and p.is_active)
        offset 0
      ) hit
     order by own.created_at desc, own.message_id desc
     limit p_limit);
end
$$;
comment on function private.newest_messages(uuid, text, timestamptz, uuid, integer, integer) is
  'The newest messages of a broker''s rooms that match a pattern, by looking from the newest on into so many (null: all).';

create function private.few_messages(
  p_iso_agent_id uuid, p_query text, p_before timestamptz default null, p_before_id uuid default null, p_limit integer default null
) returns uuid[]
  language plpgsql stable set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_keys integer[] := private.wanted_keys(p_iso_agent_id, p_query);
  v_pattern text := private.containing(p_query);
begin
  if v_keys = '{}' or cardinality(private.newest_messages(p_iso_agent_id, v_pattern, p_before, p_before_id, 100, 20)) = 20 then
    return null;
  end if;
  return (
    with few as materialized (
      select e.message_id, e.created_at from private.search_entries e
       where e.keys @> v_keys and e.iso_agent_id = p_iso_agent_id
         and (e.created_at, e.message_id)
           < (coalesce(p_before, 'infinity'), coalesce(p_before_id, '00000000-0000-0000-0000-000000000000'))
       limit 201
    )
    select case when (select count(*) from few) <= 200 then array(
      select own.message_id
        from (select * from few order by created_at desc, message_id desc offset 0) own
        cross join lateral (
          select from public.messages m
           where m.id = own.message_id and m.content ilike v_pattern and m.deleted_at is null
             and exists (
               select from public.conversation_participants p
                where p.conversation_id = m.conversation_id and p.iso_agent_id = p_iso_agent_id and p.is_active)
          offset 0
        ) hit
       order by own.created_at desc, own.message_id desc
       limit p_limit) end);
end
$$;
comment on function private.few_messages(uuid, text, timestamptz, uuid, integer) is
  'The newest messages of a broker''s rooms that contain a text, by its keys (null limit: all of them); null where they are many, or the text has no keys: those are found sooner from the newest on.';

create function public.search_messages(
  p_query text, p_conversation_id uuid default null, p_before timestamptz default null, p_before_id uuid default null,
  p_limit integer default 50
) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_agent uuid := private.require_agent();
  v_pattern text := private.containing(p_query);
  v_limit integer := least(greatest(coalesce(p_limit, 50), 1), 201);
  v_found uuid[];
begin
  if p_conversation_id is not null then
    perform private.require_participant(p_conversation_id);
  end if;
  if length(btrim(coalesce(p_query, ''))) < 2 then
    raise exception using errcode = 'PT422', message = 'Search for at least two characters';
  end if;
  if p_conversation_id is not null then
    v_found := array(
      select m.id from public.messages m
       where m.conversation_id = p_conversation_id
         and m.content ilike v_pattern and m.deleted_at is null and m.content_type <> 'typing_indicator'
         and (p_before is null or (m.created_at, m.id) < (p_before, coalesce(p_before_id, '00000000-0000-0000-0000-000000000000')))
       order by m.created_at desc, m.id desc limit v_limit);
  else
    v_found := coalesce(
      private.few_messages(v_agent, p_query, p_before, p_before_id, v_limit),
      private.newest_messages(v_agent, v_pattern, p_before, p_before_id, null, v_limit));
  end if;
  return (
    select coalesce(jsonb_agg(
        to_jsonb(found.message) - 'original_content' || jsonb_build_object('conversation', jsonb_build_object(
          'id', found.room_id, 'subject', found.subject, 'type', found.type, 'request_id', found.request_id))
        order by (found.message).created_at desc, (found.message).id desc), '[]')
      from (
        select m as message, c.id as room_id, c.subject, c.type, c.request_id
          from public.messages m join public.conversations c on c.id = m.conversation_id
         where m.id = any (v_found)
         order by m.created_at desc, m.id desc
         limit v_limit
      ) found
  );
end
$$;
comment on function public.search_messages(text, uuid, timestamptz, uuid, integer) is
  'The messages of the caller''s rooms that contain a text, newest first, each with its room. The next page begins at the last one''s created_at and id.';

create function public.find_conversations(
  p_query text default null, p_status text default null, p_request_id uuid default null, p_is_priority boolean default null,
  p_before timestamptz default null, p_before_id uuid default null, p_limit integer default 50
) returns jsonb
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_agent uuid := private.require_agent();
  v_pattern text := private.containing(nullif(btrim(p_query), ''));
  v_few uuid[];
  v_about uuid[];
  v_is_frequent boolean := false;
begin
  if p_status is not null and not p_status = any (enum_range(null::public.conversation_status)::text[]) then
    raise exception using errcode = 'PT422', message = format('There is no conversation status %s', p_status);
  end if;
  if v_pattern is not null then
    v_few := private.few_messages(v_agent, p_query);
    v_is_frequent := v_few is null;
    v_about := array(
      select m.conversation_id from public.messages m where m.id = any (v_few)
      union
      select c.id from public.conversation_participants p
        join public.conversations c on c.id = p.conversation_id
        left join public.requests r on r.id = c.request_id and r.iso_agent_id = v_agent
        left join public.client_profiles cl on cl.id = r.client_profile_id
       where p.iso_agent_id = v_agent and p.is_active
         and (c.subject ilike v_pattern or cl.company_name ilike v_pattern
           or r.departure_airport ilike v_pattern or r.arrival_airport ilike v_pattern)
      union
      select op.conversation_id from public.conversation_participants p
        join public.conversation_participants op on op.conversation_id = p.conversation_id
        join public.operator_profiles o on o.id = op.operator_profile_id
       where p.iso_agent_id = v_agent and p.is_active and o.company_name ilike v_pattern);
  end if;
  return (
    select coalesce(jsonb_agg(
        private.conversation_summary(room.conversation, room.participant) order by room.active_at desc, (room.conversation).id desc), '[]')
      from (
        select * from (
          select c as conversation, p as participant, coalesce(c.last_message_at, c.created_at) as active_at
            from public.conversation_participants p join public.conversations c on c.id = p.conversation_id
           where p.iso_agent_id = v_agent and p.is_active
             and (p_status is null or c.status = p_status::public.conversation_status)
             and (p_request_id is null or c.request_id = p_request_id)
             and (p_is_priority is null or c.is_priority = p_is_priority)
             and (p_before is null
               or (coalesce(c.last_message_at, c.created_at), c.id) < (p_before, coalesce(p_before_id, '00000000-0000-0000-0000-000000000000')))
             and (v_pattern is null or v_is_frequent or c.id = any (v_about))
           order by active_at desc, c.id desc
           offset 0 -- what is frequent is looked for in this order, and only until there is enough
        ) own
         where not v_is_frequent or (own.conversation).id = any (v_about) or exists (
           select from public.messages m
            where m.conversation_id = (own.conversation).id and m.deleted_at is null and m.content ilike v_pattern)
         limit least(greatest(coalesce(p_limit, 50), 1), 201)
      ) room
  );
end
$$;
comment on function public.find_conversations(text, text, uuid, boolean, timestamptz, uuid, integer) is
  'The caller''s rooms, those with the latest message first: all, or those whose subject, operator, client, airports or messages contain a text. The next page begins at the last one''s last_message_at (or created_at) and id.';

create index client_profiles_search_idx on public.client_profiles
  using gin (private.search_keys(iso_agent_id, company_name || ' ' || coalesce(contact_name, '')));

create function public.search_clients(p_words text[]) returns setof public.client_profiles
  language plpgsql stable security definer set search_path = pg_catalog, pg_temp set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_agent uuid := private.require_agent();
  v_is_admin boolean := public.is_admin();
  v_patterns text[] := array(select private.containing(w) from unnest(p_words) as w where btrim(w) <> '');
  v_keys integer[] := array(select unnest(private.wanted_keys(v_agent, w)) from unnest(p_words) as w);
begin
  return query
    select c.* from public.client_profiles c
     where (v_is_admin or (c.iso_agent_id = v_agent
         and (v_keys = '{}' or private.search_keys(c.iso_agent_id, c.company_name || ' ' || coalesce(c.contact_name, '')) @> v_keys)))
       and (c.company_name ilike all (v_patterns) or c.contact_name ilike all (v_patterns))
     order by c.created_at desc, c.id desc;
end
$$;
comment on function public.search_clients(text[]) is
  'The caller''s clients (an admin''s: everybody''s) whose company or contact contains every one of some words, newest first.';

grant execute on function private.search_keys(uuid, text) to authenticated, service_role;
grant execute on function
  public.search_messages(text, uuid, timestamptz, uuid, integer),
  public.find_conversations(text, text, uuid, boolean, timestamptz, uuid, integer),
  public.search_clients(text[])
  to authenticated;
