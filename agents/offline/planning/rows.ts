import { z } from 'zod'

/** The parts of tools' answers that the rules look at. Everything else in them passes by. */

export const Segment = z.looseObject({
  departure_airport: z.string(),
  arrival_airport: z.string(),
  departure_date: z.string(),
  departure_time: z.string().nullish(),
  passengers: z.number(),
})
export type Segment = z.output<typeof Segment>

export const RequestRow = z.looseObject({
  id: z.string(),
  status: z.string(),
  departure_airport: z.string().nullish(),
  arrival_airport: z.string().nullish(),
  departure_date: z.string().nullish(),
  return_date: z.string().nullish(),
  passengers: z.number().nullish(),
  client: z.looseObject({ id: z.string(), company_name: z.string() }).nullish(),
  aircraft_type: z.string().nullish(),
  budget: z.string().nullish(),
  special_requirements: z.string().nullish(),
  segments: z.array(Segment).catch([]),
  quotes_received: z.number().nullish(),
  quotes_expected: z.number().nullish(),
  operators_contacted: z.number().nullish(),
  avinode_deep_link: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
})
export type RequestRow = z.output<typeof RequestRow>

export const QuoteRow = z.looseObject({
  id: z.string(),
  operator_name: z.string(),
  total_price: z.string(),
  currency: z.string().default('USD'),
  aircraft_type: z.string().nullish(),
  status: z.string(),
  score: z.number().nullish(),
  ranking: z.number().nullish(),
  analysis_notes: z.string().nullish(),
  valid_until: z.string().nullish(),
  conversation_id: z.string().nullish(),
  difference_to_best: z.string().nullish(),
})
export type QuoteRow = z.output<typeof QuoteRow>

export const ClientRow = z.looseObject({
  id: z.string(),
  company_name: z.string(),
  contact_name: z.string().nullish(),
  email: z.string().nullish(),
  preferences: z.record(z.string(), z.unknown()).nullish(),
})
export type ClientRow = z.output<typeof ClientRow>

export const ProposalRow = z.looseObject({
  id: z.string(),
  proposal_number: z.string().nullish(),
  currency: z.string().default('USD'),
  title: z.string().nullish(),
  quote_id: z.string().nullish(),
  status: z.string().nullish(),
  total_amount: z.string().nullish(),
  final_amount: z.string().nullish(),
  margin_applied: z.string().nullish(),
})
export type ProposalRow = z.output<typeof ProposalRow>

export const OneRequest = z.looseObject({ request: RequestRow, warnings: z.array(z.string()).default([]) })
export const Requests = z.looseObject({ requests: z.array(RequestRow) })
export const Quotes = z.looseObject({ quotes: z.array(QuoteRow) })
export const Clients = z.looseObject({ clients: z.array(ClientRow) })
export const OneClient = z.looseObject({ client: ClientRow, created: z.boolean().default(false) })
/** With whom it is for, where the tool says so. */
export const OneProposal = z.looseObject({
  proposal: ProposalRow,
  client: z.looseObject({ company_name: z.string(), contact_name: z.string().nullish() }).nullish(),
})
export const Proposals = z.looseObject({ proposals: z.array(ProposalRow) })
export const NewTrip = z.looseObject({ request: RequestRow, deep_link: z.string().nullable() })
export const Comparison = z.looseObject({ best_quote_id: z.string().nullable(), quotes: z.array(QuoteRow) })

/** What the specialists answer. */
export const ClientAnswer = z.looseObject({
  client: z.looseObject({ id: z.string(), company_name: z.string() }).nullable(),
  candidates: z.array(z.looseObject({ company_name: z.string() })),
  created: z.boolean(),
  preferences_summary: z.string().nullable(),
  note: z.string(),
})
export const SearchAnswer = z.looseObject({ deep_link: z.string().nullable(), note: z.string() })
export const AnalysisAnswer = z.looseObject({
  best_quote_id: z.string().nullable(),
  summary: z.string(),
  ranking: z.array(
    z.looseObject({
      ranking: z.number(),
      operator_name: z.string(),
      total_price: z.string(),
      currency: z.string().default('USD'),
      score: z.number(),
      reason: z.string(),
    }),
  ),
})
export const MessageAnswer = z.looseObject({
  proposal_id: z.string().nullable(),
  approval: z.enum(['executed', 'rejected', 'none']),
  subject: z.string().nullable(),
  note: z.string(),
})
export const ErrorAnswer = z.looseObject({
  cause: z.string(),
  explanation: z.string(),
  action_taken: z.string(),
  advice: z.string(),
})
