-- What a notification is about is known only after it was read. Until then these columns are empty, and an index that also holds
-- the empty ones makes every notification that comes in pay for eight entries which nobody looks up.

drop index public.webhook_events_request_idx;
drop index public.webhook_events_quote_idx;
drop index public.webhook_events_conversation_idx;
drop index public.webhook_events_operator_idx;
drop index public.webhook_events_message_idx;
drop index public.webhook_events_avinode_trip_idx;
drop index public.webhook_events_avinode_rfp_idx;
drop index public.webhook_events_avinode_quote_idx;
drop index public.webhook_events_avinode_thread_idx;

create index webhook_events_request_idx on public.avinode_webhook_events (request_id) where request_id is not null;
create index webhook_events_quote_idx on public.avinode_webhook_events (quote_id) where quote_id is not null;
create index webhook_events_conversation_idx on public.avinode_webhook_events (conversation_id)
  where conversation_id is not null;
create index webhook_events_operator_idx on public.avinode_webhook_events (operator_profile_id)
  where operator_profile_id is not null;
create index webhook_events_message_idx on public.avinode_webhook_events (message_id) where message_id is not null;
create index webhook_events_avinode_trip_idx on public.avinode_webhook_events (avinode_trip_id)
  where avinode_trip_id is not null;
create index webhook_events_avinode_rfp_idx on public.avinode_webhook_events (avinode_rfp_id)
  where avinode_rfp_id is not null;
create index webhook_events_avinode_quote_idx on public.avinode_webhook_events (avinode_quote_id)
  where avinode_quote_id is not null;
create index webhook_events_avinode_thread_idx on public.avinode_webhook_events (avinode_thread_id)
  where avinode_thread_id is not null;
