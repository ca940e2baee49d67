import type { Grouped } from '../specification.ts'

/** When each runs, and what it calls. */
export const triggers: Grouped = {
  iso_agents: {
    iso_agents_announce_presence: 'after update of online_status: announce_presence',
    iso_agents_protect: 'before update: protect_columns',
    iso_agents_updated_at: 'before update: update_updated_at_column',
  },
  client_profiles: {
    client_profiles_protect: 'before update: protect_columns',
    client_profiles_updated_at: 'before update: update_updated_at_column',
  },
  requests: {
    requests_feed_created: 'after insert: note_for_feed',
    requests_feed_updated: 'after update: note_for_feed',
    requests_guard_references:
      'before insert or update of client_profile_id, iso_agent_id, primary_conversation_id: guard_request_references',
    requests_guard_status: 'before insert or update of status: guard_request_status',
    requests_protect: 'before update: protect_columns',
    requests_record_inserted: 'after insert: record_request_status',
    requests_record_status: 'after update of status: record_request_status',
    requests_updated_at: 'before update: update_updated_at_column',
  },
  quotes: {
    quotes_feed_created: 'after insert: note_for_feed',
    quotes_feed_updated: 'after update: note_for_feed',
    quotes_guard_references: 'before insert or update of conversation_id, request_id: guard_quote_references',
    quotes_protect: 'before update: protect_columns',
    quotes_updated_at: 'before update: update_updated_at_column',
  },
  proposals: {
    proposals_feed_created: 'after insert: note_for_feed',
    proposals_feed_updated: 'after update of status, view_count, download_count: note_for_feed',
    proposals_guard_price: 'before insert or update of total_amount: guard_proposal_price',
    proposals_guard_references:
      'before insert or update of request_id, iso_agent_id, quote_id, client_profile_id: guard_proposal_references',
    proposals_guard_status: 'before insert or update of status: guard_proposal_status',
    proposals_number: 'before insert: number_proposal',
    proposals_protect: 'before update: protect_columns',
    proposals_updated_at: 'before update: update_updated_at_column',
  },
  operator_profiles: {
    operator_profiles_updated_at: 'before update: update_updated_at_column',
  },
  conversations: {
    conversations_announce: 'after update of subject, status, is_priority, archived_at: announce_room',
    conversations_date_archive: 'before update of status: date_archive',
    conversations_guard_references: 'before insert or update of quote_id, request_id: guard_conversation_references',
    conversations_protect: 'before update: protect_columns',
    conversations_updated_at: 'before update: update_updated_at_column',
  },
  conversation_participants: {
    participants_announce: 'after update of is_active, role, can_reply, can_invite: announce_seat',
    participants_announce_new: 'after insert: announce_seat',
    participants_enter: 'after insert: enter_room',
    participants_enter_again: 'after update of is_active: enter_room',
    participants_feed_read: 'after update of last_read_at, last_read_message_id: note_for_feed',
    participants_guard_seat:
      'before insert or update of conversation_id, last_read_message_id, operator_profile_id, is_active: guard_seat',
    participants_protect: 'before update: protect_columns',
    participants_updated_at: 'before update: update_updated_at_column',
  },
  messages: {
    messages_complete: 'before insert: complete_message',
    messages_enter: 'after insert: enter_message',
    messages_enter_again: 'after update of content, content_type, deleted_at: enter_message',
    messages_feed_created: 'after insert: note_for_feed',
    messages_feed_removed: 'after delete: note_for_feed',
    messages_feed_updated: 'after update: note_for_feed',
    messages_forget_unread: 'after update of deleted_at: forget_unread',
    messages_order: 'before insert: order_message',
    messages_protect: 'before update: protect_columns',
    messages_recall_delivery: 'before update of avinode_message_id, status: recall_delivery',
    messages_record_edit: 'before update of content: record_message_edit',
    messages_relay: 'after insert: relay_message',
    messages_reopen_room: 'after insert: reopen_room',
    messages_reply_deleted: 'after update of deleted_at: update_parent_reply_count',
    messages_reply_inserted: 'after insert: update_parent_reply_count',
    messages_reply_removed: 'after delete: update_parent_reply_count',
    messages_update_conversation: 'after insert: update_conversation_on_message',
    messages_updated_at: 'before update: update_updated_at_column',
    messages_weigh_receipts: 'after insert: weigh_receipts',
  },
  avinode_webhook_events: {
    webhook_events_note_delivery: 'after update of processing_status: note_delivery',
  },
  approvals: {
    approvals_guard_references:
      'before insert or update of iso_agent_id, request_id, conversation_id, turn_id: guard_approval_references',
    approvals_feed_requested: 'after insert: note_for_feed',
    approvals_feed_resolved: 'after update of status: note_for_feed',
    approvals_updated_at: 'before update: update_updated_at_column',
  },
}
