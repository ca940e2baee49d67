import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, getRow } from '../database.ts'
import { Money } from '../money.ts'

export const ProposalStatus = z.enum(['draft', 'generated', 'sent', 'viewed', 'accepted', 'rejected', 'expired'])

const ProposalRow = z.object({
  id: z.uuid(),
  request_id: z.uuid(),
  iso_agent_id: z.uuid(),
  quote_id: z.uuid().nullable(),
  client_profile_id: z.uuid().nullable(),
  file_name: z.string().nullable(),
  file_url: z.string().nullable(),
  file_path: z.string().nullable().describe('In the bucket proposal-documents'),
  file_size_bytes: z.int().nullable(),
  mime_type: z.string().nullable(),
  proposal_number: z.string().nullable().describe('As PROP-2026-001'),
  title: z.string().nullable(),
  description: z.string().nullable(),
  total_amount: Money.nullable().describe("The operator's net price: the client never sees it"),
  margin_applied: Money.nullable().describe('Our margin: the client never sees it'),
  final_amount: Money.nullable().describe('What the client pays'),
  status: ProposalStatus,
  generated_at: z.string().nullable(),
  sent_at: z.string().nullable(),
  viewed_at: z.string().nullable(),
  accepted_at: z.string().nullable(),
  rejected_at: z.string().nullable(),
  expired_at: z.string().nullable(),
  sent_to_email: z.string().nullable(),
  sent_to_name: z.string().nullable(),
  email_subject: z.string().nullable(),
  email_body: z.string().nullable(),
  email_message_id: z.string().nullable(),
  view_count: z.int(),
  download_count: z.int(),
  last_viewed_at: z.string().nullable(),
  last_downloaded_at: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  updated_at: z.string(),
})

/** Our answer to the client: a quote with our margin on it, as a PDF. */
export const Proposal = ProposalRow.extend({ currency: z.string() })
export type Proposal = z.output<typeof Proposal>

export const proposalColumns = columnsOf(ProposalRow, ['total_amount', 'margin_applied', 'final_amount'])

/** The rows of a query that selected `proposalColumns`. */
export const StoredProposal = ProposalRow.transform(
  (proposal): Proposal => ({
    ...proposal,
    currency: typeof proposal.metadata.currency === 'string' ? proposal.metadata.currency : 'USD',
  }),
)

/** One proposal of the broker, or `NotFoundError`. */
export const readProposal = (proposal_id: string, { db }: ToolContext) =>
  getRow('The proposal', StoredProposal, db.from('proposals').select(proposalColumns).eq('id', proposal_id))

/** Whether a proposal can still be sent or answered. */
export const isLive = ({ status }: Pick<Proposal, 'status'>) =>
  ['draft', 'generated', 'sent', 'viewed'].includes(status)
