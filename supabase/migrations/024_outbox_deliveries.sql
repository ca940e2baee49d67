-- Our words in an operator's room and Avinode's record of them: one message is one row, whoever tells of it first.

-- One Avinode message is one row. The notification of our own message may come before we learn its id from the answer to our
-- call: then the row was bound by its text, and two messages with the same words may have been bound crosswise.
create function private.bind_avinode_message(p_message_id uuid, p_avinode_message_id text) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_mine public.messages;
  v_other public.messages;
begin
  select * into v_mine from public.messages where id = p_message_id for update;
  if p_avinode_message_id is null or v_mine.avinode_message_id = p_avinode_message_id then
    update public.messages set status = 'sent', metadata = metadata - 'delivery'
     where id = p_message_id and status in ('sending', 'failed');
    return;
  end if;
  select * into v_other from public.messages where avinode_message_id = p_avinode_message_id for update;
  if found and v_other.sender_type <> 'operator' then
    if exists (select from private.outbox o where o.message_id = v_other.id or private.reply_id(o.id) = v_other.id) then
      update public.messages set avinode_message_id = null where id in (v_other.id, p_message_id);
      if v_mine.avinode_message_id is not null then
        update public.messages set avinode_message_id = v_mine.avinode_message_id where id = v_other.id;
      else
        -- What seemed to confirm the other one was about this one: of the other, nothing is known again.
        update public.messages set status = 'failed', metadata = metadata || '{"delivery": "unknown"}' where id = v_other.id;
        update private.outbox set status = 'unknown', result = null
         where (message_id = v_other.id or private.reply_id(id) = v_other.id) and result ->> 'confirmed_by' = 'notification';
      end if;
    else
      perform private.remove_message(v_other.id);
    end if;
  end if;
  update public.messages set avinode_message_id = p_avinode_message_id, status = 'sent', metadata = metadata - 'delivery'
   where id = p_message_id;
end
$$;
comment on function private.bind_avinode_message(uuid, text) is
  'Marks one of our messages as sent under Avinode''s id. A row that a notification made for the same message gives way.';

create function private.reply_id(p_outbox_id uuid) returns uuid
  language sql immutable set search_path = pg_catalog, pg_temp
as $$ select private.derived_id('reply:' || p_outbox_id) $$;
comment on function private.reply_id(uuid) is 'The id of the message that an approved reply to an operator becomes.';

create function private.remove_message(p_message_id uuid) returns void
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_room uuid;
begin
  -- Events may point at it; the row that stays takes its place there when they are replayed.
  delete from public.messages where id = p_message_id returning conversation_id into v_room;
  update public.conversations set message_count = greatest(0, message_count - 1) where id = v_room;
end
$$;
comment on function private.remove_message(uuid) is 'Takes back a second row of a message that has one already.';

create function private.write_reply(p_outbox private.outbox, p_avinode_message_id text) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
begin
  insert into public.messages (id, conversation_id, sender_type, content, status, metadata)
  values (private.reply_id(p_outbox.id), p_outbox.conversation_id, 'ai_assistant', p_outbox.payload ->> 'text', 'sent',
    jsonb_build_object('approval_id', p_outbox.approval_id, 'approved_by', p_outbox.iso_agent_id))
  on conflict (id) do nothing;
  perform private.bind_avinode_message(private.reply_id(p_outbox.id), p_avinode_message_id);
  return private.reply_id(p_outbox.id);
end
$$;
comment on function private.write_reply(private.outbox, text) is
  'The approved words to an operator as a message of their room, once.';

create function private.confirm_delivery(p_outbox private.outbox, p_avinode_message_id text) returns uuid
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_message uuid := coalesce(p_outbox.message_id, private.reply_id(p_outbox.id));
begin
  if p_outbox.action = 'reply_to_operator' then
    perform private.write_reply(p_outbox, p_avinode_message_id);
  else
    perform private.bind_avinode_message(v_message, p_avinode_message_id);
  end if;
  -- A holder that is still at it will say so itself; what was given up as unknown is known now.
  if p_outbox.status in ('unknown', 'failed') or p_outbox.lease_until <= clock_timestamp() then
    update private.outbox set
      status = 'done', error = null, lease_until = null,
      result = jsonb_build_object('avinode_message_id', p_avinode_message_id, 'confirmed_by', 'notification')
     where id = p_outbox.id;
    perform private.settle_approval(p_outbox, 'executed', jsonb_build_object('avinode_message_id', p_avinode_message_id), null);
  end if;
  return v_message;
end
$$;
comment on function private.confirm_delivery(private.outbox, text) is
  'Avinode has shown us our own message: it was delivered, whatever the sender could tell.';

create function private.was_delivered(p_outbox private.outbox) returns boolean
  language plpgsql set search_path = pg_catalog, pg_temp
as $$
declare
  v_avinode_message_id text;
begin
  select m.avinode_message_id into v_avinode_message_id from public.messages m
   where m.id = coalesce(p_outbox.message_id, private.reply_id(p_outbox.id)) and m.avinode_message_id is not null;
  if not found then
    return false;
  end if;
  update private.outbox set lease_until = clock_timestamp() where id = p_outbox.id returning * into p_outbox;
  perform private.confirm_delivery(p_outbox, v_avinode_message_id);
  return true;
end
$$;
comment on function private.was_delivered(private.outbox) is
  'Whether a notification has shown that an earlier attempt arrived. Then the row is closed here and now, whoever holds it.';
