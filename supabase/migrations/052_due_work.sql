-- The sweeper's view once more: trips whose creation nobody is at are due after 15 seconds, dead letters wait for the error
-- monitor, and what is old is forgotten in small batches, so that no sweep holds a lock for long.

create function private.due_trips(p_limit integer) returns jsonb
  language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('request_id', due.id)), '[]')
    from (
      select r.id from public.requests r
       where r.status = 'searching_flights' and r.avinode_trip_id is null
         and r.updated_at < now() - interval '15 seconds'
         and (not r.metadata ? 'trip_creation'
           or (r.metadata -> 'trip_creation' ->> 'released')::boolean
           or private.parse_time(r.metadata -> 'trip_creation' ->> 'started_at') < now() - interval '60 seconds')
       order by r.updated_at limit p_limit
    ) due
$$;
comment on function private.due_trips(integer) is
  'Requests whose trip was begun and never finished, and which nobody is creating at this moment.';

create function private.due_analyses(p_limit integer) returns jsonb
  language sql stable set search_path = ''
as $$
  select coalesce(jsonb_agg(jsonb_build_object('request_id', due.id, 'key', due.key)), '[]')
    from (
      select r.id, k.key from public.requests r cross join lateral private.analysis_key(r.id) as k (key)
       where r.status in ('monitoring_for_quotes', 'awaiting_quotes', 'analyzing_proposals')
         and exists (select from public.quotes q where q.request_id = r.id and q.status = 'received')
         and k.key is not null
       order by r.updated_at limit p_limit
    ) due
$$;
comment on function private.due_analyses(integer) is 'Requests with quotes that wait to be analysed.';

create function private.forget_old(p_rows integer) returns void
  language plpgsql set search_path = ''
as $$
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
      join private.assistant_turns t on t.id = s.turn_id and t.finished_at < clock_timestamp() - interval '1 hour'
      join private.assistant_turn_chunks c on c.turn_id = s.turn_id
     limit p_rows
  )
  delete from private.assistant_turn_chunks c using old where c.turn_id = old.turn_id and c.seq = old.seq;

  delete from private.feed_events f using (
    select o.iso_agent_id, o.position from private.feed_events o
     where o.created_at < clock_timestamp() - interval '30 days'
     order by o.created_at limit p_rows
     for update skip locked
  ) old where f.iso_agent_id = old.iso_agent_id and f.position = old.position;
end
$$;
comment on function private.forget_old(integer) is
  'Deletes a bounded number of streamed chunks that nobody reads any more, and of feed events older than 30 days.';

create or replace function public.due_work(p_limit integer) returns jsonb
  language plpgsql security definer set search_path = ''
as $$
declare
  v_limit integer := least(greatest(coalesce(p_limit, 100), 1), 1000);
  v_expired jsonb;
begin
  v_expired := jsonb_build_object(
    'quotes', private.expire_quotes(v_limit), 'proposals', private.expire_proposals(v_limit), 'approvals', private.expire_approvals(v_limit));
  perform private.resume_turns(v_limit);
  perform private.catch_up_requests(v_limit);
  perform private.forget_old(5000);
  return jsonb_build_object(
    'expired', v_expired,
    'webhooks', private.due_webhooks(v_limit), 'turns', private.due_turns(v_limit), 'outbox', private.due_outbox(v_limit),
    'analyses', private.due_analyses(v_limit), 'trips', private.due_trips(v_limit),
    'dead_letters', private.due_dead_letters(least(v_limit, 20)));
end
$$;
comment on function public.due_work(integer) is
  'Ends what time has ended (quotes, proposals, approvals), forgets what is old, and lists what a worker should take up: notifications, turns, the outbox, analyses, trips that were never finished, and dead letters that nobody was told of. Safe to call by several at once.';

revoke execute on all functions in schema private from public;
