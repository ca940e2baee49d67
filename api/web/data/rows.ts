/** The rows as the HTTP API answers them, as far as the page reads them. */
export type Agent = {
  id: string
  full_name: string
  email: string
  role: string
}

export type Segment = {
  departure_airport: string
  arrival_airport: string
  departure_date: string
  departure_time: string | null
  passengers: number
}

export type Request = {
  id: string
  iso_agent_id: string
  status: string
  departure_airport: string
  arrival_airport: string
  departure_date: string
  return_date: string | null
  passengers: number
  aircraft_type: string | null
  budget: string | null
  special_requirements: string | null
  metadata: Record<string, unknown>
  segments: Segment[]
  client: { id: string; company_name: string } | null
  avinode_deep_link: string | null
  primary_conversation_id: string | null
  operators_contacted: number
  quotes_expected: number
  quotes_received: number
  created_at: string
  updated_at: string
}

export type ScorePart = { part: string; points: number; of: number; reason: string }

export type Quote = {
  id: string
  request_id: string
  conversation_id: string | null
  operator_name: string
  total_price: string
  currency?: string
  aircraft_type: string | null
  aircraft_tail_number: string | null
  aircraft_details: Record<string, unknown> | null
  availability_confirmed: boolean | null
  valid_until: string | null
  price_locked_until: string | null
  base_price: string | null
  fuel_surcharge: string | null
  taxes: string | null
  fees: string | null
  score: number | null
  ranking: number | null
  analysis_notes: string | null
  operator_message: string | null
  metadata: Record<string, unknown>
  status: 'pending' | 'received' | 'analyzed' | 'accepted' | 'rejected' | 'expired'
  created_at: string
}

export type OnlineStatus = 'online' | 'away' | 'busy' | 'offline'

/** Somebody's seat in a room. */
export type Participant = {
  id: string
  iso_agent_id: string | null
  operator_profile_id: string | null
  role: 'iso_agent' | 'ai_assistant' | 'operator' | 'observer'
  name: string
  is_active: boolean
  can_reply: boolean
  can_invite: boolean
  unread_count: number
  online_status: OnlineStatus | null
  last_seen_at: string | null
}

export type Conversation = {
  id: string
  request_id: string | null
  quote_id: string | null
  type: string
  status: string
  subject: string | null
  is_priority: boolean
  last_message_at: string | null
  metadata: Record<string, unknown>
  /** Only in lists. */
  unread_count?: number
  operator?: { id: string; company_name: string } | null
  /** Null where the request is a colleague's. */
  request?: { id: string } | null
  last_message?: { sender_type: Message['sender_type']; content_type: string } | null
  /** Only where one room is read. */
  participants?: Participant[]
  created_at: string
}

/** A file of a room. */
export type Attachment = { file_name: string; file_path: string; mime_type: string; size_bytes: number }

export type Message = {
  id: string
  conversation_id: string
  sender_type: 'iso_agent' | 'ai_assistant' | 'operator' | 'system'
  sender_iso_agent_id: string | null
  sender_name: string | null
  content_type: string
  content: string | null
  rich_content: ({ card?: string } & Record<string, unknown>) | null
  status: 'sending' | 'sent' | 'delivered' | 'read' | 'failed'
  metadata: Record<string, unknown> | null
  is_edited?: boolean
  attachments?: Attachment[]
  parent_message_id?: string | null
  /** The first message of the thread that this one belongs to. */
  thread_root_id?: string | null
  reply_count?: number
  /** Whose reactions, by emoji. */
  reactions?: Record<string, string[]>
  read_by?: { iso_agent_id?: string; read_at: string }[]
  created_at: string
  deleted_at: string | null
}

/** A message in the list of what was found, with its room. */
export type FoundMessage = Message & {
  conversation: { id: string; subject: string | null; type: string; request_id: string | null }
}

/** What the assistant did on the way to an answer. */
export type Step = {
  id: string
  agent: string
  tool: string
  /** The call of the specialist inside which it happened. */
  parent: string | null
  status: 'running' | 'done' | 'failed'
  duration_ms: number | null
}

/** What the broker should look at before saying yes. */
export type ApprovalWarning = { code: string; field: string; message: string }

export type Approval = {
  id: string
  action: string
  payload: Record<string, unknown>
  original_payload: Record<string, unknown> | null
  request_id: string | null
  conversation_id: string | null
  status: 'pending' | 'approved' | 'rejected' | 'expired' | 'executed' | 'failed' | 'unknown'
  expires_at: string
  decided_by: string | null
  decided_at: string | null
  reason: string | null
  executed_at: string | null
  error_message: string | null
  /** Only where one is read, or the list: the feed tells an approval without them. */
  warnings?: ApprovalWarning[]
  created_at: string
}

export type Proposal = {
  id: string
  request_id: string
  quote_id: string | null
  proposal_number: string | null
  title: string | null
  status: string
  total_amount: string | null
  margin_applied: string | null
  final_amount: string | null
  currency: string
  file_name: string | null
  file_size_bytes: number | null
  sent_to_email: string | null
  sent_to_name: string | null
  generated_at: string | null
  sent_at: string | null
  viewed_at: string | null
  last_viewed_at: string | null
  accepted_at: string | null
  rejected_at: string | null
  view_count: number
  download_count: number
  created_at: string
}

export type WorkflowState = {
  id: string
  current_state: string
  agent_id: string | null
  state_entered_at: string
  state_duration_ms: number | null
  error_message: string | null
}

export type ToolCall = {
  call_id: string
  name: string
  arguments: unknown
  duration_ms: number | null
  ok: boolean
  error: string | null
}

export type Execution = {
  id: string
  agent_type: string
  status: 'pending' | 'running' | 'completed' | 'failed' | 'timeout'
  execution_time_ms: number | null
  started_at: string | null
  completed_at: string | null
  error_message: string | null
  input_data: unknown
  output_data: unknown
  metadata: {
    parent_execution_id?: string | null
    model?: string
    tokens?: { input?: number; output?: number; total?: number; requests?: number }
    cost_usd?: number
    background?: string
    tool_calls?: ToolCall[]
  }
}

export type Client = {
  id: string
  company_name: string
  contact_name: string | null
  email: string | null
  phone: string | null
  preferences: Record<string, unknown> | null
  notes: string | null
}

/** What the error monitor has found, once for each cause. */
export type Problem = {
  kind: 'problem'
  id: string
  problem: 'stuck_request' | 'silent_operators' | 'failing_runs' | 'dead_letters' | 'dependency'
  what: string
  advice: string
  count: number | null
  opened_at: string
  last_seen_at: string
  told_at: string | null
  closed_at: string | null
}

type FailedOnce = { id: string; error_message: string | null }

export type Failure =
  | Problem
  | (FailedOnce & { kind: 'execution'; agent_type: string; created_at: string })
  | (FailedOnce & { kind: 'webhook'; event_type: string; received_at: string })
