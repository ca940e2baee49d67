-- What a broker does with messages that are there: read, react, edit, take back.

create function public.mark_read(p_conversation_id uuid, p_message_id uuid default null) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
  v_upto record;
begin
  -- The room first, as for a message that is just coming in: then nothing is counted twice, or read unseen.
  perform from public.conversations c where c.id = p_conversation_id for no key update;
  if p_message_id is null then
    select m.id, m.created_at into v_upto from public.messages m
     where m.conversation_id = p_conversation_id order by m.created_at desc, m.id desc limit 1;
  else
    select m.id, m.created_at into v_upto from public.messages m
     where m.id = p_message_id and m.conversation_id = p_conversation_id;
    if not found then
      raise exception using errcode = 'PT404', message = 'The message was not found';
    end if;
  end if;
  select * into v_participant from public.conversation_participants p where p.id = v_participant.id for update;
  if v_upto.id is null or v_upto.created_at < v_participant.last_read_at
    or (v_upto.id = v_participant.last_read_message_id and v_participant.unread_count = 0) then
    return;
  end if;
  update public.conversation_participants set
    last_read_at = v_upto.created_at, last_read_message_id = v_upto.id,
    unread_count = (
      select count(*) from public.messages m
       where m.conversation_id = p_conversation_id and (m.created_at, m.id) > (v_upto.created_at, v_upto.id)
         and m.deleted_at is null and m.content_type <> 'typing_indicator'
         and m.sender_iso_agent_id is distinct from v_participant.iso_agent_id)
   where id = v_participant.id;
  update public.conversations set unread_count_iso = (
    select coalesce(max(p.unread_count), 0) from public.conversation_participants p
     where p.conversation_id = p_conversation_id and p.iso_agent_id is not null and p.is_active)
   where id = p_conversation_id;
  perform private.sign_read(v_participant, v_upto.created_at);
end
$$;
comment on function public.mark_read(uuid, uuid) is
  'The caller has read a room up to a message, or all of it. Never goes back to an earlier message.';

create function private.sign_read(p_reader public.conversation_participants, p_upto timestamptz) returns void
  language sql volatile set search_path = pg_catalog, pg_temp
as $$
  update public.messages m set
    read_by = m.read_by || jsonb_build_array(jsonb_build_object('iso_agent_id', p_reader.iso_agent_id, 'read_at', clock_timestamp())),
    status = case when m.status in ('sent', 'delivered') and not private.has_operator(m.conversation_id) then 'read' else m.status end
   where m.id in (
     select c.id from public.messages c
      where c.conversation_id = p_reader.conversation_id and c.created_at <= p_upto
        and c.created_at > coalesce(p_reader.last_read_at, '-infinity')
        and c.sender_type = 'iso_agent' and c.sender_iso_agent_id <> p_reader.iso_agent_id and c.deleted_at is null
      order by c.created_at desc limit 200)
$$;
comment on function private.sign_read(public.conversation_participants, timestamptz) is
  'Tells colleagues that their messages were read: the newest 200 that the reader had not seen. What the assistant or an operator wrote needs no receipt, the reader''s seat says enough.';

create function public.set_typing(p_conversation_id uuid, p_is_typing boolean) returns void
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_participant public.conversation_participants := private.require_participant(p_conversation_id);
begin
  if not v_participant.can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  update public.conversation_participants set
    is_typing = coalesce(p_is_typing, false), typing_started_at = case when p_is_typing then clock_timestamp() end
   where id = v_participant.id;
end
$$;
comment on function public.set_typing(uuid, boolean) is 'Says in the caller''s seat of a room whether the caller is writing.';

create function private.require_message(p_message_id uuid, p_own boolean) returns public.messages
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_message public.messages;
begin
  select * into v_message from public.messages where id = p_message_id for update;
  if not found or not public.is_conversation_participant(v_message.conversation_id) then
    raise exception using errcode = 'PT404', message = 'The message was not found';
  end if;
  if p_own and v_message.sender_iso_agent_id is distinct from private.require_agent() then
    raise exception using errcode = 'PT403', message = 'Only its sender may change a message';
  end if;
  if p_own and v_message.avinode_message_id is not null
    or p_own and exists (
      select from private.outbox o where o.message_id = p_message_id and (o.was_sending or o.status not in ('waiting', 'failed'))
    ) then
    raise exception using errcode = 'PT409', message = 'The operator has this message already: it cannot be changed';
  end if;
  return v_message;
end
$$;
comment on function private.require_message(uuid, boolean) is
  'A message of a room of the caller, locked; to change it, it must be the caller''s own and not have left the house.';

create function public.react(p_message_id uuid, p_emoji text, p_add boolean) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_message public.messages := private.require_message(p_message_id, false);
  v_agent text := private.require_agent();
  v_who jsonb := coalesce(v_message.reactions -> p_emoji, '[]') - v_agent;
begin
  if not (private.require_participant(v_message.conversation_id)).can_reply then
    raise exception using errcode = 'PT403', message = 'You may read this conversation, but not write in it';
  end if;
  if coalesce(btrim(p_emoji), '') = '' or length(p_emoji) > 16 then
    raise exception using errcode = 'PT422', message = 'A reaction is one emoji';
  end if;
  if v_message.deleted_at is not null then
    raise exception using errcode = 'PT409', message = 'This message was deleted';
  end if;
  if coalesce(p_add, true) then
    if not v_message.reactions ? p_emoji and (select count(*) from jsonb_object_keys(v_message.reactions)) >= 20 then
      raise exception using errcode = 'PT409', message = 'This message has reactions of 20 kinds already';
    end if;
    v_who := v_who || to_jsonb(v_agent);
  end if;
  update public.messages set
    reactions = (reactions - p_emoji) || case when v_who = '[]' then '{}' else jsonb_build_object(p_emoji, v_who) end
   where id = p_message_id and coalesce(reactions -> p_emoji, '[]') ? v_agent is distinct from coalesce(p_add, true)
  returning * into v_message;
  if not found then
    select * into v_message from public.messages where id = p_message_id;
  end if;
  return to_jsonb(v_message);
end
$$;
comment on function public.react(uuid, text, boolean) is 'Adds or takes away the caller''s reaction to a message of a room of theirs, once each.';

create function public.edit_message(p_message_id uuid, p_content text) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_message public.messages := private.require_message(p_message_id, true);
begin
  if v_message.deleted_at is not null then
    raise exception using errcode = 'PT409', message = 'This message was deleted';
  end if;
  if coalesce(btrim(p_content), '') = '' or length(p_content) > 20000 then
    raise exception using errcode = 'PT422', message = 'A message has between 1 and 20,000 characters';
  end if;
  update public.messages set content = p_content where id = p_message_id and content is distinct from p_content;
  -- What has not left yet leaves with the new words.
  update private.outbox set payload = payload || jsonb_build_object('text', p_content) where message_id = p_message_id and status = 'waiting';
  select * into v_message from public.messages where id = p_message_id;
  return to_jsonb(v_message);
end
$$;
comment on function public.edit_message(uuid, text) is
  'Changes the words of the caller''s own message; the first version is kept. PT409 once an operator has it.';

create function public.delete_message(p_message_id uuid) returns jsonb
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
declare
  v_message public.messages := private.require_message(p_message_id, true);
begin
  update public.messages set deleted_at = clock_timestamp() where id = p_message_id and deleted_at is null;
  update private.outbox set status = 'failed', error = 'It was deleted before it was sent'
   where message_id = p_message_id and status = 'waiting';
  select * into v_message from public.messages where id = p_message_id;
  return to_jsonb(v_message);
end
$$;
comment on function public.delete_message(uuid) is
  'Takes back the caller''s own message; that there was one stays visible. What waits for an operator is not sent; PT409 once it was.';

grant execute on function
  public.mark_read(uuid, uuid), public.set_typing(uuid, boolean), public.react(uuid, text, boolean), public.edit_message(uuid, text),
  public.delete_message(uuid)
  to authenticated;
