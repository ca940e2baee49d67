import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { findRow, rows } from '../database.ts'
import { ServiceError } from '../errors.ts'
import { toolNamed } from '../registry.ts'
import type { OutwardTool } from '../tool.ts'
import type { Approval } from './approval.ts'
import { domainOf, lookAlike } from './look-alike.ts'

export const ApprovalWarning = z.object({
  code: z.enum(['out_of_date', 'hidden_characters', 'look_alike_domain', 'changed_recipient', 'foreign_link']),
  field: z.string().describe('The field of the payload that it is about; empty where it is about all of it'),
  message: z.string().describe('For the broker, before the decision'),
})
export type ApprovalWarning = z.output<typeof ApprovalWarning>

type Looked = Pick<Approval, 'status' | 'action' | 'payload'>

/** What the broker should look at before saying yes. Calculated when it is asked for; the payload stays as it is, to the byte. */
export async function approvalWarnings(approval: Looked, context: ToolContext): Promise<ApprovalWarning[]> {
  const { status, payload } = approval
  if (status !== 'pending') return []
  const texts = textsIn(payload)
  return [
    ...(await outdated(approval, context)),
    ...texts.flatMap(hiddenCharacters),
    ...texts.flatMap((text) => foreignLinks(text, new URL(context.publicUrl).hostname)),
    ...(await recipientWarnings(payload, context)),
  ]
}

/** Terms that have changed since: what was drafted would be refused after a yes. */
async function outdated({ action, payload }: Looked, context: ToolContext): Promise<ApprovalWarning[]> {
  const tool = toolNamed(action) as OutwardTool | undefined
  if (tool?.effect !== 'outward' || !tool.refuseOutdated) return []
  const filed = tool.payload.safeParse(payload)
  if (!filed.success) return []
  try {
    await tool.refuseOutdated(filed.data, context)
    return []
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    // What cannot be looked at just now hides no approval: it is looked at again when it leaves.
    if (error.retryable) return []
    return [{ code: 'out_of_date', field: '', message: error.message }]
  }
}

type Text = { field: string; text: string }

function textsIn(value: unknown, field = ''): Text[] {
  if (typeof value === 'string') return [{ field, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, field ? `${field}.${key}` : key))
}

const HIDDEN = /[^\P{Cc}\n\t]|\p{Cf}|\p{Zl}|\p{Zp}|\p{Variation_Selector}|[\u115f\u1160\u3164\uffa0\u2800]/gu

function hiddenCharacters({ field, text }: Text): ApprovalWarning[] {
  const found = [...new Set(text.match(HIDDEN) ?? [])]
  if (found.length === 0) return []
  const names = found.slice(0, 5).map((sign) => `U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`)
  return [
    { code: 'hidden_characters', field, message: `This text holds characters that nobody sees: ${names.join(', ')}.` },
  ]
}

const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"')\]]+/giu

/** The client's own link is ours; any other was put in by somebody. */
function foreignLinks({ field, text }: Text, own_host: string): ApprovalWarning[] {
  const hosts = (text.match(LINK) ?? []).flatMap((link) => {
    const host = hostOf(link)
    return host === own_host ? [] : [host]
  })
  return [...new Set(hosts)].map((host) => {
    const like = lookAlike(host, [own_host])
    if (like) return { code: 'look_alike_domain', field, message: `A link leads to ${host}, which ${like}.` }
    return { code: 'foreign_link', field, message: `A link leads to ${host}, which is not ours.` }
  })
}

function hostOf(link: string): string {
  try {
    return new URL(/^www\./i.test(link) ? `https://${link}` : link).hostname
  } catch {
    return link // no browser would follow it either, but it should be seen
  }
}

const Recipient = z.object({ proposal_id: z.uuid(), to_email: z.string() })
const ClientOf = z.object({ client_profile_id: z.uuid().nullable() })
const Client = z.object({ id: z.uuid(), email: z.string().nullable() })
const Sent = z.object({ sent_to_email: z.string() })

async function recipientWarnings(payload: Looked['payload'], { db }: Pick<ToolContext, 'db'>) {
  const to = Recipient.safeParse(payload).data
  if (!to) return []
  const proposals = db.from('proposals')
  const proposal = await findRow(ClientOf, proposals.select('client_profile_id').eq('id', to.proposal_id).limit(1))
  const [clients, last] = await Promise.all([
    rows(Client, db.from('client_profiles').select('id, email').not('email', 'is', null).limit(1_000)),
    proposal?.client_profile_id ? lastRecipient(proposal.client_profile_id, db) : undefined,
  ])
  const now = clients.find(({ id }) => id === proposal?.client_profile_id)?.email
  const others = clients.flatMap(({ id, email }) => (email && id !== proposal?.client_profile_id ? [email] : []))
  const known = [...others, ...(last ? [last] : [])].map(domainOf)
  return [...changed(to.to_email, last, now), ...imitated(to.to_email, known)]
}

/** Where the client's last e-mail went. */
async function lastRecipient(client_profile_id: string, db: ToolContext['db']) {
  const sent = db
    .from('proposals')
    .select('sent_to_email')
    .eq('client_profile_id', client_profile_id)
    .not('sent_to_email', 'is', null)
    .not('sent_at', 'is', null)
    .order('sent_at', { ascending: false })
    .limit(1)
  return (await findRow(Sent, sent))?.sent_to_email
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

function changed(to: string, last: string | undefined, now: string | null | undefined): ApprovalWarning[] {
  const field = 'to_email'
  const code = 'changed_recipient'
  const found: ApprovalWarning[] = []
  if (last && !isSame(last, to))
    found.push({ code, field, message: `The last e-mail to this client went to ${last}, this one goes to ${to}.` })
  if (now && !isSame(now, to))
    found.push({ code, field, message: `The client's address is ${now} by now, but this was drafted for ${to}.` })
  return found
}

function imitated(to: string, known: string[]): ApprovalWarning[] {
  const domain = domainOf(to)
  const like = lookAlike(domain, known)
  return like ? [{ code: 'look_alike_domain', field: 'to_email', message: `The domain ${domain} ${like}.` }] : []
}
