-- A foreign key does not know tenants. The policies keep a broker from pointing at what is another's; this holds for everyone
-- else too, the service and administrators included: what hangs together belongs to one broker.

create function private.require_same(p_is_same boolean, p_message text) returns void
  language plpgsql immutable set search_path = pg_catalog, pg_temp
as $$
begin
  if not coalesce(p_is_same, true) then -- null: there is no such row, which the foreign key says better
    raise exception using errcode = '42501', message = p_message;
  end if;
end
$$;
comment on function private.require_same(boolean, text) is 'Refuses a reference that leads to another broker.';

create function private.has_seat(p_conversation_id uuid, p_iso_agent_id uuid) returns boolean
  language sql stable set search_path = pg_catalog, pg_temp
as $$
  select case when exists (select from public.conversations c where c.id = p_conversation_id) then exists (
    select from public.conversation_participants p
     where p.conversation_id = p_conversation_id and p.iso_agent_id = p_iso_agent_id) end
$$;
comment on function private.has_seat(uuid, uuid) is
  'Whether a broker has, or had, a seat in a conversation; null where there is no such conversation.';

create function private.guard_request_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select c.iso_agent_id = new.iso_agent_id from public.client_profiles c where c.id = new.client_profile_id),
    'The client of a request must be its broker''s own');
  perform private.require_same(
    private.has_seat(new.primary_conversation_id, new.iso_agent_id),
    'The room of a request must be one of its broker''s');
  -- What is noted about a request is written into its room: who only observes there has nothing to write.
  if new.primary_conversation_id is not null
    and (tg_op = 'INSERT' or new.primary_conversation_id is distinct from old.primary_conversation_id)
    and not (private.is_system() or public.is_admin() or private.can_reply(new.primary_conversation_id)) then
    raise exception using errcode = '42501', message = 'The room of a request must be one in which its broker may write';
  end if;
  return new;
end
$$;
comment on function private.guard_request_references() is
  'The client of a request is its broker''s own, and its primary conversation one in which the broker has a seat, and a voice when it is chosen.';
create trigger requests_guard_references
  before insert or update of client_profile_id, iso_agent_id, primary_conversation_id on public.requests
  for each row when (new.client_profile_id is not null or new.primary_conversation_id is not null)
  execute function private.guard_request_references();

create function private.guard_approval_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select r.iso_agent_id = new.iso_agent_id from public.requests r where r.id = new.request_id),
    'The request of an approval must be its broker''s own');
  perform private.require_same(
    private.has_seat(new.conversation_id, new.iso_agent_id),
    'The room of an approval must be one of its broker''s');
  perform private.require_same(
    (select t.iso_agent_id = new.iso_agent_id from private.assistant_turns t where t.id = new.turn_id),
    'The turn of an approval must be its broker''s own');
  return new;
end
$$;
comment on function private.guard_approval_references() is
  'The request and the turn of an approval are its broker''s own, and its conversation one in which the broker has a seat.';
create trigger approvals_guard_references before insert or update of iso_agent_id, request_id, conversation_id, turn_id on public.approvals
  for each row execute function private.guard_approval_references();

create function private.guard_proposal_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select r.iso_agent_id = new.iso_agent_id from public.requests r where r.id = new.request_id),
    'The request of a proposal must be its broker''s own');
  perform private.require_same(
    (select q.request_id = new.request_id from public.quotes q where q.id = new.quote_id),
    'The quote of a proposal must answer its request');
  perform private.require_same(
    (select c.iso_agent_id = new.iso_agent_id from public.client_profiles c where c.id = new.client_profile_id),
    'The client of a proposal must be its broker''s own');
  return new;
end
$$;
comment on function private.guard_proposal_references() is
  'Request and client of a proposal are its broker''s own, and its quote answers the request.';
create trigger proposals_guard_references
  before insert or update of request_id, iso_agent_id, quote_id, client_profile_id on public.proposals
  for each row execute function private.guard_proposal_references();

create function private.guard_quote_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select c.request_id = new.request_id from public.conversations c where c.id = new.conversation_id),
    'The room of a quote must be about the same request');
  return new;
end
$$;
comment on function private.guard_quote_references() is
  'The room of a quote is about the same request.';
create trigger quotes_guard_references before insert or update of conversation_id, request_id on public.quotes
  for each row when (new.conversation_id is not null) execute function private.guard_quote_references();

create function private.guard_conversation_references() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select q.request_id = new.request_id from public.quotes q where q.id = new.quote_id),
    'The quote of a room must answer the same request');
  return new;
end
$$;
comment on function private.guard_conversation_references() is
  'The quote of a room answers the same request.';
create trigger conversations_guard_references before insert or update of quote_id, request_id on public.conversations
  for each row when (new.quote_id is not null) execute function private.guard_conversation_references();

-- A direct write is refused here too, not only invite_participant.
create function private.guard_seat() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp
as $$
begin
  perform private.require_same(
    (select m.conversation_id = new.conversation_id from public.messages m where m.id = new.last_read_message_id),
    'What was read last must be of the same conversation');
  if new.operator_profile_id is null or not new.is_active or private.is_system() or public.is_admin() then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.is_active
    and (old.conversation_id, old.operator_profile_id) is not distinct from (new.conversation_id, new.operator_profile_id) then
    return new; -- sits there already
  end if;
  if exists (
      select from public.conversations c
       where c.id = new.conversation_id and c.type <> 'quote_discussion'
         and (c.request_id is not null or exists (select from public.requests r where r.primary_conversation_id = c.id))
    ) or exists (
      select from public.conversation_participants p
       where p.conversation_id = new.conversation_id and p.operator_profile_id <> new.operator_profile_id and p.is_active
    ) then
    raise exception using errcode = '42501', message = 'An operator can only be in the room of their own quote';
  end if;
  return new;
end
$$;
comment on function private.guard_seat() is
  'What was read last in a seat is of the same room; and no broker seats an operator where a request is talked about with the assistant, because client, budget and margin are named there, or beside another operator.';
create trigger participants_guard_seat
  before insert or update of conversation_id, last_read_message_id, operator_profile_id, is_active on public.conversation_participants
  for each row execute function private.guard_seat();
