/**
 * Every function that somebody who signed in may call, and why it is open to them although it runs with more rights than
 * theirs. A new one is added here, with its reason. Nobody who is not signed in may call any.
 */
export const OPEN_FUNCTIONS: Record<string, string> = {
  advance_request: 'the lifecycle is checked, and the request must be one’s own',
  bind_conversation: 'room and request must be one’s own',
  change_participant: 'only in a room where one may invite',
  create_proposal_link: 'only for one’s own proposal; keeps a hash',
  decide_approval: 'only one’s own, once',
  delete_message: 'only one’s own message',
  edit_message: 'only one’s own message',
  end_participation: 'one’s own seat, or where one may invite',
  feed_position: 'counts one’s own feed',
  file_approval: 'in one’s own name, for one’s own request and room',
  find_conversations: 'looks through rooms where one has a seat',
  get_current_iso_agent_id: 'policies ask it; tells one’s own id',
  get_or_create_request_conversation: 'only for one’s own request',
  invite_participant: 'only where one may invite',
  is_admin: 'policies ask it; tells one’s own role',
  is_conversation_participant: 'policies ask it; tells about one’s own seat',
  list_participants: 'of a room where one has a seat',
  list_problems: 'admins only',
  mark_read: 'one’s own seat',
  open_turns: 'of rooms where one has a seat',
  owns_resource: 'policies ask it; tells about oneself',
  post_message: 'only where one may reply, in one’s own name',
  react: 'only in a room where one has a seat',
  read_conversation: 'a room that one may read',
  read_feed: 'one’s own feed',
  read_turn: 'of a room where one has a seat',
  replay_dead_letters: 'admins only, and written down',
  replay_webhook_event: 'admins only, and written down',
  retry_message: 'only one’s own message',
  retry_turn: 'only what one has asked oneself',
  search_clients: 'looks through one’s own clients; an admin through everybody’s',
  search_messages: 'looks through rooms where one has a seat',
  set_presence: 'one’s own',
  set_typing: 'one’s own seat',
  start_conversation: 'for oneself, about one’s own request',
  start_turn: 'only where one may reply',
  stop_turn: 'only where one has a seat',
}

/** In `private`, which the API does not show: what policies ask about the caller, and what an index is made of. */
export const ASKED_BY_POLICIES = [
  'can_invite',
  'can_reply',
  'has_operator',
  'own_conversation_ids',
  'readable_agent_ids',
  'readable_conversation_ids',
  'search_keys',
]
