import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { createRequest } from './create-request.ts'
import { getRequest } from './get-request.ts'
import { listRequests } from './list-requests.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar] = [await desk.broker(), await desk.broker()]
})
afterAll(() => desk[Symbol.asyncDispose]())

const out = daysAhead(20)
const back = daysAhead(23)
const flight = { departure_airport: 'KTEB', arrival_airport: 'KLAX', departure_date: out, passengers: 8 }

describe('a request', () => {
  it('keeps every segment of a return trip, with ICAO codes, and its wishes', async () => {
    const { request } = await runTool(
      createRequest,
      {
        ...flight,
        departure_airport: 'teb',
        departure_time: '09:00',
        return_date: back,
        aircraft_type: 'Gulfstream G650',
        budget: 120000,
        special_requirements: 'wheelchair assistance; vegetarian catering',
      },
      dana,
    )

    expect(request).toMatchObject({
      departure_airport: 'KTEB',
      arrival_airport: 'KLAX',
      departure_date: out,
      return_date: back,
      passengers: 8,
      budget: '120000.00',
      aircraft_type: 'Gulfstream G650',
      status: 'pending',
      client: null,
      metadata: { special_wishes: ['wheelchair assistance', 'vegetarian catering'] },
    })
    expect(request.primary_conversation_id).not.toBeNull()
    expect(request.segments).toEqual([
      {
        departure_airport: 'KTEB',
        arrival_airport: 'KLAX',
        departure_date: out,
        departure_time: '09:00',
        passengers: 8,
      },
      { departure_airport: 'KLAX', arrival_airport: 'KTEB', departure_date: back, departure_time: null, passengers: 8 },
    ])
    expect(request.metadata.segments).toEqual(request.segments)
  })

  it('of several legs keeps them all, in order', async () => {
    const leg = (departure_airport: string, arrival_airport: string, days: number) => ({
      departure_airport,
      arrival_airport,
      departure_date: daysAhead(days),
      departure_time: null,
      passengers: 6,
    })
    const segments = [leg('TEB', 'OPF', 30), leg('OPF', 'NAS', 32), leg('NAS', 'TEB', 36)]

    const { request } = await runTool(createRequest, { segments }, dana)

    expect(
      request.segments.map(({ departure_airport, arrival_airport }) => `${departure_airport}-${arrival_airport}`),
    ).toEqual(['KTEB-KOPF', 'KOPF-MYNN', 'MYNN-KTEB'])
    expect(request).toMatchObject({ departure_airport: 'KTEB', return_date: daysAhead(36) })
  })

  it('born in a chat lives in that chat and is analyzed at once', async () => {
    const chat = await desk.chat(dana)

    const { request } = await runTool(createRequest, flight, chat)
    const states = await desk.sql.query(
      'select current_state from workflow_states where request_id = $1 order by state_entered_at',
      [request.id],
    )
    const room = await desk.sql.query('select request_id, type from conversations where id = $1', [
      chat.origin.conversation_id,
    ])

    expect(request).toMatchObject({ status: 'analyzing', primary_conversation_id: chat.origin.conversation_id })
    expect(states.rows.map(({ current_state }) => current_state)).toEqual(['draft', 'pending', 'analyzing'])
    expect(room.rows).toEqual([{ request_id: request.id, type: 'rfp_negotiation' }])
  })

  it('is created once by a turn that runs again after a crash', async () => {
    const chat = await desk.chat(dana)

    const first = await runTool(createRequest, flight, chat)
    const second = await runTool(createRequest, { ...flight, special_requirements: 'said in other words' }, chat)

    expect(second.request.id).toBe(first.request.id)
  })

  it('may depart today', async () => {
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' }).format(new Date())

    const { request } = await runTool(createRequest, { ...flight, departure_date: today }, dana)

    expect(request.departure_date).toBe(today)
  })

  it('and its client are invisible to another broker', async () => {
    const { client } = await runTool(createClient, { company_name: 'Acme' }, dana)
    const { request } = await runTool(createRequest, { ...flight, client_profile_id: client.id }, dana)

    expect(request.client).toEqual({ id: client.id, company_name: 'Acme' })
    await expect(runTool(getRequest, { request_id: request.id }, omar)).rejects.toMatchObject({ code: 'not_found' })
    expect((await runTool(listRequests, {}, omar)).requests).toEqual([])
    await expect(runTool(createRequest, { ...flight, client_profile_id: client.id }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('is listed by state and by client', async () => {
    const { client } = await runTool(createClient, { company_name: 'Redwood' }, dana)
    const { request } = await runTool(createRequest, { ...flight, client_profile_id: client.id }, dana)

    const listed = await runTool(listRequests, { client_query: 'redwood', status: 'pending' }, dana)

    expect(listed.requests.map(({ id }) => id)).toEqual([request.id])
    expect((await runTool(listRequests, { client_query: 'nobody' }, dana)).requests).toEqual([])
  })
})

describe('an impossible request', () => {
  it.each([
    ['an airport that nobody knows', { departure_airport: 'XYZQ' }, 'departure_airport', /XYZQ is not an airport/],
    ['a day that has passed', { departure_date: daysAhead(-2) }, 'departure_date', /in the past/],
    ['a day that the calendar lacks', { departure_date: '2027-02-30' }, 'departure_date', /YYYY-MM-DD/],
    ['a return before the departure', { return_date: daysAhead(19) }, 'return_date', /before/],
    ['nobody on board', { passengers: 0 }, 'passengers', /At least 1/],
    ['500 on board', { passengers: 500 }, 'passengers', /At most 30/],
    ['an end where it began', { arrival_airport: 'TEB' }, 'arrival_airport', /cannot end where it begins/],
    ['no day', { departure_date: null }, 'departure_date', /missing/],
    ['a return time without a day', { return_time: '10:00' }, 'return_date', /needs a return date/],
    ['a budget that is none', { budget: 'lots' }, 'budget', /not an amount/],
    ['a field of another world', { iso_agent_id: 'x' }, '', /iso_agent_id/],
  ])('with %s is refused, and nothing is created', async (_case, wrong, path, message) => {
    const before = await desk.sql.query('select count(*) from requests')

    const refused = runTool(createRequest, { ...flight, ...wrong }, dana)

    await expect(refused).rejects.toMatchObject({ code: 'invalid_input', details: { issues: [{ path }] } })
    await expect(refused).rejects.toThrow(message)
    expect((await desk.sql.query('select count(*) from requests')).rows).toEqual(before.rows)
  })

  // In New York the clocks go from 01:59 to 03:00 that night, in Paris from 01:59 to 03:00 three weeks later.
  it.each([
    ['KTEB', '2099-03-08', '02:30', false],
    ['KTEB', '2099-03-08', '01:59', true],
    ['KTEB', '2099-03-08', '03:00', true],
    ['KTEB', '2099-11-01', '01:30', true],
    ['LFPB', '2099-03-29', '02:00', false],
    ['LFPB', '2099-03-29', '01:30', true],
    ['LFPB', '2099-03-29', '03:30', true],
    ['KPHX', '2099-03-08', '02:30', true],
  ])('from %s on %s at %s: that time exists there: %s', async (departure_airport, departure_date, time, exists) => {
    const out = { departure_airport, arrival_airport: 'EGGW', departure_date, departure_time: time, passengers: 2 }
    const back = { ...flight, departure_date: '2099-01-02', return_date: departure_date, return_time: time }
    const created = runTool(createRequest, { segments: [out] }, dana)

    if (exists) return expect((await created).request.segments[0]?.departure_time).toBe(time)
    await expect(created).rejects.toMatchObject({ details: { issues: [{ path: 'segments.0.departure_time' }] } })
    await expect(created).rejects.toThrow(`There is no ${time} at ${departure_airport}`)
    await expect(
      runTool(createRequest, { ...back, arrival_airport: departure_airport, departure_airport: 'EGGW' }, dana),
    ).rejects.toMatchObject({ details: { issues: [{ path: 'return_time' }] } })
  })

  it('names the nearest spellings of an unknown airport', async () => {
    const refused = runTool(createRequest, { ...flight, departure_airport: 'KTEV' }, dana)

    await expect(refused).rejects.toThrow(/Nearest: .*KTEB/)
  })

  it('whose second flight leaves before the first is refused, hours and zones counted', async () => {
    const leg = (departure_airport: string, arrival_airport: string, departure_time: string) => ({
      departure_airport,
      arrival_airport,
      departure_date: out,
      departure_time,
      passengers: 2,
    })

    const westward = [leg('KTEB', 'KVNY', '12:00'), leg('KVNY', 'KLAS', '11:00')] // 11:00 in California is 14:00 in New York
    const backward = [leg('KVNY', 'KTEB', '12:00'), leg('KTEB', 'KBED', '11:00')]

    expect((await runTool(createRequest, { segments: westward }, dana)).request.segments.length).toBe(2)
    await expect(runTool(createRequest, { segments: backward }, dana)).rejects.toThrow('leaves before flight 1')
  })
})
