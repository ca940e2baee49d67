-- The sweep looks only at what is due. `clock_timestamp()` differs from row to row, so that no index can answer a comparison
-- with it, and each sweep read through all quotes and all events of the feed; a variable is one value for the whole query.

create or replace function private.expire_quotes(p_limit integer) returns integer
  language plpgsql set search_path = ''
as $$
declare
  v_now timestamptz := clock_timestamp();
  v_request uuid;
  v_count integer := 0;
  v_expired integer;
begin
  -- Request by request, and the request first: as everybody else does who changes quotes.
  for v_request in
    select r.id from public.requests r
     where r.id in (
       select q.request_id from public.quotes q
        where q.status in ('pending', 'received', 'analyzed') and q.valid_until <= v_now
       union
       select q.request_id from public.quotes q
        where q.status in ('pending', 'received', 'analyzed') and q.price_locked_until <= v_now)
     limit p_limit
     for no key update skip locked
  loop
    update public.quotes set status = 'expired', expired_at = clock_timestamp()
     where request_id = v_request and status in ('pending', 'received', 'analyzed')
       and (valid_until <= v_now or price_locked_until <= v_now);
    get diagnostics v_expired = row_count;
    v_count := v_count + v_expired;
    perform private.settle_rooms(v_request);
    if exists (select from public.conversations c where c.request_id = v_request and c.metadata ? 'rfq') then
      perform private.count_quotes(v_request);
    end if;
  end loop;
  return v_count;
end
$$;

create or replace function private.forget_old(p_rows integer) returns void
  language plpgsql set search_path = ''
as $$
declare
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
      join private.assistant_turns t on t.id = s.turn_id and t.finished_at < v_now - interval '1 hour'
      join private.assistant_turn_chunks c on c.turn_id = s.turn_id
     limit p_rows
  )
  delete from private.assistant_turn_chunks c using old where c.turn_id = old.turn_id and c.seq = old.seq;

  delete from private.feed_events f using (
    select o.iso_agent_id, o.position from private.feed_events o
     where o.created_at < v_now - interval '30 days'
     order by o.created_at limit p_rows
     for update skip locked
  ) old where f.iso_agent_id = old.iso_agent_id and f.position = old.position;
end
$$;
