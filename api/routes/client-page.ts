import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import { Hono } from 'hono'
import { z } from 'zod'
import { call } from '../../tools/database.ts'
import { ConflictError, InvalidInputError, NotFoundError, UpstreamError } from '../../tools/errors.ts'
import { issuesOf, sentence } from '../../tools/issues.ts'
import type { ApiEnv } from '../api-env.ts'
import { clientAddress } from '../client-address.ts'
import { englishLocale, Offer } from '../client-page/offer.ts'
import { busyPage, lostPage, offerPage } from '../client-page/page.ts'
import { PAGE_POLICY } from '../client-page/styles.ts'
import { contentDisposition } from '../content-disposition.ts'
import type { ApiDeps } from '../deps.ts'
import { createGuessGuard, type GuessGuard } from '../guess-guard.ts'
import { checkStorable, readUtf8 } from '../limits.ts'
import { HttpProblem } from '../problem.ts'

const TOKEN = /^[A-Za-z0-9_-]{22,128}$/
/** Programs that look at a link before a person does: mail scanners, chat previews, browsers that load ahead. */
const PROGRAMS =
  /bot|crawl|spider|slurp|preview|facebookexternalhit|whatsapp|telegram|skype|scan|proofpoint|mimecast|barracuda|headlesschrome-lighthouse/i

/** Postgres keeps no NUL character, and forms are not checked for one before. */
const storable = (text: string) => !text.includes('\0')
const UNSTORABLE = 'This holds a character that cannot be stored'

const Acceptance = z.strictObject({
  name: z
    .string('Your name is needed')
    .trim()
    .min(1, 'Your name is needed')
    .max(200, 'This name is too long')
    .refine(storable, UNSTORABLE),
  consent: z.literal(true, 'Please tick that you accept the proposal'),
})
const Rejection = z.strictObject({
  reason: z.string().trim().max(2000, 'This is too long').refine(storable, UNSTORABLE).nullish(),
})

type PageContext = Context<ApiEnv, '/p/:token'>

/** What a client sees behind the link in the e-mail. No sign-in: the address is the secret, and only its hash is stored. */
export function clientPageRoutes(deps: ApiDeps) {
  const guard = createGuessGuard()
  const visit = (c: PageContext) => openLink(deps, guard, c)

  return new Hono<ApiEnv>()
    .use('/p/*', async (c, next) => {
      await next()
      c.header('Content-Security-Policy', PAGE_POLICY)
      c.header('X-Robots-Tag', 'noindex, nofollow')
      c.header('Cache-Control', 'no-store')
    })
    .get('/p/:token', async (c) => {
      const offer = await visit(c)(isPerson(c) ? 'view' : 'peek')
      if (!offer) return lost(c)
      return wantsJson(c) ? c.json(publicOffer(offer)) : show(c, offer)
    })
    .get('/p/:token/pdf', async (c) => {
      const offer = await visit(c)(isPerson(c) ? 'download' : 'peek')
      if (!offer?.proposal.file_path) return lost(c)
      const { data, error } = await deps.supabase.service.storage
        .from('proposal-documents')
        .download(offer.proposal.file_path)
      if (error) throw new UpstreamError('database', 'The document cannot be read at the moment', { cause: error })
      const name = offer.proposal.file_name ?? `${offer.proposal.proposal_number}.pdf`
      return c.body(await data.arrayBuffer(), 200, {
        'Content-Type': 'application/pdf',
        'Content-Disposition': contentDisposition('inline', name),
      })
    })
    .post('/p/:token/accept', (c) => decide(deps, c, visit(c), 'accept'))
    .post('/p/:token/reject', (c) => decide(deps, c, visit(c), 'reject'))
}

type Visit = ReturnType<typeof openLink>
type Event = 'view' | 'download' | 'peek'

/** Opens a link and counts the visit. Whoever tries many that lead nowhere has to wait. */
function openLink({ supabase, trustProxy = false }: ApiDeps, guard: GuessGuard, c: PageContext) {
  return async (event: Event): Promise<Offer | null> => {
    const address = clientAddress(c, trustProxy) ?? 'unknown'
    const wait_seconds = guard.wait(address)
    if (wait_seconds > 0) {
      throw new HttpProblem(429, 'limit_exceeded', 'Too many addresses that lead nowhere; try again later', {
        'Retry-After': String(wait_seconds),
      })
    }
    const token = c.req.param('token')
    const offer = TOKEN.test(token)
      ? await call(
          Offer.nullable(),
          supabase.service.rpc('open_proposal_link', { p_token_hash: hash(token), p_event: event }),
        )
      : null
    if (!offer) guard.missed(address)
    return offer
  }
}

async function decide(deps: ApiDeps, c: PageContext, visit: Visit, decision: 'accept' | 'reject') {
  const isForm = !/json/i.test(c.req.header('Content-Type') ?? '')
  const offer = await visit('peek')
  if (!offer) return lost(c, !isForm)
  const given: Record<string, unknown> = isForm ? await formFields(c) : await jsonFields(c)
  const parsed = (decision === 'accept' ? Acceptance : Rejection).safeParse(given)
  if (!parsed.success) {
    const issues = issuesOf(parsed.error)
    if (!isForm) throw new InvalidInputError(issues, sentence(issues))
    const notice = issues.map(({ message }) => message).join('. ')
    return show(c, offer, { notice, status: 422, name: typeof given.name === 'string' ? given.name : undefined })
  }
  try {
    const decided = await decideLink(deps, c, offer, decision, parsed.data)
    return isForm ? c.redirect(`/p/${c.req.param('token')}`, 303) : c.json(decided)
  } catch (error) {
    if (error instanceof NotFoundError) return lost(c, !isForm)
    if (isForm && error instanceof ConflictError) return show(c, offer, { notice: error.message, status: 409 })
    throw error
  }
}

/** Stores the client's decision with what shows that it was one. The database answers the same decision twice with the same row. */
async function decideLink(
  { supabase, trustProxy = false, now = () => new Date() }: ApiDeps,
  c: PageContext,
  { proposal }: Offer,
  decision: 'accept' | 'reject',
  given: { name?: string; reason?: string | null | undefined },
) {
  const evidence = {
    decided_at: now().toISOString(),
    ip: clientAddress(c, trustProxy),
    user_agent: c.req.header('User-Agent')?.slice(0, 500) ?? null,
    proposal_number: proposal.proposal_number,
    final_amount: proposal.final_amount,
    consent: decision === 'accept',
  }
  const after = await call(
    Offer,
    supabase.service.rpc('decide_proposal_link', {
      p_token_hash: hash(c.req.param('token')),
      p_decision: decision,
      p_name: given.name ?? null,
      p_reason: given.reason || null,
      p_evidence: evidence,
    }),
  )
  const { status, proposal_number, final_amount, currency, accepted_at = null, rejected_at = null } = after.proposal
  return { status, proposal_number, final_amount, currency, accepted_at, rejected_at }
}

async function formFields(c: PageContext): Promise<Record<string, unknown>> {
  const { consent, ...fields } = await c.req.parseBody().catch(() => ({}) as Record<string, string>)
  return { ...fields, ...(consent !== undefined && { consent: consent === 'true' || consent === 'on' }) }
}

async function jsonFields(c: PageContext): Promise<Record<string, unknown>> {
  const text = readUtf8(await c.req.arrayBuffer())
  checkStorable(text)
  try {
    const body: unknown = JSON.parse(text || '{}')
    if (body !== null && typeof body === 'object' && !Array.isArray(body)) return { ...body }
  } catch (cause) {
    throw Object.assign(new HttpProblem(400, 'malformed_json', 'The body is not valid JSON'), { cause })
  }
  throw new InvalidInputError([{ path: '', message: 'The body must be a JSON object' }])
}

function show(
  c: PageContext,
  offer: Offer,
  { notice, status = 200, name }: { notice?: string; status?: 200 | 409 | 422; name?: string | undefined } = {},
) {
  const locale = englishLocale(c.req.header('Accept-Language'))
  const view = { offer, token: c.req.param('token'), locale, ...(notice && { notice }), ...(name && { name }) }
  return c.html(offerPage(view), status)
}

function lost(c: PageContext, asJson = wantsJson(c)) {
  if (asJson) throw new NotFoundError('This page')
  return c.html(lostPage(), 404)
}

/** The page for refusals that the error handler would otherwise answer with JSON. */
export const refusalPage = (c: Context<ApiEnv>, status: number) => {
  if (wantsJson(c) || !/html/i.test(c.req.header('Accept') ?? '')) return undefined
  return status === 429 ? busyPage() : undefined
}

const publicOffer = ({ proposal: { file_path, ...proposal }, ...offer }: Offer) => ({
  ...offer,
  proposal: { ...proposal, has_pdf: Boolean(file_path) },
})

const wantsJson = (c: Context<ApiEnv>) => {
  const accept = c.req.header('Accept') ?? ''
  return /application\/(problem\+)?json/i.test(accept) && !/text\/html/i.test(accept)
}

function isPerson(c: PageContext): boolean {
  if (c.req.method === 'HEAD') return false
  const purpose = `${c.req.header('Sec-Purpose') ?? ''} ${c.req.header('Purpose') ?? ''} ${c.req.header('X-Moz') ?? ''}`
  return !/prefetch|prerender|preview/i.test(purpose) && !PROGRAMS.test(c.req.header('User-Agent') ?? '')
}

const hash = (token: string) => createHash('sha256').update(token).digest('hex')
