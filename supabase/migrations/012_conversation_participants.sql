-- Who sits in a room, and what each may do there.

create type public.participant_role as enum ('iso_agent', 'ai_assistant', 'operator', 'observer');

create type public.online_status as enum ('online', 'away', 'busy', 'offline');

create table public.conversation_participants (
  id uuid primary key default gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  iso_agent_id uuid references public.iso_agents (id),
  operator_profile_id uuid references public.operator_profiles (id),
  role public.participant_role not null,
  is_active boolean not null default true,
  can_reply boolean not null default true,
  can_invite boolean not null default false,
  unread_count integer not null default 0 check (unread_count >= 0),
  last_read_at timestamptz,
  last_read_message_id uuid,
  is_typing boolean not null default false,
  typing_started_at timestamptz,
  notification_prefs jsonb not null default '{}',
  joined_at timestamptz not null default now(),
  left_at timestamptz,
  metadata jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint participants_exactly_one_party check (
    case role
      when 'iso_agent' then iso_agent_id is not null and operator_profile_id is null
      when 'operator' then operator_profile_id is not null and iso_agent_id is null
      when 'ai_assistant' then iso_agent_id is null and operator_profile_id is null
      else num_nonnulls(iso_agent_id, operator_profile_id) = 1
    end
  ),
  constraint participants_one_seat_per_agent unique (conversation_id, iso_agent_id),
  constraint participants_one_seat_per_operator unique (conversation_id, operator_profile_id)
);

create unique index participants_one_assistant_idx on public.conversation_participants (conversation_id)
  where role = 'ai_assistant';
create index participants_iso_agent_idx on public.conversation_participants (iso_agent_id, is_active, conversation_id);
create index participants_operator_idx on public.conversation_participants (operator_profile_id, is_active, conversation_id);
create index participants_last_read_message_idx on public.conversation_participants (last_read_message_id);

create trigger participants_updated_at before update on public.conversation_participants
  for each row execute function public.update_updated_at_column();

create function public.is_conversation_participant(conv_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.conversation_participants
      where conversation_id = conv_id and iso_agent_id = public.get_current_iso_agent_id() and is_active
    )
  $$;
comment on function public.is_conversation_participant(uuid) is
  'Whether the caller is active in that conversation.';

create function private.own_conversation_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select conversation_id from public.conversation_participants
    where iso_agent_id = public.get_current_iso_agent_id() and is_active
  $$;
comment on function private.own_conversation_ids() is
  'The conversations in which the caller is active. Policies ask this once for a query instead of once for a row.';

create function private.readable_conversation_ids() returns setof uuid
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    with me as (
      select id, role from public.iso_agents where clerk_user_id = (select auth.jwt() ->> 'sub') and is_active
    )
    select p.conversation_id from me join public.conversation_participants p on p.iso_agent_id = me.id and p.is_active
     where me.role <> 'admin'
    union all
    select c.id from me join public.conversations c on me.role = 'admin'
  $$;
comment on function private.readable_conversation_ids() is 'The conversations that the caller may read: those with a seat, for an admin all.';

create function private.can_reply(conv_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.conversation_participants
      where conversation_id = conv_id and iso_agent_id = public.get_current_iso_agent_id() and is_active and can_reply
    )
  $$;
comment on function private.can_reply(uuid) is
  'Whether the caller may write in that conversation.';

create function private.can_invite(conv_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.conversation_participants
      where conversation_id = conv_id and iso_agent_id = public.get_current_iso_agent_id() and is_active and can_invite
    )
  $$;
comment on function private.can_invite(uuid) is
  'Whether the caller may bring others into that conversation.';

create function private.has_operator(conv_id uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, pg_temp
  as $$
    select exists (
      select from public.conversation_participants
      where conversation_id = conv_id and operator_profile_id is not null and is_active
    )
  $$;
comment on function private.has_operator(uuid) is
  'Whether anyone from outside our house reads along in that conversation.';

grant execute on function
  public.is_conversation_participant(uuid), private.own_conversation_ids(), private.readable_conversation_ids(), private.can_reply(uuid),
  private.can_invite(uuid), private.has_operator(uuid)
  to authenticated, service_role;
