/** By table and command, all of them for `authenticated`: anon has none, and the service role needs none. */
export const policies: Record<string, Record<string, readonly string[]>> = {
  iso_agents: {
    select: ['iso_agents_select_own'],
    insert: ['iso_agents_insert_admin'],
    update: ['iso_agents_update_admin', 'iso_agents_update_own'],
    delete: ['iso_agents_delete_admin'],
  },
  client_profiles: {
    select: ['client_profiles_select_own'],
    insert: ['client_profiles_insert_admin', 'client_profiles_insert_own'],
    update: ['client_profiles_update_admin', 'client_profiles_update_own'],
    delete: ['client_profiles_delete_admin', 'client_profiles_delete_own'],
  },
  requests: {
    select: ['requests_select_own'],
    insert: ['requests_insert_admin', 'requests_insert_own'],
    update: ['requests_update_admin', 'requests_update_own'],
    delete: ['requests_delete_admin', 'requests_delete_own'],
  },
  quotes: {
    select: ['quotes_select_own'],
    insert: ['quotes_insert_admin'],
    update: ['quotes_update_admin', 'quotes_update_own'],
    delete: ['quotes_delete_admin'],
  },
  proposals: {
    select: ['proposals_select_own'],
    insert: ['proposals_insert_admin', 'proposals_insert_own'],
    update: ['proposals_update_admin', 'proposals_update_own'],
    delete: ['proposals_delete_admin', 'proposals_delete_own'],
  },
  workflow_states: {
    select: ['workflow_states_select_own'],
    insert: ['workflow_states_insert_admin'],
    update: ['workflow_states_update_admin'],
    delete: ['workflow_states_delete_admin'],
  },
  agent_executions: {
    select: ['agent_executions_select_own'],
    insert: ['agent_executions_insert_admin'],
    update: ['agent_executions_update_admin'],
    delete: ['agent_executions_delete_admin'],
  },
  operator_profiles: {
    select: ['operator_profiles_select_broker'],
    insert: ['operator_profiles_insert_admin'],
    update: ['operator_profiles_update_admin'],
    delete: ['operator_profiles_delete_admin'],
  },
  conversations: {
    select: ['conversations_select_participant'],
    insert: ['conversations_insert_admin'],
    update: ['conversations_update_admin', 'conversations_update_participant'],
    delete: ['conversations_delete_admin'],
  },
  conversation_participants: {
    select: ['participants_select_participant'],
    insert: ['participants_insert_admin', 'participants_insert_with_permission'],
    update: ['participants_update_admin', 'participants_update_own'],
    delete: ['participants_delete_admin'],
  },
  messages: {
    select: ['messages_select_participant'],
    insert: ['messages_insert_admin', 'messages_insert_with_permission'],
    update: ['messages_update_admin', 'messages_update_own'],
    delete: ['messages_delete_admin', 'messages_delete_own'],
  },
  avinode_webhook_events: {
    select: ['webhook_events_select_admin'],
    insert: ['webhook_events_insert_admin'],
    update: ['webhook_events_update_admin'],
    delete: ['webhook_events_delete_admin'],
  },
  approvals: {
    select: ['approvals_select_own'],
  },
  'storage/objects': {
    select: ['message_attachments_select_participant', 'proposal_documents_select_owner'],
    insert: ['message_attachments_insert_with_permission', 'proposal_documents_insert_owner'],
    update: ['message_attachments_update_uploader', 'proposal_documents_update_owner'],
    delete: ['message_attachments_delete_uploader', 'proposal_documents_delete_owner'],
    all: ['jetvision_files_all_admin'],
  },
  'realtime/messages': {
    select: ['jetvision_rooms_hear'],
    insert: ['jetvision_rooms_send'],
  },
}
