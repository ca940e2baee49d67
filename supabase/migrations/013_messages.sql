-- What is said in a room. Counters of the room and of the thread are kept by triggers.

create type public.message_sender_type as enum ('iso_agent', 'ai_assistant', 'operator', 'system');

create type public.message_content_type as enum (
  'text', 'quote_shared', 'quote_updated', 'quote_accepted', 'quote_rejected', 'quote_expired', 'rfp_created',
  'rfp_updated', 'proposal_shared', 'document_attached', 'booking_confirmed', 'payment_requested',
  'system_notification', 'workflow_update', 'typing_indicator'
);

create type public.message_status as enum ('sending', 'sent', 'delivered', 'read', 'failed');

create table public.messages (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  sender_type public.message_sender_type not null,
  sender_iso_agent_id uuid references public.iso_agents (id),
  sender_operator_id uuid references public.operator_profiles (id),
  sender_name text,
  content_type public.message_content_type not null default 'text',
  content text,
  rich_content jsonb,
  attachments jsonb not null default '[]' check (jsonb_typeof(attachments) = 'array'),
  parent_message_id uuid references public.messages (id) on delete set null,
  thread_root_id uuid references public.messages (id) on delete set null,
  reply_count integer not null default 0 check (reply_count >= 0),
  status public.message_status not null default 'sent',
  avinode_message_id text unique,
  chatkit_message_id text,
  read_by jsonb not null default '[]',
  reactions jsonb not null default '{}',
  is_edited boolean not null default false,
  edited_at timestamptz,
  original_content text,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default now(),
  deleted_at timestamptz,
  constraint messages_sender_matches_type check (
    case sender_type
      when 'iso_agent' then sender_iso_agent_id is not null and sender_operator_id is null
      when 'operator' then sender_iso_agent_id is null
      else sender_iso_agent_id is null and sender_operator_id is null
    end
  )
);

comment on column public.messages.read_by is '[{ "iso_agent_id": uuid, "read_at": timestamp }]';
comment on column public.messages.reactions is '{ "<emoji>": [iso_agent_id, ...] }';

create index messages_conversation_created_idx on public.messages (conversation_id, created_at desc, id desc);
create index messages_parent_idx on public.messages (parent_message_id) where parent_message_id is not null;
create index messages_thread_root_idx on public.messages (thread_root_id, created_at) where thread_root_id is not null;
create index messages_sender_iso_agent_idx on public.messages (sender_iso_agent_id);
create index messages_sender_operator_idx on public.messages (sender_operator_id);

alter table public.conversation_participants
  add constraint participants_last_read_message_fkey
  foreign key (last_read_message_id) references public.messages (id) on delete set null;

create function private.complete_message() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      parent record;
    begin
      if new.parent_message_id is not null then
        select conversation_id, coalesce(thread_root_id, id) as root into parent
          from public.messages where id = new.parent_message_id;
        if parent.conversation_id is distinct from new.conversation_id then
          raise exception using errcode = 'PT422', message = 'A reply must answer a message of the same conversation';
        end if;
        new.thread_root_id := parent.root;
      else
        new.thread_root_id := null;
      end if;
      if new.sender_name is null then
        new.sender_name := case new.sender_type
          when 'iso_agent' then (select full_name from public.iso_agents where id = new.sender_iso_agent_id)
          when 'operator' then (select company_name from public.operator_profiles where id = new.sender_operator_id)
          when 'ai_assistant' then 'JetVision'
          else null
        end;
      end if;
      return new;
    end
  $$;
comment on function private.complete_message() is
  'Fills in what follows from the rest of a message: its thread and its sender''s name. A reply stays in the room of its parent (PT422).';

create function private.record_message_edit() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      new.is_edited := true;
      new.edited_at := now();
      new.original_content := coalesce(old.original_content, old.content);
      return new;
    end
  $$;
comment on function private.record_message_edit() is
  'Keeps the words that were there before the first edit.';

create function public.update_conversation_on_message() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    begin
      update public.conversations set
        message_count = message_count + 1,
        last_message_at = greatest(last_message_at, new.created_at),
        last_message_by = coalesce(new.sender_iso_agent_id, new.sender_operator_id),
        unread_count_iso = unread_count_iso + (new.sender_type <> 'iso_agent')::integer,
        unread_count_operator = unread_count_operator + (new.sender_type <> 'operator')::integer
        where id = new.conversation_id;
      update public.conversation_participants set unread_count = unread_count + 1
        where conversation_id = new.conversation_id
          and is_active
          and role <> 'ai_assistant'
          and (iso_agent_id is null or iso_agent_id is distinct from new.sender_iso_agent_id)
          and (operator_profile_id is null or operator_profile_id is distinct from new.sender_operator_id);
      return null;
    end
  $$;
comment on function public.update_conversation_on_message() is
  'Keeps the room''s counters, and everyone else''s unread count.';

create function public.update_parent_reply_count() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      reply record;
      change integer;
    begin
      if tg_op = 'INSERT' then
        reply := new;
        change := 1;
      elsif tg_op = 'UPDATE' then
        reply := new;
        change := case when new.deleted_at is null then 1 else -1 end;
      else
        reply := old;
        change := case when old.deleted_at is null then -1 else 0 end;
      end if;
      update public.messages set reply_count = greatest(0, reply_count + change)
        where id in (reply.parent_message_id, reply.thread_root_id);
      return null;
    end
  $$;
comment on function public.update_parent_reply_count() is
  'Keeps reply_count: of the parent its direct replies, of the root the whole thread. A deleted reply no longer counts.';

create trigger messages_complete before insert on public.messages
  for each row execute function private.complete_message();
create trigger messages_record_edit before update of content on public.messages
  for each row when (old.content is distinct from new.content and new.deleted_at is null)
  execute function private.record_message_edit();
create trigger messages_updated_at before update on public.messages
  for each row execute function public.update_updated_at_column();
create trigger messages_update_conversation after insert on public.messages
  for each row when (new.content_type <> 'typing_indicator')
  execute function public.update_conversation_on_message();
create trigger messages_reply_inserted after insert on public.messages
  for each row when (new.parent_message_id is not null)
  execute function public.update_parent_reply_count();
create trigger messages_reply_deleted after update of deleted_at on public.messages
  for each row when (new.parent_message_id is not null and (old.deleted_at is null) <> (new.deleted_at is null))
  execute function public.update_parent_reply_count();
create trigger messages_reply_removed after delete on public.messages
  for each row when (old.parent_message_id is not null)
  execute function public.update_parent_reply_count();
