-- Rooms: of a request (broker and assistant), of a quote (broker, assistant and operator), or of nothing in particular.

create type public.conversation_type as enum (
  'rfp_negotiation', 'quote_discussion', 'general_inquiry', 'support', 'booking_confirmation'
);

create type public.conversation_status as enum ('active', 'awaiting_response', 'resolved', 'archived');

create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  request_id uuid references public.requests (id) on delete set null,
  quote_id uuid references public.quotes (id) on delete set null,
  type public.conversation_type not null default 'general_inquiry',
  status public.conversation_status not null default 'active',
  subject text,
  avinode_thread_id text unique,
  last_message_at timestamptz,
  last_message_by uuid,
  message_count integer not null default 0 check (message_count >= 0),
  unread_count_iso integer not null default 0 check (unread_count_iso >= 0),
  unread_count_operator integer not null default 0 check (unread_count_operator >= 0),
  is_priority boolean not null default false,
  metadata jsonb not null default '{}' check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived_at timestamptz
);

comment on column public.conversations.last_message_by is
  'The iso_agents or operator_profiles id of the last sender; null for the assistant and the system';

create index conversations_request_idx on public.conversations (request_id, created_at);
create index conversations_quote_idx on public.conversations (quote_id);

create trigger conversations_updated_at before update on public.conversations
  for each row execute function public.update_updated_at_column();
