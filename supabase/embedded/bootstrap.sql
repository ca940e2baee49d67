-- What Supabase has before the first migration, for a bare Postgres: the API's roles, auth.jwt() and the storage tables.
-- Safe to run again. Never run against Supabase itself (migrate.ts looks first).

do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'anon') then
    create role anon nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'authenticated') then
    create role authenticated nologin noinherit;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'service_role') then
    create role service_role nologin noinherit bypassrls;
  end if;
  if not exists (select from pg_catalog.pg_roles where rolname = 'authenticator') then
    create role authenticator nologin noinherit;
  end if;
exception
  -- Roles belong to the whole server: another database of it may be bootstrapped at this moment.
  when duplicate_object or unique_violation then null;
end
$$;

grant anon, authenticated, service_role to authenticator;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant usage on schema public to anon, authenticated, service_role;
revoke create on schema public from public;

create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role;

-- The claims of the caller's token, as PostgREST leaves them in the transaction. Null without a token.
create or replace function auth.jwt() returns jsonb
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb $$;

create or replace function auth.role() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select auth.jwt() ->> 'role' $$;

create or replace function auth.uid() returns uuid
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select nullif(auth.jwt() ->> 'sub', '')::uuid $$;

create schema if not exists storage;
grant usage on schema storage to anon, authenticated, service_role;

create table if not exists storage.buckets (
  id text primary key,
  name text not null unique,
  owner text, -- uuid on Supabase, where it is deprecated; the embedded API writes Clerk's subject into it
  owner_id text,
  public boolean default false,
  file_size_limit bigint,
  allowed_mime_types text[],
  created_at timestamptz default now(),
  updated_at timestamptz default now()
);

create table if not exists storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner text, -- uuid on Supabase, where it is deprecated; the embedded API writes Clerk's subject into it
  owner_id text,
  metadata jsonb,
  user_metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  version text,
  created_at timestamptz default now(),
  updated_at timestamptz default now(),
  last_accessed_at timestamptz default now(),
  unique (bucket_id, name)
);

create index if not exists storage_objects_name_pattern_search on storage.objects (name text_pattern_ops);

alter table storage.buckets enable row level security;
alter table storage.objects enable row level security;
grant select on storage.buckets to authenticated;
grant select, insert, update, delete on storage.objects to authenticated;
grant all on storage.buckets, storage.objects to service_role;

create or replace function storage.foldername(name text) returns text[]
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select (string_to_array(name, '/'))[1 : cardinality(string_to_array(name, '/')) - 1] $$;

create or replace function storage.filename(name text) returns text
  language sql immutable set search_path = pg_catalog, pg_temp
  as $$ select (string_to_array(name, '/'))[cardinality(string_to_array(name, '/'))] $$;

create or replace function storage.operation() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select pg_catalog.current_setting('storage.operation', true) $$;

grant execute on all functions in schema storage to anon, authenticated, service_role;

-- Realtime: the tables whose rows it tells of, and the table whose policies say who may send and hear on a topic. Nothing
-- is ever kept in it here.
do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
end
$$;

create schema if not exists realtime;
grant usage on schema realtime to anon, authenticated, service_role;

create table if not exists realtime.messages (
  id uuid not null default gen_random_uuid(),
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  primary key (id, inserted_at)
);
alter table realtime.messages enable row level security;
grant select, insert, update on realtime.messages to anon, authenticated, service_role;

-- The topic whose rights are being asked about.
create or replace function realtime.topic() returns text
  language sql stable set search_path = pg_catalog, pg_temp
  as $$ select nullif(pg_catalog.current_setting('realtime.topic', true), '') $$;
grant execute on function realtime.topic() to anon, authenticated, service_role;
