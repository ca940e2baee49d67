import type { Grouped } from '../specification.ts'

/** When each runs, what it calls, with which arguments, and on what condition. */
export const triggers: Grouped = {
  iso_agents: {
    iso_agents_announce_presence:
      'after update of online_status: announce_presence when old.online_status is distinct from new.online_status',
    iso_agents_protect:
      'before update: protect_columns (id, clerk_user_id, email, role, is_active, metadata, created_at)',
    iso_agents_updated_at: 'before update: update_updated_at_column',
  },
  client_profiles: {
    client_profiles_protect: 'before update: protect_columns (id, iso_agent_id, created_at)',
    client_profiles_updated_at: 'before update: update_updated_at_column',
  },
  requests: {
    requests_feed_created: 'after insert: note_for_feed (request.updated)',
    requests_feed_updated: 'after update: note_for_feed (request.updated) when old.* is distinct from new.*',
    requests_guard_references:
      'before insert or update of client_profile_id, iso_agent_id, primary_conversation_id: guard_request_references when new.client_profile_id is not null or new.primary_conversation_id is not null',
    requests_guard_status: 'before insert or update of status: guard_request_status',
    requests_protect:
      'before update: protect_columns (id, iso_agent_id, operators_contacted, quotes_expected, quotes_received, created_at)',
    requests_refuse_history:
      'before insert: refuse_written_by_hand when new.operators_contacted <> 0 or new.quotes_expected <> 0 or new.quotes_received <> 0',
    requests_record_inserted: 'after insert: record_request_status',
    requests_record_status: 'after update of status: record_request_status when old.status is distinct from new.status',
    requests_updated_at: 'before update: update_updated_at_column',
  },
  quotes: {
    quotes_feed_created: 'after insert: note_for_feed (quote.created)',
    quotes_feed_updated: 'after update: note_for_feed (quote.updated) when old.* is distinct from new.*',
    quotes_forget_ranking:
      "before update of status: forget_ranking when new.status = 'expired' and new.ranking is not null",
    quotes_guard_references:
      'before insert or update of conversation_id, request_id: guard_quote_references when new.conversation_id is not null',
    quotes_protect:
      'before update: protect_columns (id, request_id, operator_id, operator_profile_id, operator_name, base_price, fuel_surcharge, taxes, fees, total_price, aircraft_type, aircraft_tail_number, aircraft_details, availability_confirmed, valid_until, avinode_quote_id, conversation_id, operator_message, received_at, expired_at, price_locked_until, created_at)',
    quotes_updated_at: 'before update: update_updated_at_column',
  },
  proposals: {
    proposals_feed_created: 'after insert: note_for_feed (proposal.updated)',
    proposals_feed_updated:
      'after update of status, view_count, download_count: note_for_feed (proposal.updated) when old.status is distinct from new.status or old.view_count is distinct from new.view_count or old.download_count is distinct from new.download_count',
    proposals_guard_price: 'before insert or update of total_amount: guard_proposal_price',
    proposals_guard_references:
      'before insert or update of request_id, iso_agent_id, quote_id, client_profile_id: guard_proposal_references',
    proposals_guard_status: 'before insert or update of status: guard_proposal_status',
    proposals_number: 'before insert: number_proposal when new.proposal_number is null',
    proposals_protect:
      'before update: protect_columns (id, request_id, iso_agent_id, quote_id, client_profile_id, proposal_number, sent_at, viewed_at, accepted_at, rejected_at, sent_to_email, sent_to_name, email_message_id, view_count, download_count, last_viewed_at, last_downloaded_at, created_at)',
    proposals_refuse_history:
      'before insert: refuse_written_by_hand when num_nonnulls(new.sent_at, new.viewed_at, new.accepted_at, new.rejected_at, new.expired_at, new.sent_to_email, new.sent_to_name, new.email_message_id, new.last_viewed_at, new.last_downloaded_at) > 0 or new.view_count <> 0 or new.download_count <> 0',
    proposals_updated_at: 'before update: update_updated_at_column',
  },
  operator_profiles: {
    operator_profiles_updated_at: 'before update: update_updated_at_column',
  },
  conversations: {
    conversations_announce:
      'after update of subject, status, is_priority, archived_at: announce_room when old.subject is distinct from new.subject or old.status is distinct from new.status or old.is_priority is distinct from new.is_priority or old.archived_at is distinct from new.archived_at',
    conversations_date_archive: 'before update of status: date_archive when old.status is distinct from new.status',
    conversations_guard_references:
      'before insert or update of quote_id, request_id: guard_conversation_references when new.quote_id is not null',
    conversations_protect:
      'before update: protect_columns (id, request_id, quote_id, type, avinode_thread_id, last_message_at, last_message_by, message_count, unread_count_iso, unread_count_operator, metadata, created_at)',
    conversations_updated_at: 'before update: update_updated_at_column',
  },
  conversation_participants: {
    participants_announce:
      'after update of is_active, role, can_reply, can_invite: announce_seat when old.is_active is distinct from new.is_active or old.role is distinct from new.role or old.can_reply is distinct from new.can_reply or old.can_invite is distinct from new.can_invite',
    participants_announce_new: 'after insert: announce_seat',
    participants_enter: 'after insert: enter_room when new.iso_agent_id is not null and new.is_active',
    participants_enter_again:
      'after update of is_active: enter_room when new.iso_agent_id is not null and new.is_active and not old.is_active',
    participants_feed_read:
      'after update of last_read_at, last_read_message_id: note_for_feed (read) when old.last_read_at is distinct from new.last_read_at or old.last_read_message_id is distinct from new.last_read_message_id',
    participants_guard_seat:
      'before insert or update of conversation_id, last_read_message_id, operator_profile_id, is_active: guard_seat',
    participants_protect:
      'before update: protect_columns (id, conversation_id, iso_agent_id, operator_profile_id, role, can_reply, can_invite, joined_at, metadata, created_at)',
    participants_updated_at: 'before update: update_updated_at_column',
  },
  messages: {
    messages_complete: 'before insert: complete_message',
    messages_enter: 'after insert: enter_message',
    messages_enter_again:
      'after update of content, content_type, deleted_at: enter_message when old.content is distinct from new.content or old.deleted_at is distinct from new.deleted_at or old.content_type is distinct from new.content_type',
    messages_feed_created: "after insert: note_for_feed (message.created) when new.content_type <> 'typing_indicator'",
    messages_feed_removed: 'after delete: note_for_feed (message.updated)',
    messages_feed_updated: 'after update: note_for_feed (message.updated) when old.* is distinct from new.*',
    messages_forget_unread:
      'after update of deleted_at: forget_unread when old.deleted_at is null and new.deleted_at is not null',
    messages_order: 'before insert: order_message',
    messages_protect:
      'before update: protect_columns (id, conversation_id, sender_type, sender_iso_agent_id, sender_operator_id, sender_name, content_type, rich_content, attachments, parent_message_id, thread_root_id, reply_count, status, avinode_message_id, chatkit_message_id, read_by, reactions, is_edited, edited_at, original_content, metadata, created_at)',
    messages_recall_delivery:
      "before update of avinode_message_id, status: recall_delivery when new.status = 'sent' and new.avinode_message_id is not null and (new.sender_type in ('iso_agent', 'ai_assistant'))",
    messages_record_edit:
      'before update of content: record_message_edit when old.content is distinct from new.content and new.deleted_at is null',
    messages_refuse_history:
      "before insert: refuse_written_by_hand when new.avinode_message_id is not null or (new.status <> all (array['sending', 'sent'])) or new.reply_count <> 0 or new.read_by <> '[]' or new.reactions <> '{}' or new.is_edited or new.edited_at is not null or new.original_content is not null or new.deleted_at is not null",
    messages_relay: "after insert: relay_message when new.sender_type = 'iso_agent' and new.status = 'sending'",
    messages_reopen_room: "after insert: reopen_room when new.content_type <> 'typing_indicator'",
    messages_reply_deleted:
      'after update of deleted_at: update_parent_reply_count when new.parent_message_id is not null and (old.deleted_at is null) <> (new.deleted_at is null)',
    messages_reply_inserted: 'after insert: update_parent_reply_count when new.parent_message_id is not null',
    messages_reply_removed: 'after delete: update_parent_reply_count when old.parent_message_id is not null',
    messages_update_conversation:
      "after insert: update_conversation_on_message when new.content_type <> 'typing_indicator'",
    messages_updated_at: 'before update: update_updated_at_column',
    messages_weigh_receipts: "after insert: weigh_receipts when new.content_type <> 'typing_indicator'",
  },
  avinode_webhook_events: {
    webhook_events_note_delivery:
      "after update of processing_status: note_delivery when new.processing_status = 'completed' and new.message_id is not null",
  },
  approvals: {
    approvals_guard_references:
      'before insert or update of iso_agent_id, request_id, conversation_id, turn_id: guard_approval_references',
    approvals_feed_requested: 'after insert: note_for_feed (approval.requested)',
    approvals_feed_resolved:
      'after update of status: note_for_feed (approval.resolved) when old.status is distinct from new.status',
    approvals_updated_at: 'before update: update_updated_at_column',
  },
}
