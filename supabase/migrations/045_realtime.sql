-- What is live: the rows that Realtime tells of, under the select policies of their tables, and who may send and hear on
-- the topic of a room (typing, presence). On Supabase and on the embedded stack alike.

-- The room in the topic `conversation:{id}`; null for any other topic.
create function private.room_of_topic(p_topic text) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$
    select case
      when p_topic ~ '^conversation:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
        then substr(p_topic, 14)::uuid
    end
  $$;
comment on function private.room_of_topic(text) is 'The conversation that a Realtime topic belongs to, or null.';

grant execute on function private.room_of_topic(text) to authenticated, service_role;

do $$
declare
  v_table text;
begin
  -- A Postgres without Supabase around it may have neither publication nor Realtime.
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    foreach v_table in array array[
      'messages', 'conversations', 'conversation_participants', 'requests', 'quotes', 'proposals', 'workflow_states', 'approvals'
    ] loop
      if not exists (
        select from pg_catalog.pg_publication_tables
         where pubname = 'supabase_realtime' and schemaname = 'public' and tablename = v_table
      ) then
        execute format('alter publication supabase_realtime add table public.%I', v_table);
      end if;
    end loop;
  end if;

  if to_regclass('realtime.messages') is not null then
    create policy jetvision_rooms_hear on realtime.messages for select to authenticated
      using (
        extension in ('broadcast', 'presence')
        and (select public.is_conversation_participant(private.room_of_topic((select realtime.topic()))))
      );
    create policy jetvision_rooms_send on realtime.messages for insert to authenticated
      with check (
        extension in ('broadcast', 'presence')
        and (select private.can_reply(private.room_of_topic((select realtime.topic()))))
      );
  end if;
end
$$;
