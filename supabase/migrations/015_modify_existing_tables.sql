-- The Avinode and chat columns of the core tables, and the room of a request.

alter table public.iso_agents
  add column online_status public.online_status not null default 'offline';

alter table public.requests
  add column avinode_rfp_id text,
  add column avinode_trip_id text,
  add column avinode_deep_link text,
  add column primary_conversation_id uuid references public.conversations (id) on delete set null,
  add column operators_contacted integer not null default 0 check (operators_contacted >= 0),
  add column quotes_expected integer not null default 0 check (quotes_expected >= 0),
  add column quotes_received integer not null default 0 check (quotes_received >= 0);

alter table public.quotes
  add column operator_profile_id uuid references public.operator_profiles (id),
  add column avinode_quote_id text,
  add column conversation_id uuid references public.conversations (id) on delete set null,
  add column operator_message text,
  add column received_at timestamptz,
  add column responded_at timestamptz,
  add column expired_at timestamptz,
  add column price_locked_until timestamptz;

-- Unique: a trip's notifications must never find the request of another broker.
create unique index requests_avinode_trip_idx on public.requests (avinode_trip_id);
create index requests_primary_conversation_idx on public.requests (primary_conversation_id);
create index requests_display_id_idx on public.requests ((metadata ->> 'avinode_display_id'));
create unique index quotes_avinode_quote_idx on public.quotes (avinode_quote_id);
create index quotes_operator_profile_idx on public.quotes (operator_profile_id);
create index quotes_conversation_idx on public.quotes (conversation_id);
create index quotes_price_locked_idx on public.quotes (price_locked_until)
  where status in ('pending', 'received', 'analyzed');

create function public.get_or_create_request_conversation(request_id uuid, p_subject text default null) returns uuid
  language plpgsql security definer set search_path = pg_catalog, pg_temp
  as $$
    declare
      request public.requests;
      room_id uuid;
    begin
      select * into request from public.requests r
        where r.id = get_or_create_request_conversation.request_id
          and (private.is_system() or public.is_admin() or r.iso_agent_id = public.get_current_iso_agent_id())
        for update;
      if request.id is null then
        raise exception using errcode = 'PT404', message = 'The request was not found';
      end if;
      if request.primary_conversation_id is not null then
        return request.primary_conversation_id;
      end if;

      select c.id into room_id from public.conversations c
        where c.request_id = request.id and c.type = 'rfp_negotiation'
        order by c.created_at limit 1;
      if room_id is null then
        insert into public.conversations (request_id, type, subject)
          values (
            request.id,
            'rfp_negotiation',
            coalesce(p_subject, format('%s to %s, %s', request.departure_airport, request.arrival_airport, request.departure_date))
          )
          returning id into room_id;
        insert into public.conversation_participants (conversation_id, iso_agent_id, role, can_invite)
          values (room_id, request.iso_agent_id, 'iso_agent', true), (room_id, null, 'ai_assistant', false);
      end if;
      update public.requests r set primary_conversation_id = room_id where r.id = request.id;
      return room_id;
    end
  $$;
comment on function public.get_or_create_request_conversation(uuid, text) is
  'The room of a request, with broker and assistant: made once, however many ask at the same time. PT404 for a request of others.';

grant execute on function public.get_or_create_request_conversation(uuid, text) to authenticated, service_role;

create function private.guard_proposal_price() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      if new.quote_id is not null and new.total_amount is not null and private.is_plain_broker() and exists (
        select from public.quotes q where q.id = new.quote_id and q.total_price <> new.total_amount
      ) then
        raise exception using errcode = 'PT422', message = 'The total of a proposal must be the price of its quote';
      end if;
      return new;
    end
  $$;
comment on function private.guard_proposal_price() is
  'A price shown to a client comes from a quote: a broker''s token cannot write another total than the quote''s (PT422).';

create trigger proposals_guard_price before insert or update of total_amount on public.proposals
  for each row execute function private.guard_proposal_price();

-- Columns that a broker's own token may not change, whatever row it owns.
create trigger iso_agents_protect before update on public.iso_agents
  for each row execute function private.protect_columns('id', 'clerk_user_id', 'email', 'role', 'is_active', 'metadata', 'created_at');
create trigger client_profiles_protect before update on public.client_profiles
  for each row execute function private.protect_columns('id', 'iso_agent_id', 'created_at');
create trigger requests_protect before update on public.requests
  for each row execute function private.protect_columns(
    'id', 'iso_agent_id', 'operators_contacted', 'quotes_expected', 'quotes_received', 'created_at'
  );
create trigger quotes_protect before update on public.quotes
  for each row execute function private.protect_columns(
    'id', 'request_id', 'operator_id', 'operator_profile_id', 'operator_name', 'base_price', 'fuel_surcharge', 'taxes',
    'fees', 'total_price', 'aircraft_type', 'aircraft_tail_number', 'aircraft_details', 'availability_confirmed',
    'valid_until', 'avinode_quote_id', 'conversation_id', 'operator_message', 'received_at', 'expired_at',
    'price_locked_until', 'created_at'
  );
create trigger proposals_protect before update on public.proposals
  for each row execute function private.protect_columns(
    'id', 'request_id', 'iso_agent_id', 'quote_id', 'client_profile_id', 'proposal_number', 'sent_at', 'viewed_at',
    'accepted_at', 'rejected_at', 'sent_to_email', 'sent_to_name', 'email_message_id', 'view_count', 'download_count',
    'last_viewed_at', 'last_downloaded_at', 'created_at'
  );
create trigger conversations_protect before update on public.conversations
  for each row execute function private.protect_columns(
    'id', 'request_id', 'quote_id', 'type', 'avinode_thread_id', 'last_message_at', 'last_message_by', 'message_count',
    'unread_count_iso', 'unread_count_operator', 'metadata', 'created_at'
  );
create trigger participants_protect before update on public.conversation_participants
  for each row execute function private.protect_columns(
    'id', 'conversation_id', 'iso_agent_id', 'operator_profile_id', 'role', 'can_reply', 'can_invite', 'joined_at',
    'metadata', 'created_at'
  );
create trigger messages_protect before update on public.messages
  for each row execute function private.protect_columns(
    'id', 'conversation_id', 'sender_type', 'sender_iso_agent_id', 'sender_operator_id', 'sender_name', 'content_type',
    'rich_content', 'attachments', 'parent_message_id', 'thread_root_id', 'reply_count', 'status', 'avinode_message_id',
    'chatkit_message_id', 'read_by', 'reactions', 'is_edited', 'edited_at', 'original_content', 'metadata', 'created_at'
  );

-- What follows from what others do is not in a broker's new row either. Avinode's ids are numbers that can be guessed: a row
-- that bears one beforehand would keep the operator's own words from being stored.
create function private.refuse_written_by_hand() returns trigger
  language plpgsql set search_path = pg_catalog, pg_temp
  as $$
    begin
      if private.is_plain_broker() then
        raise exception using errcode = '42501',
          message = format('A new row of %s cannot say what is still to happen to it', tg_table_name);
      end if;
      return new;
    end
  $$;
comment on function private.refuse_written_by_hand() is
  'Refuses a broker''s direct insert of what only the system writes; the trigger''s condition says what that is.';

create trigger messages_refuse_history before insert on public.messages
  for each row when (
    new.avinode_message_id is not null or new.status not in ('sending', 'sent') or new.reply_count <> 0
    or new.read_by <> '[]' or new.reactions <> '{}' or new.is_edited or new.edited_at is not null
    or new.original_content is not null or new.deleted_at is not null
  )
  execute function private.refuse_written_by_hand();
create trigger proposals_refuse_history before insert on public.proposals
  for each row when (
    num_nonnulls(new.sent_at, new.viewed_at, new.accepted_at, new.rejected_at, new.expired_at, new.sent_to_email,
      new.sent_to_name, new.email_message_id, new.last_viewed_at, new.last_downloaded_at) > 0
    or new.view_count <> 0 or new.download_count <> 0
  )
  execute function private.refuse_written_by_hand();
create trigger requests_refuse_history before insert on public.requests
  for each row when (new.operators_contacted <> 0 or new.quotes_expected <> 0 or new.quotes_received <> 0)
  execute function private.refuse_written_by_hand();
