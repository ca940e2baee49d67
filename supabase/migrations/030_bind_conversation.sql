-- A request that was born in a chat keeps that chat as its primary conversation.
create function public.bind_conversation(p_conversation_id uuid, p_request_id uuid) returns void
  language plpgsql security definer set search_path = ''
as $$
begin
  if not exists (
    select 1 from public.requests r
    where r.id = p_request_id and r.iso_agent_id = public.get_current_iso_agent_id()
  ) then
    raise exception using errcode = 'PT404', message = 'The request was not found';
  end if;
  if not public.is_conversation_participant(p_conversation_id) then
    raise exception using errcode = 'PT404', message = 'The conversation was not found';
  end if;
  update public.conversations
     set request_id = coalesce(request_id, p_request_id), type = 'rfp_negotiation'
   where id = p_conversation_id and (request_id is null or type = 'general_inquiry');
  update public.requests
     set primary_conversation_id = p_conversation_id
   where id = p_request_id and primary_conversation_id is distinct from p_conversation_id;
end
$$;
comment on function public.bind_conversation(uuid, uuid) is
  'Makes a conversation of the caller the primary one of the caller''s request; the room takes its first request''s id. PT404 for either that is not theirs. Safe to repeat.';
revoke execute on function public.bind_conversation(uuid, uuid) from public, anon;
grant execute on function public.bind_conversation(uuid, uuid) to authenticated;
