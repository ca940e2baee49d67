-- The seven core enums, and `private`: the schema for machinery that the API never exposes.

create schema if not exists private;
revoke all on schema private from public;

-- Rights are always granted by name: nothing that is created later may be used by anyone. Some projects open whatever is
-- created in `public` to the API's roles by themselves, newer ones open nothing; from here on both are alike.
alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;

create extension if not exists pg_trgm with schema extensions;

create type public.request_status as enum (
  'draft', 'pending', 'analyzing', 'fetching_client_data', 'searching_flights', 'trip_created', 'awaiting_user_action',
  'avinode_session_active', 'monitoring_for_quotes', 'awaiting_quotes', 'analyzing_proposals', 'generating_email',
  'sending_proposal', 'completed', 'failed', 'cancelled'
);

create type public.quote_status as enum ('pending', 'received', 'analyzed', 'accepted', 'rejected', 'expired');

create type public.user_role as enum ('iso_agent', 'admin', 'operator');

create type public.margin_type as enum ('percentage', 'fixed');

create type public.execution_status as enum ('pending', 'running', 'completed', 'failed', 'timeout');

create type public.agent_type as enum (
  'orchestrator', 'client_data', 'flight_search', 'proposal_analysis', 'communication', 'error_monitor'
);

create type public.proposal_status as enum ('draft', 'generated', 'sent', 'viewed', 'accepted', 'rejected', 'expired');
