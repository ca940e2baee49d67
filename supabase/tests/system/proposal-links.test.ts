import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Arguments, type Row, startWorld } from './world.ts'

type Offer = { proposal: Row; request: Row; aircraft: Row; broker: Row; client: Row }
const token = 'a'.repeat(64)
const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString()

/** A proposal that was sent to the client, and its link. */
async function startOffer({ status = 'sending_proposal' } = {}) {
  const world = await startWorld()
  const request = await world.request(world.dana, { status })
  const { id: quote_id } = await world.one<{ id: string }>(
    `insert into quotes (request_id, operator_name, total_price, aircraft_type, aircraft_tail_number, aircraft_details, metadata)
     values ($1, 'Elite Secret Jets', 112000, 'Gulfstream G650', 'N650JV', '{"max_passengers": 14, "home_base": "KTEB", "operator": "Elite Secret Jets", "price": 112000}', '{"currency": "EUR"}')
     returning id`,
    [request.id],
  )
  const propose = async () =>
    (
      await world.one<{ id: string }>(
        `insert into proposals (request_id, iso_agent_id, quote_id, client_profile_id, total_amount, margin_applied, final_amount, status, sent_at, title)
         values ($1, $2, $3, $4, 112000, 16800, 128800, 'sent', now(), 'Your flight') returning id`,
        [request.id, world.dana.id, quote_id, request.client_id],
      )
    ).id
  const proposal_id = await propose()
  const link = (p_token_hash = token, p_proposal_id = proposal_id, agent = world.dana) =>
    agent.call('create_proposal_link', { p_proposal_id, p_token_hash, p_expires_at: inAnHour() })
  await link()
  const open = (p_event: string, p_token_hash = token) =>
    world.work<Offer | null>('open_proposal_link', { p_token_hash, p_event })
  const decide = (p_decision: string, rest: Arguments = {}) =>
    world.work<Offer>('decide_proposal_link', {
      p_token_hash: token,
      p_decision,
      p_name: 'Ann Buyer',
      p_reason: null,
      p_evidence: { ip: '127.0.0.1' },
      ...rest,
    })
  const proposal = () => world.one('select * from proposals where id = $1', [proposal_id])
  return { ...world, deal: request, quote_id, proposal_id, propose, link, open, decide, proposal }
}

describe('a proposal number', () => {
  it('is the next of its year, also when many are made at once, and never used twice', async () => {
    await using offer = await startOffer()
    await offer.sql(`update proposals set proposal_number = 'PROP-' || extract(year from now()) || '-003'`)

    await Promise.all(Array.from({ length: 12 }, () => offer.propose()))

    const numbers = await offer.sql<{ proposal_number: string }>('select proposal_number from proposals order by 1')
    const year = new Date().getUTCFullYear()
    expect(numbers.map(({ proposal_number }) => proposal_number)).toEqual(
      Array.from(
        { length: 13 },
        (_, index) => `PROP-${year}-${String(index < 1 ? 2 : index + 2).padStart(3, '0')}`,
      ).toSorted(),
    )
  })
})

describe("a client's link", () => {
  it('shows our price and nothing of the operator, its price or our margin', async () => {
    await using offer = await startOffer()

    const page = await offer.open('peek')

    expect(page).toMatchObject({
      proposal: {
        id: offer.proposal_id,
        final_amount: '128800.00',
        currency: 'EUR',
        status: 'sent',
        title: 'Your flight',
      },
      request: { departure_airport: 'KTEB', arrival_airport: 'KLAX', passengers: 8 },
      aircraft: { type: 'Gulfstream G650', details: { max_passengers: 14 } },
      broker: { full_name: 'Dana', email: 'dana@jetvision.test' },
      client: { company_name: 'Acme Secret' },
    })
    expect(JSON.stringify(page)).not.toMatch(/elite|112000|16800|home_base|120000/i)
  })

  it('counts views and downloads, and peeking counts nothing', async () => {
    await using offer = await startOffer()

    await Promise.all([
      ...Array.from({ length: 10 }, () => offer.open('view')),
      offer.open('download'),
      offer.open('peek'),
    ])

    const { view_count, download_count, status, viewed_at, last_viewed_at, last_downloaded_at } = await offer.proposal()
    expect({ view_count, download_count, status }).toEqual({ view_count: 10, download_count: 1, status: 'viewed' })
    expect([viewed_at, last_viewed_at, last_downloaded_at]).toEqual([
      expect.any(Date),
      expect.any(Date),
      expect.any(Date),
    ])
  })

  it('opens nothing when it is unknown, replaced or past its time', async () => {
    await using offer = await startOffer()
    expect(await offer.open('view', 'f'.repeat(64))).toBeNull()

    await offer.link('b'.repeat(64))
    expect(await offer.open('view')).toBeNull()
    expect(await offer.open('view', 'b'.repeat(64))).not.toBeNull()

    await offer.sql(`update private.proposal_links set expires_at = now() - interval '1 second'`)
    expect(await offer.open('view', 'b'.repeat(64))).toBeNull()
    await expect(offer.decide('accept', { p_token_hash: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'PT404' })
  })

  it("can be made only by the proposal's broker", async () => {
    await using offer = await startOffer()

    await expect(offer.link('b'.repeat(64), offer.proposal_id, offer.omar)).rejects.toMatchObject({ code: 'PT404' })
    await expect(offer.link('b'.repeat(64), randomUUID())).rejects.toMatchObject({ code: 'PT404' })
  })

  it('accepts once: proposal, quote and request end together, and the broker is told', async () => {
    await using offer = await startOffer()

    const answers = await Promise.all(Array.from({ length: 10 }, () => offer.decide('accept')))

    for (const answer of answers) expect(answer).toMatchObject({ proposal: { status: 'accepted' } })
    expect(await offer.proposal()).toMatchObject({
      status: 'accepted',
      metadata: { client_answer: { name: 'Ann Buyer', evidence: { ip: '127.0.0.1' } } },
    })
    expect(await offer.one('select status from quotes')).toEqual({ status: 'accepted' })
    expect(await offer.one('select status from requests')).toEqual({ status: 'completed' })
    expect(await offer.sql('select conversation_id, content from messages')).toMatchObject([
      { conversation_id: offer.deal.room, content: expect.stringContaining('Ann Buyer accepted proposal PROP-') },
    ])
    await expect(offer.decide('reject')).rejects.toMatchObject({ code: 'PT409' })
  })

  it('rejects once, with the reason, and takes the request back to its quotes', async () => {
    await using offer = await startOffer()

    await offer.decide('reject', { p_name: null, p_reason: 'Too late in the day' })
    await offer.decide('reject', { p_name: null, p_reason: 'Too late in the day' })

    expect(await offer.proposal()).toMatchObject({ status: 'rejected' })
    expect(await offer.one('select status from requests')).toEqual({ status: 'analyzing_proposals' })
    expect(await offer.sql('select content from messages')).toEqual([
      { content: expect.stringContaining('Too late in the day') },
    ])
    await expect(offer.decide('accept')).rejects.toMatchObject({ code: 'PT409' })
  })

  it('lets only one of two opposite answers win', async () => {
    await using offer = await startOffer()

    const answers = await Promise.allSettled([
      offer.decide('accept'),
      offer.decide('reject'),
      offer.decide('accept'),
      offer.decide('reject'),
    ])

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  })

  it('accepts only one proposal of a trip', async () => {
    await using offer = await startOffer()
    await offer.link('b'.repeat(64), await offer.propose())
    await offer.decide('accept')

    await expect(offer.decide('accept', { p_token_hash: 'b'.repeat(64) })).rejects.toMatchObject({ code: 'PT409' })
  })

  it('needs the name of who accepts', async () => {
    await using offer = await startOffer()

    await expect(offer.decide('accept', { p_name: ' ' })).rejects.toMatchObject({ code: 'PT422' })
    await expect(offer.decide('maybe')).rejects.toMatchObject({ code: 'PT422' })
  })

  it('completes a request that was on its way through other states', async () => {
    await using offer = await startOffer({ status: 'analyzing_proposals' })

    await offer.decide('accept')

    expect(
      (await offer.sql('select current_state from workflow_states order by state_entered_at')).map(
        ({ current_state }) => current_state,
      ),
    ).toEqual(['analyzing_proposals', 'generating_email', 'sending_proposal', 'completed'])
  })

  it('ends its proposal when nobody answered in time, once', async () => {
    await using offer = await startOffer()
    await offer.sql(`update private.proposal_links set expires_at = now() - interval '1 second'`)

    const sweeps = await Promise.all(
      [1, 2, 3].map(() => offer.work<{ expired: { proposals: number } }>('due_work', { p_limit: 10 })),
    )

    expect(sweeps.map(({ expired }) => expired.proposals).toSorted()).toEqual([0, 0, 1])
    expect(await offer.proposal()).toMatchObject({ status: 'expired' })
    expect(await offer.sql('select content_type from messages')).toEqual([{ content_type: 'system_notification' }])
  })
})
