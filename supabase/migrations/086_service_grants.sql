-- Some projects open whatever is created in `public` to the service role by themselves, newer ones open nothing. Here both end
-- the same: the service may call what is granted to it by name. What a broker does in person is not the service's to call.
alter default privileges in schema public revoke execute on functions from service_role;

do $$
declare
  v_function regprocedure;
begin
  for v_function in
    select p.oid::regprocedure from pg_catalog.pg_proc p
     where p.pronamespace = 'public'::regnamespace
       and has_function_privilege('authenticated', p.oid, 'execute')
       and p.proname not in (
         'get_current_iso_agent_id', 'is_admin', 'owns_resource', 'is_conversation_participant',
         'get_or_create_request_conversation', 'advance_request')
  loop
    execute format('revoke execute on function %s from service_role', v_function);
  end loop;
end
$$;
