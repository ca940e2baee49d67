-- What is forgotten, and when. Deals, messages, their history and what was sent are kept: they are the business. What only served
-- to get there goes after a while, a bounded number of rows with each sweep, so that no sweep holds a lock for long.

create index agent_executions_created_idx on public.agent_executions (created_at);

create function private.kept_for(p_what text) returns interval
  language sql immutable set search_path = pg_catalog, pg_temp
as $$
  select case p_what
    when 'streamed words' then interval '1 hour' -- the message says the same
    when 'feed' then interval '30 days' -- a page that was away for longer reads its lists anew
    when 'notifications' then interval '400 days' -- a year, and a month to ask about it
    when 'runs' then interval '400 days'
  end
$$;
comment on function private.kept_for(text) is 'How long what is not the business itself is kept.';

create function private.forget_old(p_rows integer) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  -- One value for the whole query: an index answers no comparison with `clock_timestamp()`, which differs from row to row.
  v_now timestamptz := clock_timestamp();
begin
  -- From chunk to chunk by turn: there are few turns with chunks, and many without.
  with recursive streamed (turn_id) as (
    (select c.turn_id from private.assistant_turn_chunks c order by c.turn_id limit 1)
    union all
    select (select c.turn_id from private.assistant_turn_chunks c where c.turn_id > s.turn_id order by c.turn_id limit 1)
      from streamed s where s.turn_id is not null
  ), old as (
    select c.turn_id, c.seq
      from streamed s
      join private.assistant_turns t on t.id = s.turn_id and t.finished_at < v_now - private.kept_for('streamed words')
      join private.assistant_turn_chunks c on c.turn_id = s.turn_id
     limit p_rows
  )
  delete from private.assistant_turn_chunks c using old where c.turn_id = old.turn_id and c.seq = old.seq;

  delete from private.feed_events f using (
    select o.iso_agent_id, o.position from private.feed_events o
     where o.created_at < v_now - private.kept_for('feed')
     order by o.created_at limit p_rows
     for update skip locked
  ) old where f.iso_agent_id = old.iso_agent_id and f.position = old.position;

  -- What failed waits for somebody, however long that takes.
  delete from public.avinode_webhook_events e using (
    select o.id from public.avinode_webhook_events o
     where o.created_at < v_now - private.kept_for('notifications') and o.processing_status in ('completed', 'skipped')
     order by o.created_at limit p_rows
     for update skip locked
  ) old where e.id = old.id;

  delete from public.agent_executions e using (
    select o.id from public.agent_executions o
     where o.created_at < v_now - private.kept_for('runs') and o.status not in ('pending', 'running')
     limit p_rows
     for update skip locked
  ) old where e.id = old.id;
end
$$;
comment on function private.forget_old(integer) is
  'Deletes what is kept no longer: at most so many streamed words, feed events, settled notifications and ended runs of agents each.';
