-- An answer that failed, was stopped or did not please can be given again. It is the same turn, under the same id: whatever it
-- made or asked for before is found again and nothing is done twice. Only its words are new, in the place of the old ones.

create function public.retry_turn(p_conversation_id uuid, p_message_id uuid default null) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_turn private.assistant_turns;
  v_said uuid;
begin
  if not (private.require_participant(p_conversation_id)).can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('turns:' || p_conversation_id, 0));
  select * into v_turn from private.assistant_turns t
   where t.conversation_id = p_conversation_id
   order by t.created_at desc, t.id desc limit 1 for update;
  if not found then
    raise exception using errcode = 'PT409', message = 'The assistant has not answered here yet';
  end if;
  if v_turn.iso_agent_id <> private.require_agent() then
    raise exception using errcode = 'PT403', message = 'Only the broker who asked may ask again';
  end if;
  if p_message_id is not null and v_turn.user_message_id is distinct from p_message_id then
    raise exception using errcode = 'PT409', message = 'Only the newest answer can be given again';
  end if;
  if v_turn.status = 'interrupted' then
    raise exception using errcode = 'PT409', message = 'This answer waits for your approval: decide about that first';
  end if;
  if v_turn.status in ('queued', 'running') then
    return jsonb_build_object('turn_id', v_turn.id, 'attempt', v_turn.attempt, 'is_new', false);
  end if;

  for v_said in
    select m.id from public.messages m
     where m.conversation_id = p_conversation_id and m.sender_type = 'ai_assistant' and m.metadata ->> 'turn_id' = v_turn.id::text
  loop
    perform private.remove_message(v_said);
  end loop;
  delete from private.assistant_turn_chunks where turn_id = v_turn.id;
  update private.assistant_turns set
    status = 'queued', crashes = 0, stop_requested = false, notice_posted = false, next_attempt_at = clock_timestamp(),
    error = null, finished_at = null
   where id = v_turn.id;
  perform pg_notify('jetvision_turns', v_turn.id::text);
  return jsonb_build_object('turn_id', v_turn.id, 'attempt', v_turn.attempt, 'is_new', true);
end
$$;
comment on function public.retry_turn(uuid, uuid) is
  'Lets the assistant give the newest answer of a conversation of the caller again; the old words go, the log of its runs stays. One that is being given goes on. PT409 for an older answer, or while an approval is open.';

grant execute on function public.retry_turn(uuid, uuid) to authenticated;
