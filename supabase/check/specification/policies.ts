import type { Grouped } from '../specification.ts'

/** Conditions, in the words that Postgres gives them back in. */
const ADMIN = '(select is_admin())'
const ME = '(select get_current_iso_agent_id())'
const OWN = `(iso_agent_id = ${ME})`
const OF_READABLE_AGENT = '(iso_agent_id = any (array(select private.readable_agent_ids())))'
const OF_READABLE_REQUEST = '(request_id = any (array( select r.id from requests r)))'
const OF_READABLE_ROOM = '(conversation_id = any (array(select private.readable_conversation_ids())))'

const existsOwn = (table: string, name: string, id: string) =>
  `(exists ( select from ${table} ${name} where ((${name}.id = ${id}) and (${name}.iso_agent_id = ${ME}))))`
const ownClient = (table: string) =>
  `((client_profile_id is null) or ${existsOwn('client_profiles', 'c', `${table}.client_profile_id`)})`
const OWN_REQUEST = `(${OWN} and ${ownClient('requests')})`
const OWN_PROPOSAL = `(${OWN} and ${existsOwn('requests', 'r', 'proposals.request_id')} and ((quote_id is null) or (exists ( select from quotes q where ((q.id = proposals.quote_id) and (q.request_id = proposals.request_id))))) and ${ownClient('proposals')})`
const OWN_MESSAGE = `((sender_type = 'iso_agent') and (sender_iso_agent_id = ${ME}) and (conversation_id = any (array(select private.own_conversation_ids()))))`

const FILE_OF_OWN_REQUEST = existsOwn('requests', 'r', 'private.id_in_path(objects.name)')
const FILE_OF_OWN_ROOM = '(private.id_in_path(name) = any (array(select private.own_conversation_ids())))'
const OWN_FILE = "(owner_id = ( select (auth.jwt() ->> 'sub')))"
const PROPOSAL_PATH = "(name ~ '^proposals/[0-9a-f-]{36}/[A-Za-z0-9][A-Za-z0-9._-]*$')"
const ATTACHMENT_PATH = "(name ~ '^conversations/[0-9a-f-]{36}/[0-9a-f-]{36}/[^/]+$')"

/**
 * By table: for which command each is, of which rows, and what a row must be after an update where that is more. All of them
 * are for `authenticated`: anon has none, and the service role needs none.
 */
export const policies: Grouped = {
  iso_agents: {
    iso_agents_select_own: 'select: (id = any (array(select private.readable_agent_ids())))',
    iso_agents_insert_admin: `insert: ${ADMIN}`,
    iso_agents_update_admin: `update: ${ADMIN}`,
    iso_agents_update_own: `update: (id = ${ME})`,
    iso_agents_delete_admin: `delete: ${ADMIN}`,
  },
  client_profiles: {
    client_profiles_select_own: `select: ${OF_READABLE_AGENT}`,
    client_profiles_insert_admin: `insert: ${ADMIN}`,
    client_profiles_insert_own: `insert: ${OWN}`,
    client_profiles_update_admin: `update: ${ADMIN}`,
    client_profiles_update_own: `update: ${OWN}`,
    client_profiles_delete_admin: `delete: ${ADMIN}`,
    client_profiles_delete_own: `delete: ${OWN}`,
  },
  requests: {
    requests_select_own: `select: ${OF_READABLE_AGENT}`,
    requests_insert_admin: `insert: ${ADMIN}`,
    requests_insert_own: `insert: ${OWN_REQUEST}`,
    requests_update_admin: `update: ${ADMIN}`,
    requests_update_own: `update: ${OWN}; after: ${OWN_REQUEST}`,
    requests_delete_admin: `delete: ${ADMIN}`,
    requests_delete_own: `delete: (${OWN} and (status = 'draft'))`,
  },
  quotes: {
    quotes_select_own: `select: ${OF_READABLE_REQUEST}`,
    quotes_insert_admin: `insert: ${ADMIN}`,
    quotes_update_admin: `update: ${ADMIN}`,
    quotes_update_own: `update: (exists ( select from requests r where ((r.id = quotes.request_id) and (r.iso_agent_id = ${ME}))))`,
    quotes_delete_admin: `delete: ${ADMIN}`,
  },
  proposals: {
    proposals_select_own: `select: ${OF_READABLE_AGENT}`,
    proposals_insert_admin: `insert: ${ADMIN}`,
    proposals_insert_own: `insert: ${OWN_PROPOSAL}`,
    proposals_update_admin: `update: ${ADMIN}`,
    proposals_update_own: `update: ${OWN}; after: ${OWN_PROPOSAL}`,
    proposals_delete_admin: `delete: ${ADMIN}`,
    proposals_delete_own: `delete: (${OWN} and (status = 'draft'))`,
  },
  workflow_states: {
    workflow_states_select_own: `select: ${OF_READABLE_REQUEST}`,
    workflow_states_insert_admin: `insert: ${ADMIN}`,
    workflow_states_update_admin: `update: ${ADMIN}`,
    workflow_states_delete_admin: `delete: ${ADMIN}`,
  },
  agent_executions: {
    agent_executions_select_own: `select: (${OF_READABLE_REQUEST} or ((request_id is null) and (coalesce((metadata ->> 'iso_agent_id'), '') = any (array( select (a.id) as id from private.readable_agent_ids() a(id) union all select '' where ${ADMIN})))))`,
    agent_executions_insert_admin: `insert: ${ADMIN}`,
    agent_executions_update_admin: `update: ${ADMIN}`,
    agent_executions_delete_admin: `delete: ${ADMIN}`,
  },
  operator_profiles: {
    operator_profiles_select_broker: `select: (${ME} is not null)`,
    operator_profiles_insert_admin: `insert: ${ADMIN}`,
    operator_profiles_update_admin: `update: ${ADMIN}`,
    operator_profiles_delete_admin: `delete: ${ADMIN}`,
  },
  conversations: {
    conversations_select_participant: 'select: (id = any (array(select private.readable_conversation_ids())))',
    conversations_insert_admin: `insert: ${ADMIN}`,
    conversations_update_admin: `update: ${ADMIN}`,
    conversations_update_participant:
      'update: (id = any (array(select private.own_conversation_ids()))); after: ((id = any (array(select private.own_conversation_ids()))) and private.can_reply(id))',
    conversations_delete_admin: `delete: ${ADMIN}`,
  },
  conversation_participants: {
    participants_select_participant: `select: ${OF_READABLE_ROOM}`,
    participants_insert_admin: `insert: ${ADMIN}`,
    participants_insert_with_permission: 'insert: private.can_invite(conversation_id)',
    participants_update_admin: `update: ${ADMIN}`,
    participants_update_own: `update: (${OWN} and is_active); after: ${OWN}`,
    participants_delete_admin: `delete: ${ADMIN}`,
  },
  messages: {
    messages_select_participant: `select: ${OF_READABLE_ROOM}`,
    messages_insert_admin: `insert: ${ADMIN}`,
    messages_insert_with_permission: `insert: (private.can_reply(conversation_id) and case sender_type when 'iso_agent' then (sender_iso_agent_id = ${ME}) when 'ai_assistant' then (not private.has_operator(conversation_id)) else false end)`,
    messages_update_admin: `update: ${ADMIN}`,
    messages_update_own: `update: ${OWN_MESSAGE}`,
    messages_delete_admin: `delete: ${ADMIN}`,
    messages_delete_own: `delete: ${OWN_MESSAGE}`,
  },
  avinode_webhook_events: {
    webhook_events_select_admin: `select: ${ADMIN}`,
    webhook_events_insert_admin: `insert: ${ADMIN}`,
    webhook_events_update_admin: `update: ${ADMIN}`,
    webhook_events_delete_admin: `delete: ${ADMIN}`,
  },
  approvals: {
    approvals_select_own: `select: ${OWN}`,
  },
  'storage/objects': {
    message_attachments_select_participant: `select: ((bucket_id = 'message-attachments') and ${FILE_OF_OWN_ROOM})`,
    proposal_documents_select_owner: `select: ((bucket_id = 'proposal-documents') and ${FILE_OF_OWN_REQUEST})`,
    message_attachments_insert_with_permission: `insert: ((bucket_id = 'message-attachments') and ${ATTACHMENT_PATH} and private.can_reply(private.id_in_path(name)))`,
    proposal_documents_insert_owner: `insert: ((bucket_id = 'proposal-documents') and ${PROPOSAL_PATH} and ${FILE_OF_OWN_REQUEST})`,
    message_attachments_update_uploader: `update: ((bucket_id = 'message-attachments') and ${OWN_FILE} and ${FILE_OF_OWN_ROOM}); after: ((bucket_id = 'message-attachments') and ${OWN_FILE} and ${ATTACHMENT_PATH} and private.can_reply(private.id_in_path(name)))`,
    proposal_documents_update_owner: `update: ((bucket_id = 'proposal-documents') and ${FILE_OF_OWN_REQUEST}); after: ((bucket_id = 'proposal-documents') and ${PROPOSAL_PATH} and ${FILE_OF_OWN_REQUEST})`,
    message_attachments_delete_uploader: `delete: ((bucket_id = 'message-attachments') and ${OWN_FILE} and ${FILE_OF_OWN_ROOM})`,
    proposal_documents_delete_owner: `delete: ((bucket_id = 'proposal-documents') and ${FILE_OF_OWN_REQUEST})`,
    jetvision_files_all_admin: `all: ((bucket_id in ('proposal-documents', 'message-attachments')) and ${ADMIN})`,
  },
  'realtime/messages': {
    jetvision_rooms_hear:
      "select: ((extension in ('broadcast', 'presence')) and ( select is_conversation_participant(private.room_of_topic((select realtime.topic()))) as is_conversation_participant))",
    jetvision_rooms_send:
      "insert: ((extension in ('broadcast', 'presence')) and ( select private.can_reply(private.room_of_topic((select realtime.topic()))) as can_reply))",
  },
}
