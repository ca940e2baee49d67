import { eventually, type Json } from '../client.ts'
import { openQuotes, proposals } from './checks.ts'
import type { Play, World } from './scenario.ts'

/** What brokers, operators and clients do around a chat. */

export const together =
  (...plays: Play[]): Play =>
  async (world) => {
    for (const play of plays) await play(world)
  }

export const says =
  (...texts: string[]): Play =>
  async (world) => {
    for (const text of texts) await world.says(text)
  }

/** A trip for Acme, in Avinode. */
export const aTrip = says('Teterboro to Opa-locka for Acme, 8 people, March 3, one way, about $60k, G650')

const tripOf = async (world: World) => (await world.requests()).at(-1)?.avinode_trip_id

/** In the marketplace, or at an operator's desk: a control call of the sandbox on the chat's newest trip. */
export const plays =
  (action: string, body: Json = {}): Play =>
  async (world) =>
    world.service.plays(await tripOf(world), action, body)

export const rfqs = (operators: number) => plays('send-rfqs', { operators })
export const quotes = (total_price: number, more: Json = {}) => plays('operator-quote', { total_price, ...more })
export const declines = (message?: string) => plays('operator-decline', message === undefined ? {} : { message })

/** So many quotes are in and ranked. */
export const ranked =
  (count: number): Play =>
  async (world) =>
    eventually(`${count} ranked quotes`, async () => {
      const found = await openQuotes(world)
      return found.length === count && found.every(({ ranking }) => ranking !== null)
    })

/** A deal that has come as far as two ranked quotes: 52,000 is the better one. */
export const twoQuotes = together(aTrip, rfqs(2), quotes(61_000), quotes(52_000), ranked(2))

/** Waits until nothing of this chat is being worked on. */
export const calm: Play = (world) =>
  eventually('the end of the turn', async () => {
    const open = await world.rows(
      `select 1 from private.assistant_turns where conversation_id = $1 and status in ('queued', 'running')`,
    )
    return open.length === 0
  })

const settled: Play = (world) =>
  eventually('the end of the turn', async () => {
    const open = await world.rows(
      `select 1 from private.assistant_turns where conversation_id = $1 and status in ('queued', 'running', 'interrupted')`,
    )
    return open.length === 0
  })

/** Decides on the open card of this chat, and waits for what follows. */
export const decides =
  (decision: 'approve' | 'reject', more: Json = {}): Play =>
  async (world) => {
    const card = await eventually('the approval', async () =>
      (await world.approvals()).find(({ status }) => status === 'pending'),
    )
    await world.broker.send('POST', `/api/approvals/${card.id}`, { decision, ...more })
    await settled(world)
    await eventually('the outcome of the approval', async () =>
      (await world.approvals()).every(({ status }) => status !== 'approved'),
    )
  }

/** The client opens the link of the newest e-mail and decides. */
export const clientDecides =
  (
    decision: 'accept' | 'reject',
    body: Json = decision === 'accept' ? { name: 'Jordan Avery', consent: true } : { reason: 'Too expensive' },
  ): Play =>
  async (world) => {
    const link = await eventually(
      'the link',
      async () => /https?:\/\/\S+\/p\/[\w-]+/.exec((await world.mails())[0]?.text ?? '')?.[0],
    )
    const response = await fetch(`${link}/${decision}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`The client's ${decision} was answered with ${response.status}`)
    await eventually('the row of the decision', async () =>
      (await proposals(world)).some(({ status }) => status === `${decision}ed`),
    )
    await calm(world)
  }
