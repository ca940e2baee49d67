import type { ContactReading } from './contact.ts'

/** What the assistant cannot do, and says so instead of guessing at something near it. */
export type Beyond =
  | 'reminder'
  | 'call'
  | 'undo'
  | 'booking'
  | 'discount'
  | 'completion'
  | 'recipient'
  | 'empty_legs'
  | 'permission'
  | 'clock'
  | 'weather'
  | 'transport'

/** Which quote is meant: by its place in the ranking (1 is the best, -1 the last), its id, or words that may name its operator. */
export type QuoteChoice = {
  ordinal: number | null
  quote_id: string | null
  cheapest: boolean
  words: string
  is_sent: boolean
}

/** What needs nothing but to be named. */
export type Plain =
  | 'new_trip'
  | 'change'
  | 'status'
  | 'summary'
  | 'cancel'
  | 'best_quote'
  | 'list_quotes'
  | 'list_requests'
  | 'list_approvals'
  | 'search_flights'
  | 'open_avinode'
  | 'margin_question'
  | 'operator_words'
  | 'show_proposal'
  | 'resend'
  | 'put_aside'
  | 'preferences'
  | 'repeat'
  | 'included'
  | 'distance'
  | 'yes'
  | 'no'
  | 'approve'
  | 'reject'
  | 'greeting'
  | 'bye'
  | 'thanks'
  | 'help'
  | 'problem'
  | 'terms'
  | 'unknown'

export type Intent =
  | { kind: Plain }
  | { kind: 'notice'; text: string }
  | { kind: 'beyond'; about: Beyond }
  | { kind: 'send_proposal'; choice: QuoteChoice }
  | { kind: 'margin'; margin_type: 'percentage' | 'fixed'; margin_value: string }
  | { kind: 'operator_message'; to: string; text: string }
  | { kind: 'create_client'; name: string | null }
  | { kind: 'client_contact'; contact: ContactReading }
