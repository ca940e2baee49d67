-- The sweeper's view: what waits, what was left lying by a worker that died, and what time has ended. The queue may forget
-- everything; the next look finds it again.

-- `clock_timestamp()` differs from row to row, so that no index can answer a comparison with it; a variable is one value for
-- the whole query.
create function private.expire_quotes(p_limit integer) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp
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
comment on function private.expire_quotes(integer) is 'Ends the quotes that no longer hold, and counts anew; how many there were.';

create function private.expire_proposals(p_limit integer) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_proposal public.proposals;
  v_count integer := 0;
begin
  for v_proposal in
    select p.* from public.proposals p join public.requests r on r.id = p.request_id
     where p.status in ('sent', 'viewed')
       and exists (select from private.proposal_links l where l.proposal_id = p.id)
       and not exists (
         select from private.proposal_links l
          where l.proposal_id = p.id and l.revoked_at is null and l.expires_at > clock_timestamp())
     limit p_limit
     for no key update of r skip locked
  loop
    update public.proposals set status = 'expired', expired_at = clock_timestamp()
     where id = v_proposal.id and status in ('sent', 'viewed');
    continue when not found;
    perform private.post_note(private.derived_id('expired:' || v_proposal.id), private.request_room(v_proposal.request_id), 'system',
      'system_notification', format('The client did not answer proposal %s in time: its link has expired.', v_proposal.proposal_number));
    v_count := v_count + 1;
  end loop;
  return v_count;
end
$$;
comment on function private.expire_proposals(integer) is 'Ends the proposals whose link has expired unanswered, and tells the broker; how many there were.';

create function private.expire_approvals(p_limit integer) returns integer
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  update public.approvals set status = 'expired' where id in (
    select a.id from public.approvals a
     where a.status = 'pending' and a.expires_at <= clock_timestamp()
     limit p_limit for update skip locked);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function private.expire_approvals(integer) is 'Ends the questions that nobody answered in time; how many there were.';

create function private.resume_turns(p_limit integer) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update private.assistant_turns set status = 'queued', next_attempt_at = clock_timestamp() where id in (
    select t.id from private.assistant_turns t
     where t.status = 'interrupted' and private.open_approvals(t.id) = 0
     limit p_limit for update skip locked)
$$;
comment on function private.resume_turns(integer) is 'Lets turns go on whose approvals are settled, where nobody else has done so.';

create function private.catch_up_requests(p_limit integer) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_request uuid;
begin
  for v_request in
    select r.id from public.requests r
     where r.status in ('trip_created', 'awaiting_user_action', 'avinode_session_active')
       and exists (select from public.conversations c
                    where c.request_id = r.id and c.type = 'quote_discussion' and c.metadata ? 'rfq')
     limit p_limit
     for no key update skip locked
  loop
    perform private.catch_up(v_request);
  end loop;
end
$$;
comment on function private.catch_up_requests(integer) is
  'Moves on the requests whose RFQs came in while their trip was still being written down.';

create function private.due_webhooks(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', due.id, 'attempt', due.claims) order by due.received_at), '[]')
    from (
      select e.id, e.received_at, coalesce(l.claims, 0) as claims
        from public.avinode_webhook_events e left join private.webhook_event_leases l on l.event_id = e.id
       where e.processing_status = 'pending'
          or (e.processing_status = 'failed' and e.next_retry_at <= clock_timestamp())
          or (e.processing_status = 'processing' and coalesce(l.lease_until <= clock_timestamp(), true))
       order by e.received_at limit p_limit
    ) due
$$;
comment on function private.due_webhooks(integer) is 'Notifications that wait, are due again, or were left by a worker that died.';

create function private.due_turns(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', due.id, 'attempt', due.attempt) order by due.created_at), '[]')
    from (
      select * from (
        select t.id, t.attempt, t.created_at, t.iso_agent_id,
               row_number() over (partition by t.iso_agent_id order by t.created_at, t.id) as place
          from private.assistant_turns t
         where ((t.status = 'queued' and t.next_attempt_at <= clock_timestamp())
             or (t.status = 'running' and t.lease_until <= clock_timestamp()))
           and private.is_first_in_room(t)
      ) waiting
       where waiting.place <= private.free_turns(waiting.iso_agent_id)
       order by waiting.created_at limit p_limit
    ) due
$$;
comment on function private.due_turns(integer) is 'The turns that workers may claim now: one of each conversation, and of each broker as many as have a place.';

create function private.due_outbox(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select coalesce(jsonb_agg(jsonb_build_object('id', due.id, 'attempt', due.claims) order by due.created_at), '[]')
    from (
      select o.id, o.claims, o.created_at from private.outbox o
       where ((o.status = 'waiting' and o.next_attempt_at <= clock_timestamp())
           or (o.status in ('claimed', 'sending') and o.lease_until <= clock_timestamp()))
         and (o.conversation_id is null or not exists (
           select from private.outbox older
            where older.conversation_id = o.conversation_id and older.status in ('waiting', 'claimed', 'sending')
              and (older.created_at, older.id) < (o.created_at, o.id)))
       order by o.created_at limit p_limit
    ) due
$$;
comment on function private.due_outbox(integer) is 'What waits to leave the house and may be claimed now.';

create function private.due_trips(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
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

-- Few, however many stand or have ended.
create index quotes_unanalysed_idx on public.quotes (request_id) where status = 'received';

create function private.due_analyses(p_limit integer) returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
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

create function public.due_work(p_limit integer) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
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

grant execute on function public.due_work(integer) to service_role;
