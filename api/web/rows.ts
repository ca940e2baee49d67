/** The rows as the HTTP API answers them, as far as the page reads them. */
export type Agent = {
  id: string
  full_name: string
  email: string
  role: string
  margin_type: string
  margin_value: string
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
  status: string
  departure_airport: string
  arrival_airport: string
  departure_date: string
  return_date: string | null
  passengers: number
  aircraft_type: string | null
  budget: string | null
  special_requirements: string | null
  segments: Segment[]
  client: { id: string; company_name: string } | null
  avinode_deep_link: string | null
  avinode_trip_id: string | null
  primary_conversation_id: string | null
  operators_contacted: number
  quotes_expected: number
  quotes_received: number
  created_at: string
  updated_at: string
}

export type Quote = {
  id: string
  request_id: string
  conversation_id: string | null
  operator_name: string
  total_price: string
  base_price: string | null
  fuel_surcharge: string | null
  taxes: string | null
  fees: string | null
  aircraft_type: string | null
  aircraft_tail_number: string | null
  aircraft_details: Record<string, unknown> | null
  availability_confirmed: boolean | null
  valid_until: string | null
  score: number | null
  ranking: number | null
  analysis_notes: string | null
  operator_message: string | null
  status: string
}

export type Conversation = {
  id: string
  request_id: string | null
  quote_id: string | null
  type: string
  status: string
  subject: string | null
  last_message_at: string | null
  message_count: number
  unread_count_iso?: number
  unread_count?: number
  updated_at: string
  created_at: string
}

export type Message = {
  id: string
  conversation_id: string
  sender_type: 'iso_agent' | 'ai_assistant' | 'operator' | 'system'
  sender_name: string | null
  content_type: string
  content: string | null
  rich_content: ({ card?: string } & Record<string, unknown>) | null
  status: string
  metadata: Record<string, unknown> | null
  created_at: string
  deleted_at: string | null
}

export type Approval = {
  id: string
  action: string
  payload: Record<string, unknown>
  payload_sha256: string
  request_id: string | null
  conversation_id: string | null
  status: 'pending' | 'approved' | 'rejected' | 'expired' | 'executed' | 'failed' | 'unknown'
  expires_at: string
  decided_at: string | null
  executed_at: string | null
  error_message?: string | null
}

export type Proposal = {
  id: string
  proposal_number: string
  title: string | null
  status: string
  total_amount: string
  margin_applied: string
  final_amount: string
  sent_to_email: string | null
  sent_at: string | null
  view_count: number
  download_count: number
  created_at: string
}

export type WorkflowState = {
  id: string
  current_state: string
  previous_state: string | null
  state_entered_at: string
  state_duration_ms: number | null
  error_message: string | null
}

export type Execution = {
  id: string
  agent_type: string
  status: string
  execution_time_ms: number | null
  started_at: string | null
  error_message: string | null
  metadata: {
    parent_execution_id?: string | null
    model?: string
    tokens?: { input?: number; output?: number; total?: number } | number
    tool_calls?: { name: string; duration_ms?: number; ok?: boolean }[]
  } | null
}
