import { describe, expect, it } from 'vitest'
import { credentials, newTrip, signal, startPlayedSandbox, startReceiver } from './testing.ts'

const page = async (url: string) => (await fetch(url)).text()
const submit = (url: string, fields: [string, string][], headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), redirect: 'manual', headers })
const choices = (html: string) => [...html.matchAll(/name="aircraft" value="([^"]+)"/g)].map(([, id]) => id ?? '')

async function openTrip(options: Parameters<typeof startPlayedSandbox>[0] = {}) {
  const world = await startPlayedSandbox(options)
  const trip = await world.avinode.createTrip(newTrip(), signal)
  return { ...world, trip, read: () => world.avinode.getTrip(trip.id, signal) }
}

describe('the page behind the search link', () => {
  it('shows the itinerary and fitting aircraft with estimates, and says that it is simulated', async () => {
    await using world = await openTrip()
    const html = await page(world.trip.search_url)

    expect(html).toContain('Simulated marketplace')
    for (const text of [
      'KTEB',
      'KVNY',
      '2027-02-10',
      '15:30',
      'Wanted: G650',
      'Gulfstream G650',
      'are estimates',
      'Send RFQs',
    ]) {
      expect(html).toContain(text)
    }
    expect(choices(html).length).toBeGreaterThan(8)
  })

  it('sends RFQs to the operators that a person picks, with the words written', async () => {
    await using world = await openTrip()
    const picked = choices(await page(world.trip.search_url)).slice(0, 2)

    const answer = await submit(world.trip.search_url, [
      ...picked.map((id): [string, string] => ['aircraft', id]),
      ['message', 'Two pets on board'],
    ])

    expect([answer.status, answer.headers.get('Location')]).toEqual([
      303,
      new URL(world.trip.view_url).pathname + new URL(world.trip.view_url).search,
    ])
    expect((await world.read()).rfqs).toHaveLength(2)
    expect(await page(world.trip.view_url)).toContain('Unanswered')
    expect(await page(world.trip.search_url)).toContain('RFQ sent')
  })

  it('asks for a choice when nothing is picked', async () => {
    await using world = await openTrip()
    const answer = await submit(world.trip.search_url, [])

    expect(await page(world.sandbox.url + answer.headers.get('Location'))).toContain('Pick at least one operator.')
    expect((await world.read()).rfqs).toEqual([])
  })

  it('is empty for a trip without segments', async () => {
    await using world = await openTrip()
    const { sandboxCredentials } = await import('./start-sandbox.ts')
    const response = await fetch(`${world.sandbox.apiUrl}/trips`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${sandboxCredentials.authToken}`,
        'X-Avinode-ApiToken': sandboxCredentials.apiToken,
        'X-Avinode-SentTimestamp': new Date().toISOString(),
        'X-Avinode-Product': 'test',
      },
      body: JSON.stringify({ sourcing: true, criteria: { legs: [] } }),
    })
    const { data } = await response.json()

    expect(await page(data.actions.searchInAvinode.href)).toContain('The search form is empty')
  })

  it('takes no form from another site, and runs no script but its own', async () => {
    await using world = await openTrip()
    const forged = await submit(world.trip.search_url, [['aircraft', 'aaircraft-7501']], {
      Origin: 'https://evil.example',
    })

    expect(forged.status).toBe(403)
    expect((await fetch(world.trip.search_url)).headers.get('Content-Security-Policy')).toContain("script-src 'self'")
  })
})

describe('the page of a trip', () => {
  it('plays an operator: quotes, declines and chats, shown without being run', async () => {
    await using world = await openTrip()
    await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 2 })
    const [first, second] = (await world.read()).rfqs
    const act = (action: string, rfq_id: string | undefined, more: [string, string][] = []) =>
      submit(world.trip.view_url, [['action', action], ['rfq_id', rfq_id ?? ''], ...more])

    await act('operator-quote', first?.id, [['total_price', '104,500']])
    await act('operator-chat', first?.id, [['text', '<script>alert(1)</script>']])
    await act('operator-decline', second?.id, [['text', 'Sorry']])
    await act('broker-chat', first?.id, [['text', 'Thank you']])

    const html = await page(world.trip.view_url)
    for (const text of ['USD 104,500.00', '&lt;script&gt;', 'Declined', 'Thank you', 'play an operator'])
      expect(html).toContain(text)
    expect(html).not.toContain('<script>alert')
    expect((await world.read()).rfqs.map(({ lifts }) => lifts[0]?.answer)).toEqual(['accepted', 'declined'])
  })

  it('says what is wrong instead of failing', async () => {
    await using world = await openTrip()
    await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })
    const [rfq] = (await world.read()).rfqs
    const answer = await submit(world.trip.view_url, [
      ['action', 'operator-quote'],
      ['rfq_id', rfq?.id ?? ''],
      ['total_price', 'cheap'],
    ])

    expect(await page(world.sandbox.url + answer.headers.get('Location'))).toContain('is not an amount of money')
  })

  it('cancels the trip', async () => {
    await using world = await openTrip()
    await submit(world.trip.view_url, [['action', 'cancel']])

    expect(await world.read()).toMatchObject({ canceled: true })
  })
})

describe('operators answer by themselves', () => {
  const sendByHand = async (world: Awaited<ReturnType<typeof openTrip>>) => {
    const picked = choices(await page(world.trip.search_url))
    await submit(
      world.trip.search_url,
      picked.map((id) => ['aircraft', id]),
    )
  }
  const responses = { first_ms: 5, longest_ms: 20, give_up_ms: 60_000 }

  it('when a person sent the RFQs: most quote, some decline, some stay silent', async () => {
    await using receiver = await startReceiver()
    await using world = await openTrip({ autoAnswer: true, webhookRetry: responses })
    await sendByHand(world)
    const { rfqs } = await world.read()
    await world.avinode.ensureWebhooks(receiver.url, credentials)

    await world.play('clock', { advance_seconds: 120 })
    await receiver.until(rfqs.length)

    const answers = (await world.read()).rfqs.map(({ lifts }) => lifts[0]?.answer)
    expect(new Set(answers)).toEqual(new Set(['accepted', 'declined', 'unanswered']))
  })

  it('but not for RFQs sent by the control route, nor once somebody plays an operator', async () => {
    await using controlled = await openTrip({ autoAnswer: true })
    await controlled.play(`trips/${controlled.trip.id}/send-rfqs`, { operators: 5 })
    await using played = await openTrip({ autoAnswer: true })
    await sendByHand(played)
    await played.play(`trips/${played.trip.id}/operator-quote`)

    for (const world of [controlled, played]) await world.play('clock', { advance_seconds: 120 })

    const answered = async (world: typeof played) =>
      (await world.read()).rfqs.filter(({ lifts }) => lifts[0]?.answer !== 'unanswered')
    expect([(await answered(controlled)).length, (await answered(played)).length]).toEqual([0, 1])
  })
})
