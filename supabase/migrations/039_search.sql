-- Finding rooms and words. Trigrams find a piece of a word anywhere; only rooms of the caller are looked into. What a person
-- typed decides how best to look: rare words by the trigrams, frequent ones room by room. So each query is planned anew.

create index messages_content_trigram_idx on public.messages using gin (content extensions.gin_trgm_ops)
  where deleted_at is null and content is not null;

create function private.containing(p_query text) returns text
  language sql immutable set search_path = ''
as $$ select '%' || regexp_replace(btrim(p_query), '([\\%_])', '\\\1', 'g') || '%' $$;
comment on function private.containing(text) is 'What a person typed, as a pattern that finds it anywhere.';

create function private.rooms_of(p_iso_agent_id uuid) returns uuid[]
  language sql stable set search_path = ''
as $$
  select array(select p.conversation_id from public.conversation_participants p where p.iso_agent_id = p_iso_agent_id and p.is_active)
$$;
comment on function private.rooms_of(uuid) is 'The conversations in which a broker has a seat.';

create function public.search_messages(
  p_query text, p_conversation_id uuid default null, p_before timestamptz default null, p_before_id uuid default null,
  p_limit integer default 50
) returns jsonb
  language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_agent uuid := private.require_agent();
  v_rooms uuid[] := private.rooms_of(v_agent);
  v_pattern text := private.containing(p_query);
begin
  if p_conversation_id is not null then
    perform private.require_participant(p_conversation_id);
  end if;
  if length(btrim(coalesce(p_query, ''))) < 2 then
    raise exception using errcode = 'PT422', message = 'Search for at least two characters';
  end if;
  return (
    select coalesce(jsonb_agg(
        to_jsonb(found.message) - 'original_content' || jsonb_build_object('conversation', jsonb_build_object(
          'id', found.room_id, 'subject', found.subject, 'type', found.type, 'request_id', found.request_id))
        order by (found.message).created_at desc, (found.message).id desc), '[]')
      from (
        select m as message, c.id as room_id, c.subject, c.type, c.request_id
          from public.messages m
          join public.conversations c on c.id = m.conversation_id
         where m.conversation_id = any (v_rooms)
           and m.content ilike v_pattern and m.deleted_at is null and m.content_type <> 'typing_indicator'
           and (p_conversation_id is null or m.conversation_id = p_conversation_id)
           and (p_before is null or (m.created_at, m.id) < (p_before, coalesce(p_before_id, '00000000-0000-0000-0000-000000000000')))
         order by m.created_at desc, m.id desc
         limit least(greatest(coalesce(p_limit, 50), 1), 201)
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
  language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_custom_plan'
as $$
declare
  v_agent uuid := private.require_agent();
  v_rooms uuid[] := private.rooms_of(v_agent);
  v_pattern text := private.containing(nullif(btrim(p_query), ''));
  v_said uuid[];
begin
  if p_status is not null and not p_status = any (enum_range(null::public.conversation_status)::text[]) then
    raise exception using errcode = 'PT422', message = format('There is no conversation status %s', p_status);
  end if;
  if v_pattern is not null then
    v_said := array(
      select distinct m.conversation_id from public.messages m
       where m.conversation_id = any (v_rooms) and m.deleted_at is null and m.content ilike v_pattern);
  end if;
  return (
    select coalesce(jsonb_agg(
        private.conversation_summary(room.conversation, room.participant) order by room.active_at desc, (room.conversation).id desc), '[]')
      from (
        select c as conversation, p as participant, coalesce(c.last_message_at, c.created_at) as active_at
          from public.conversation_participants p join public.conversations c on c.id = p.conversation_id
         where p.iso_agent_id = v_agent and p.is_active
           and (p_status is null or c.status = p_status::public.conversation_status)
           and (p_request_id is null or c.request_id = p_request_id)
           and (p_is_priority is null or c.is_priority = p_is_priority)
           and (p_before is null
             or (coalesce(c.last_message_at, c.created_at), c.id) < (p_before, coalesce(p_before_id, '00000000-0000-0000-0000-000000000000')))
           and (v_pattern is null or c.subject ilike v_pattern
             or exists (
               select from public.conversation_participants op join public.operator_profiles o on o.id = op.operator_profile_id
                where op.conversation_id = c.id and o.company_name ilike v_pattern)
             or exists (
               select from public.requests r left join public.client_profiles cl on cl.id = r.client_profile_id
                where r.id = c.request_id and r.iso_agent_id = v_agent
                  and (cl.company_name ilike v_pattern or r.departure_airport ilike v_pattern or r.arrival_airport ilike v_pattern))
             or c.id = any (v_said))
         order by coalesce(c.last_message_at, c.created_at) desc, c.id desc
         limit least(greatest(coalesce(p_limit, 50), 1), 201)
      ) room
  );
end
$$;
comment on function public.find_conversations(text, text, uuid, boolean, timestamptz, uuid, integer) is
  'The caller''s rooms, those with the latest message first: all, or those whose subject, operator, client, airports or messages contain a text. The next page begins at the last one''s last_message_at (or created_at) and id.';

grant execute on function
  public.search_messages(text, uuid, timestamptz, uuid, integer),
  public.find_conversations(text, text, uuid, boolean, timestamptz, uuid, integer)
  to authenticated;
