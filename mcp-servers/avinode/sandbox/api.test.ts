import { describe, expect, it } from 'vitest'
import { sandboxCredentials } from './start-sandbox.ts'
import { newTrip, signal, startPlayedSandbox } from './testing.ts'

const { apiToken, authToken } = sandboxCredentials
const headers = () => ({
  Authorization: `Bearer ${authToken}`,
  'X-Avinode-ApiToken': apiToken,
  'X-Avinode-SentTimestamp': new Date().toISOString(),
  'X-Avinode-Product': 'test',
  'X-Avinode-ApiVersion': 'v1.0',
  'Content-Type': 'application/json',
})

async function call(url: string, options: { method?: string; body?: unknown; headers?: Record<string, string> } = {}) {
  const body = options.body === undefined ? null : JSON.stringify(options.body)
  const response = await fetch(url, { method: options.method ?? 'GET', headers: options.headers ?? headers(), body })
  return { status: response.status, headers: response.headers, ...(await response.json()) }
}

describe('the simulated API refuses as Avinode does', () => {
  it.each([
    ['X-Avinode-SentTimestamp', undefined, 400, 'ERR_INPUT_MISSING'],
    ['X-Avinode-SentTimestamp', '2020-01-01T00:00:00Z', 400, 'ERR_INPUT_GENERIC_INVALID'],
    ['X-Avinode-SentTimestamp', 'now', 400, 'ERR_INPUT_GENERIC_INVALID'],
    ['X-Avinode-ApiToken', undefined, 400, 'ERR_INPUT_MISSING'],
    ['X-Avinode-ApiToken', 'other', 400, 'ERR_INPUT_MISSING'],
    ['X-Avinode-Product', undefined, 400, 'ERR_INPUT_MISSING'],
    ['Authorization', undefined, 401, 'ERR_INPUT_GENERIC_INVALID'],
    ['Authorization', 'Bearer other', 401, 'ERR_INPUT_GENERIC_INVALID'],
  ])('the header %s as %s', async (name, value, status, code) => {
    await using world = await startPlayedSandbox()
    const { [name]: _left, ...rest } = headers() as Record<string, string>

    const answer = await call(`${world.sandbox.apiUrl}/rfqs/K7M2QD`, {
      headers: value === undefined ? rest : { ...rest, [name]: value },
    })

    expect(answer).toMatchObject({ status, meta: { errors: [{ code }] } })
  })

  it.each([
    ['GET', 'trips/700000018', 404, 'NOT_FOUND'],
    ['GET', 'trips', 405, 'ERR_INTERNAL_CRITICAL'],
    ['GET', 'rfqs', 403, 'NOT_AUTHORIZED'],
    ['POST', 'rfqs', 403, 'NOT_AUTHORIZED'],
    ['POST', 'searches', 403, 'NOT_AUTHORIZED'],
    ['GET', 'nothing/here', 404, 'NOT_FOUND'],
  ])('%s /%s', async (method, path, status, code) => {
    await using world = await startPlayedSandbox()
    await world.avinode.createTrip(newTrip(), signal)

    const answer = await call(`${world.sandbox.apiUrl}/${path}`, { method, ...(method === 'POST' && { body: {} }) })

    expect(answer).toMatchObject({ status, meta: { errors: [{ code }] } })
  })

  it('a lift that names nothing', async () => {
    await using world = await startPlayedSandbox()
    const body = { segments: [], criteria: { requiredLift: [{ aircraftType: '' }] }, sourcing: true }

    const answer = await call(`${world.sandbox.apiUrl}/trips`, { method: 'POST', body })

    expect(answer).toMatchObject({ status: 422, meta: { errors: [{ code: 'LIFT_INVALID' }] } })
  })

  it('too many calls in an hour', async () => {
    await using world = await startPlayedSandbox({ access: { rateLimit: { calls: 2, window_seconds: 3_600 } } })
    const read = () => call(`${world.sandbox.apiUrl}/webhooks/settings`)

    const first = await read()
    await read()
    const third = await read()

    expect([first.status, first.headers.get('X-Rate-Limit-Remaining'), third.status]).toEqual([200, '1', 429])
    expect(Number(third.headers.get('X-Rate-Limit-Reset'))).toBeGreaterThan(3_000)
  })

  it('another company’s connection sees nothing of ours', async () => {
    const ours = { token: authToken, company_id: 'acompany-7001', kind: 'rest' as const }
    const theirs = { token: 'theirs', company_id: 'acompany-7002', kind: 'rest' as const }
    const acting = { token: 'acting', company_id: 'acompany-7001', kind: 'interactive' as const }
    await using world = await startPlayedSandbox({ access: { connections: [ours, theirs, acting] } })
    const { id } = await world.avinode.createTrip(newTrip(), signal)
    const as = (token: string, more: object = {}) => ({
      headers: { ...headers(), Authorization: `Bearer ${token}`, ...more },
    })

    expect(await call(`${world.sandbox.apiUrl}/trips/${id}`, as('theirs'))).toMatchObject({ status: 404 })
    expect(await call(`${world.sandbox.apiUrl}/trips/${id}`, as('acting'))).toMatchObject({ status: 400 })
    expect(
      await call(`${world.sandbox.apiUrl}/trips/${id}`, as('acting', { 'X-Avinode-ActAsAccount': 'dana' })),
    ).toMatchObject({ status: 200 })
  })
})

it('a connection can be had by client credentials', async () => {
  await using world = await startPlayedSandbox()
  const ask = (secret: string) =>
    fetch(`${world.sandbox.apiUrl}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'sandbox', client_secret: secret }),
    })

  const granted = await (await ask('sandbox-client-secret')).json()
  const answer = await call(`${world.sandbox.apiUrl}/webhooks/settings`, {
    headers: { ...headers(), Authorization: `${granted.token_type} ${granted.access_token}` },
  })

  expect(answer.status).toBe(200)
  expect((await ask('wrong')).status).toBe(401)
})

describe('a trip', () => {
  it('is found by its id, by the id that people see, and by ours', async () => {
    await using world = await startPlayedSandbox()
    const created = await world.avinode.createTrip(newTrip(), signal)

    expect(created).toMatchObject({
      id: expect.stringMatching(/^atrip-7\d{8}$/),
      display_id: expect.stringMatching(/^[A-Z0-9]{6}$/),
      rfqs: [],
    })
    for (const id of [created.id, created.display_id]) expect(await world.avinode.getTrip(id, signal)).toEqual(created)
    expect(await world.avinode.findTrip('request-1', signal)).toEqual(created)
    expect(await world.avinode.findTrip('request-2', signal)).toBeUndefined()
  })

  it('with an airport that nobody knows is refused by its place, and does not stay', async () => {
    await using world = await startPlayedSandbox()
    const [segment] = newTrip().segments
    const bad = newTrip({ segments: segment ? [segment, { ...segment, arrival_airport: 'XYZQ' }] : [] })

    await expect(world.avinode.createTrip(bad, signal)).rejects.toMatchObject({
      details: { issues: [{ path: 'segments.1.arrival_airport' }] },
    })
    expect(await world.avinode.findTrip('request-1', signal)).toBeUndefined()
  })

  it('without usable segments is stored all the same', async () => {
    await using world = await startPlayedSandbox()
    const body = { criteria: { legs: [] }, sourcing: true, novelty: 1 }

    expect(await call(`${world.sandbox.apiUrl}/trips`, { method: 'POST', body })).toMatchObject({
      status: 201,
      meta: { errors: [] },
    })
  })

  it('gives back the passengers as they were sent, and the departure in UTC', async () => {
    await using world = await startPlayedSandbox()
    const { id } = await world.avinode.createTrip(newTrip(), signal)

    const { data } = await call(`${world.sandbox.apiUrl}/trips/${id}`)

    expect(data.segments).toMatchObject([
      { paxCount: '8', startAirport: { icao: 'KTEB' }, departureDateTime: { dateTimeUTC: '2027-02-10T20:30:00.000Z' } },
    ])
  })

  it('changes its itinerary, which RFQs already sent do not notice', async () => {
    await using world = await startPlayedSandbox()
    const trip = await world.avinode.createTrip(newTrip(), signal)
    await world.play(`trips/${trip.id}/send-rfqs`, { operators: 1 })
    const [segment] = newTrip().segments

    await world.avinode.updateTrip(
      trip.id,
      newTrip({ segments: segment ? [{ ...segment, passengers: 3 }] : [] }),
      signal,
    )

    const { data } = await call(`${world.sandbox.apiUrl}/trips/${trip.id}`)
    expect(data.segments[0].paxCount).toBe('3')
    expect(data.rfqs[0].segments[0].paxCount).toBe('8')
  })

  it('is cancelled with all its RFQs, once', async () => {
    await using world = await startPlayedSandbox()
    const { id } = await world.avinode.createTrip(newTrip(), signal)
    await world.play(`trips/${id}/send-rfqs`, { operators: 2 })

    await world.avinode.cancelTrip(id, { reason: 'BY_CLIENT', message: 'The client stays at home' }, signal)

    const trip = await world.avinode.getTrip(id, signal)
    expect(trip).toMatchObject({ canceled: true, rfqs: [{ canceled: true }, { canceled: true }] })
    await expect(world.avinode.cancelTrip(id, { reason: 'OTHER', message: '' }, signal)).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it.each([
    ['a reason that Avinode does not know', { reason: 'MOOD', messageToSeller: '' }],
    ['no reason', { messageToSeller: 'The client stays at home' }],
    ['a message that is no text', { reason: 'BY_CLIENT', messageToSeller: 7 }],
  ])('is not cancelled for %s', async (_what, body) => {
    await using world = await startPlayedSandbox()
    const { id } = await world.avinode.createTrip(newTrip(), signal)

    const answer = await call(`${world.sandbox.apiUrl}/trips/${id}/cancel`, { method: 'PUT', body })

    expect(answer).toMatchObject({ status: 400, meta: { errors: [{ code: 'ERR_INPUT_GENERIC_INVALID' }] } })
    expect(await world.avinode.getTrip(id, signal)).toMatchObject({ canceled: false })
  })
})

it('optional blocks come only when they are asked for', async () => {
  await using world = await startPlayedSandbox()
  const { id, display_id } = await world.avinode.createTrip(newTrip(), signal)
  await world.play(`trips/${id}/send-rfqs`, { operators: 1 })
  const rfq = async (query: string) => (await call(`${world.sandbox.apiUrl}/rfqs/${display_id}?${query}`)).data[0]

  const plain = await rfq('')
  expect(plain).not.toHaveProperty('updatedByBuyer')
  expect(plain.sellerLift[0]).not.toHaveProperty('latestQuote')
  for (const query of ['fields[rfqs]=latestquote&fields[rfqs]=timestamps', 'latestquote=true&timestamps=true']) {
    expect(await rfq(query)).toMatchObject({
      updatedByBuyer: expect.any(String),
      sellerLift: [{ latestQuote: { avinodeGenerated: true } }],
    })
  }
})

describe('empty legs', () => {
  const later = new Date(Date.now() + 10 * 86_400_000).toISOString().slice(0, 10)
  const search = { date: later, flexibility_days: 0, passengers: null }

  it('are found on their route and nearly on it, and not the other way round', async () => {
    await using world = await startPlayedSandbox()
    await world.play('reset')
    const leg = await world.play('publish-empty-leg', {
      departure_airport: 'EGGW',
      arrival_airport: 'LIRA',
      date: later,
      price: 9500,
    })
    const find = async (departure_airport: string | null, arrival_airport: string | null) =>
      (await world.avinode.searchEmptyLegs({ ...search, departure_airport, arrival_airport }, signal)).map(
        ({ id }) => id,
      )

    expect(await find('EGGW', 'LIRA')).toContain(leg.id)
    expect(await find('LFPB', 'LIRA')).toContain(leg.id)
    expect(await find('LIRA', 'EGGW')).not.toContain(leg.id)
    expect(await find('KTEB', null)).not.toContain(leg.id)
    expect(await world.avinode.getEmptyLeg(leg.id, signal)).toMatchObject({
      price: '9500.00',
      departure_airport: 'EGGW',
      published: true,
    })
  })

  it('are gone when they are withdrawn', async () => {
    await using world = await startPlayedSandbox()
    const leg = { departure_airport: 'KTEB', arrival_airport: 'KVNY', date: later }
    const { id } = await world.play('publish-empty-leg', leg)
    await world.play('publish-empty-leg', { ...leg, id, published: false })

    await expect(world.avinode.getEmptyLeg(id, signal)).rejects.toMatchObject({ code: 'not_found' })
    expect(
      await world.avinode.readNotification(
        { type: 'emptylegs', id, href: `${world.sandbox.apiUrl}/emptylegs/${id}` },
        signal,
      ),
    ).toEqual({
      type: 'emptylegs',
      empty_leg: null,
    })
  })

  it('of a watch can be read once', async () => {
    await using world = await startPlayedSandbox()
    const place = { airport: 'KTEB', country: null }
    const rule = {
      segments: [{ start: place, end: null }],
      aircraft_categories: [],
      active: true,
      priced_only: false,
      days_out: null,
    }
    const watch = await world.avinode.createEmptyLegWatch({ unique_name: 'from Teterboro', ...rule }, signal)

    const matches = await world.avinode.getWatchMatchesOnce(watch.id, signal)

    expect(matches.map(({ departure_airport }) => departure_airport)).toEqual(['KTEB'])
    await expect(world.avinode.getWatchMatchesOnce(watch.id, signal)).rejects.toMatchObject({ code: 'conflict' })
    expect(await world.avinode.getEmptyLegWatch(watch.id, signal)).toEqual(watch)
    expect(await world.avinode.updateEmptyLegWatch(watch.id, { ...watch, active: false }, signal)).toMatchObject({
      active: false,
    })
  })
})

it('airports and aircraft are found', async () => {
  await using world = await startPlayedSandbox()

  expect(await world.avinode.searchAirports('Teterboro', signal)).toMatchObject([
    { icao: 'KTEB', iata: 'TEB', country: 'United States' },
  ])
  expect(await world.avinode.findAircraftByTail(['N012QA', 'N1'], signal)).toMatchObject([
    { tail_number: 'N012QA', aircraft_type: 'Gulfstream G650', operator: { name: 'Northgate Air Charter' } },
  ])
})

describe('a fault', () => {
  it('hits the next calls and passes', async () => {
    await using world = await startPlayedSandbox()
    await world.play('faults', { status: 500, calls: 2 })

    await expect(world.avinode.createTrip(newTrip(), signal)).rejects.toMatchObject({ details: { outcome: 'unknown' } })
    await expect(world.avinode.listWebhooks(signal)).resolves.toEqual([])
    expect((await world.call('GET', 'faults')).body).toEqual({ down: false, orders: [] })
  })

  it('of a lost answer leaves a trip behind, which is found again', async () => {
    await using world = await startPlayedSandbox()
    await world.play('faults', { lose_answer: true, path: '/api/trips' })

    await expect(world.avinode.createTrip(newTrip(), signal)).rejects.toMatchObject({ details: { outcome: 'unknown' } })
    await expect(world.avinode.findTrip('request-1', signal)).resolves.toMatchObject({ external_trip_id: 'request-1' })
  })

  it('of slowness lasts no longer than until all are cleared', async () => {
    await using world = await startPlayedSandbox({}, { timeoutMs: 60_000 })
    await world.play('faults', { delay_ms: 600_000 })
    const asked = world.avinode.listWebhooks(signal)
    await expect
      .poll(async () => (await world.call('GET', 'faults')).body, { timeout: 30_000 })
      .toMatchObject({ orders: [] })
    await world.call('DELETE', 'faults')

    await expect(asked).resolves.toEqual([])
  })

  it('of being down lasts until it is over, and of hanging as long as one waits', async () => {
    await using world = await startPlayedSandbox({}, { timeoutMs: 60 })
    await world.play('faults', { down: true })
    await expect(world.avinode.listWebhooks(signal)).rejects.toThrow('HTTP 503')
    await world.play('faults', { down: false })
    await world.play('faults', { hang: true })

    await expect(world.avinode.listWebhooks(signal)).rejects.toThrow('did not answer in time')
    await expect(world.avinode.listWebhooks(signal)).resolves.toEqual([])
  })
})
