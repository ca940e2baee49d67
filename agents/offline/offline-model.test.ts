import { Agent, Runner, tool } from '@openai/agents'
import { describe, expect, it } from 'vitest'
import { fakeDesk } from './fake-desk.ts'
import { ids, twoQuotes } from './fake-tools.ts'
import { OfflineModel } from './offline-model.ts'

const deal = 'Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k'

const names = (calls: { name: string }[]) => calls.map(({ name }) => name)

describe('a new trip', () => {
  it('becomes a request with its client, and a trip in Avinode', async () => {
    const desk = fakeDesk()

    const answer = await desk.say(deal)

    const calls = desk.calls()
    // The two specialists are at work at the same time.
    expect(names(calls)).toEqual([
      'create_request',
      'client_data',
      'flight_search',
      'create_trip',
      'find_clients',
      'update_request',
    ])
    expect(calls[0]?.args).toMatchObject({
      segments: [
        {
          departure_airport: 'KTEB',
          arrival_airport: 'KLAX',
          departure_date: '2026-11-20',
          departure_time: null,
          passengers: 8,
        },
        {
          departure_airport: 'KLAX',
          arrival_airport: 'KTEB',
          departure_date: '2026-11-23',
          departure_time: null,
          passengers: 8,
        },
      ],
      aircraft_type: 'Gulfstream G650',
      budget: '120000.00',
    })
    expect(answer).toContain(
      'Teterboro (KTEB) to Los Angeles (KLAX), Fri 20 Nov 2026, back Mon 23 Nov 2026, 8 passengers, client Acme Corporation',
    )
    expect(answer).toContain('For LA I took Los Angeles (KLAX)')
    expect(answer).toContain('[Open Avinode](http://avinode.test/trip/1)')
    expect(answer).toContain('vegetarian')
    expect(answer).not.toMatch(/\?$/)
  })

  it('goes on without a client that does not exist, and creates it after a yes', async () => {
    const desk = fakeDesk()

    const answer = await desk.say(
      'need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax, client is Brightwater Capital',
    )
    expect(answer).toContain(
      'You have no client called "Brightwater Capital" yet. Shall I create it? And what is the budget?',
    )
    expect(names(desk.calls())).toEqual([
      'create_request',
      'client_data',
      'flight_search',
      'create_trip',
      'find_clients',
    ])

    expect(await desk.say('yes, contact Jane Roe, jane@brightwater.example')).toContain(
      'I created the client Brightwater Capital',
    )
    const calls = desk.calls()
    expect(names(calls)).toEqual(['client_data', 'find_clients', 'create_client', 'update_request'])
    expect(calls[2]?.args).toMatchObject({
      company_name: 'Brightwater Capital',
      contact_name: 'Jane Roe',
      email: 'jane@brightwater.example',
    })
    expect(desk.rows[0]?.client).toMatchObject({ company_name: 'Brightwater Capital' })
  })

  it('asks for client and budget in one question at the end', async () => {
    const desk = fakeDesk()

    const answer = await desk.say(
      'KOPF-EGGW next Friday, 12 passengers, heavy jet, one way, wheelchair assistance, vegetarian catering',
    )

    expect(answer.split('\n').at(-1)).toBe('Who is the client and what is the budget?')
    const [create] = desk.calls()
    expect(create?.args).toMatchObject({
      aircraft_category: 'Heavy jet',
      special_requirements: 'wheelchair assistance; vegetarian catering',
    })
    expect(create?.args.segments).toHaveLength(1)

    await desk.say('Acme, and the budget is 180k')
    expect(desk.rows[0]).toMatchObject({ budget: '180000.00' })
  })

  it('takes the bare name of a client as the answer', async () => {
    const desk = fakeDesk()
    await desk.say('KOPF-EGGW next Friday, 12 passengers, heavy jet')
    await desk.say('Acme')
    expect(desk.rows[0]?.client).toMatchObject({ company_name: 'Acme Corporation' })
  })

  it('keeps three flights as three segments', async () => {
    const desk = fakeDesk({ clients: ['Redwood Partners'] })

    const answer = await desk.say('Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax')

    expect(desk.calls()[0]?.args.segments).toMatchObject([
      { departure_airport: 'KTEB', arrival_airport: 'KOPF', departure_date: '2026-12-01', passengers: 6 },
      { departure_airport: 'KOPF', arrival_airport: 'MYNN', departure_date: '2026-12-03', passengers: 6 },
      { departure_airport: 'MYNN', arrival_airport: 'KTEB', departure_date: '2026-12-07', passengers: 6 },
    ])
    expect(answer).toContain('client Redwood Partners')

    await desk.say('move the second leg to Dec 4')
    expect(desk.rows[0]?.segments).toMatchObject([
      {},
      { departure_date: '2026-12-04' },
      { departure_date: '2026-12-07' },
    ])
  })

  it('asks one question for all that is missing, creates nothing, and puts the answers together', async () => {
    const desk = fakeDesk()

    expect(await desk.say('Can you get me a quote to Paris?')).toBe(
      'Gladly, to Le Bourget (LFPB). Where from, on which day and how many passengers? I create the request as soon as I know.',
    )
    expect(await desk.say('from London, next Tuesday')).toContain('How many passengers?')
    expect(desk.calls()).toEqual([])
    await desk.say('6')
    expect(desk.calls()[0]?.args.segments).toMatchObject([
      { departure_airport: 'EGGW', arrival_airport: 'LFPB', departure_date: '2026-11-10', passengers: 6 },
    ])
  })

  it('names an unknown airport with the nearest spellings, and takes the correction', async () => {
    const desk = fakeDesk()

    const answer = await desk.say('from XYZQ to LAX on Friday, 3 pax')
    expect(answer).toMatch(
      /I do not know an airport "XYZQ"\. Did you mean [A-Z]{4} \(.+\), [A-Z]{4} \(.+\) or [A-Z]{4}/,
    )
    expect(desk.calls()).toEqual([])

    await desk.say('sorry, KTEB')
    expect(desk.calls()[0]?.args.segments).toMatchObject([
      { departure_airport: 'KTEB', arrival_airport: 'KLAX', passengers: 3 },
    ])
  })

  it.each([
    ['TEB-VNY on November 31, 4 pax', 'November 31 does not exist. On which day?'],
    ['TEB-VNY Friday Nov 28, 4 pax', 'Sat 28 Nov 2026 is not a Friday. On which day?'],
    ['TEB-VNY Nov 1 2026, 4 pax', '"Nov 1 2026" is over already. On which day?'],
    ['TEB-VNY next week, 4 pax', '"next week" leaves the day open. On which day?'],
    ['TEB-VNY Dec 5 or 6, 4 pax', 'You named Sat 5 Dec 2026 and Sun 6 Dec 2026. On which day?'],
    ['TEB-VNY Dec 4, 6-8 pax', 'How many passengers, 6 or 8?'],
    ['TEB to Portland Dec 4, 4 pax', 'Which Portland is it, Portland, Oregon or Portland, Maine?'],
    [
      'TEB-VNY Dec 10, back Dec 5, 4 pax',
      'The way back on Sat 5 Dec 2026 is before the departure on Thu 10 Dec 2026. When do they come back?',
    ],
    [
      'TEB-VNY Dec 10 one way, back Dec 12, 4 pax',
      'You wrote one way, and also when they come back. Is it one way or a return?',
    ],
    [
      'TEB-VNY Dec 4 at midnight, 4 pax',
      'Midnight may be the night before that day or the night after it. At what time do they leave, 23:59 or 00:01?',
    ],
    ['TEB-VNY Dec 4 at 25:00, 4 pax', '"25:00" is no time of day. At what time do they leave?'],
    ['TEB-VNY Dec 4, 4 pax, budget -5000', '"budget -5000" is no budget. What is the budget?'],
    ['TEB-VNY Dec 4, 4 pax, budget 0', '"budget 0" is no budget. What is the budget?'],
    ['TEB-VNY Dec 4, 4 pax, 9k per person', '"9k per person" is not the whole budget yet. What is the budget in all?'],
  ])('asks instead of guessing: %s', async (text, question) => {
    const desk = fakeDesk()

    expect(await desk.say(text)).toBe(`${question} I create the request as soon as I know.`)
    expect(desk.calls()).toEqual([])
  })

  it('takes the answer to a doubt', async () => {
    const desk = fakeDesk()

    await desk.say('TEB to Portland Dec 4, 6-8 pax')
    await desk.say('the one in Maine')
    await desk.say('8')

    expect(desk.calls()[0]?.args.segments).toMatchObject([
      { departure_airport: 'KTEB', arrival_airport: 'KPWM', departure_date: '2026-12-04', passengers: 8 },
    ])
  })

  it('takes several deals one after the other', async () => {
    const desk = fakeDesk()
    const two = 'Two trips: TEB-MIA Dec 4 with 4 pax for Acme, and separately VNY-ASE Dec 6 with 6 pax for Redwood'
    expect(await desk.say(two)).toContain('Please send me one after the other')
    expect(desk.calls()).toEqual([])
  })

  it('lets each flight have its own number of passengers', async () => {
    const desk = fakeDesk()
    await desk.say('TEB-NAS round trip Dec 4-8, 8 out and 6 back')
    expect(desk.calls()[0]?.args.segments).toMatchObject([{ passengers: 8 }, { passengers: 6 }])
  })

  it('says why a request was refused', async () => {
    const desk = fakeDesk({
      tools: { create_request: () => 'invalid_input: Flight 2 on 2026-12-05 is before flight 1 on 2026-12-10' },
    })
    expect(await desk.say('KTEB to KASE Dec 10, 4 pax')).toContain(
      'Flight 2 on 2026-12-05 is before flight 1 on 2026-12-10.',
    )
  })

  it('says in plain words that Avinode is down, and keeps the request', async () => {
    const desk = fakeDesk({ tools: { create_trip: () => 'upstream_unavailable: Avinode does not answer' } })
    const answer = await desk.say(deal)
    expect(answer).toContain('Avinode cannot be reached at the moment. The request is kept')
    expect(answer).not.toContain('Open Avinode')
    expect(desk.rows).toHaveLength(1)
  })
})

describe('later in the chat', () => {
  const begun = async (options = {}) => {
    const desk = fakeDesk({ quotes: twoQuotes, ...options })
    await desk.say(deal)
    desk.calls()
    return desk
  }

  it('changes what is said and nothing else', async () => {
    const desk = await begun()
    expect(await desk.say('make it 10 pax')).toContain('10 passengers')
    expect(desk.rows[0]).toMatchObject({ passengers: 10, departure_date: '2026-11-20', budget: '120000.00' })

    await desk.say('they also need vegetarian catering')
    await desk.say('and wifi')
    expect(desk.rows[0]?.special_requirements).toBe('vegetarian catering; wifi')
  })

  it('puts a place where it belongs, and asks where nobody can tell', async () => {
    const desk = await begun()
    const route = () => [desk.rows[0]?.departure_airport, desk.rows[0]?.arrival_airport]
    const [, to] = route()

    await desk.say('scratch that, it is White Plains not Teterboro')
    expect(route()).toEqual(['KHPN', to])
    await desk.say('Van Nuys would be better')
    expect(route()).toEqual(['KHPN', 'KVNY'])
    await desk.say('not from White Plains but from Morristown')
    expect(route()).toEqual(['KMMU', 'KVNY'])

    expect(await desk.say('make it Aspen')).toBe(
      'I changed nothing yet. Do they leave from Aspen (KASE), or fly to Aspen (KASE)?',
    )
    expect(route()).toEqual(['KMMU', 'KVNY'])
  })

  it('asks about a budget that is none, and at what time an hour later is', async () => {
    const desk = await begun()
    expect(await desk.say('budget -3000')).toContain('"budget -3000" is no budget. What is the budget?')
    expect(await desk.say('an hour later')).toContain('At what time do they leave?')
    expect(desk.rows[0]).toMatchObject({ budget: '120000.00' })
    expect(desk.calls()).toEqual([])
  })

  it('takes small words for no client and no code', async () => {
    const desk = fakeDesk()
    await desk.say('need a jet')
    expect(await desk.say('lol')).toMatch(/^I did not understand that\.\n\nWhere from, where to/)
    expect(desk.calls()).toEqual([])
  })

  it('passes on what a change did not reach', async () => {
    const desk = await begun({
      tools: {
        update_request: () => ({
          request: { id: ids.request, status: 'awaiting_quotes', segments: [] },
          warnings: ['The trip in Avinode was not changed.'],
        }),
      },
    })
    expect(await desk.say('make it 10 pax')).toContain('The trip in Avinode was not changed.')
  })

  it('answers where a trip stands from its row', async () => {
    const desk = await begun()
    const row = desk.rows[0]
    Object.assign(row ?? {}, { status: 'awaiting_quotes', quotes_received: 2, quotes_expected: 3 })

    const answer = await desk.say("what's the status of the Acme trip?")

    expect(answer).toContain('2 of 3 quotes are in')
    expect(answer).toContain('1. Elite Jets, USD 98,500')
    expect(names(desk.calls())).toEqual(['get_request', 'list_quotes'])
  })

  it('looks up the trip of a client that is not at hand', async () => {
    const desk = await begun()
    expect(await desk.say("what's the status of the Redwood trip?")).toContain('I find no request for "Redwood"')
    expect(desk.calls()).toMatchObject([{ name: 'list_requests', args: { client_query: 'Redwood' } }])
  })

  it('says which quote is best and why', async () => {
    const desk = await begun()
    const answer = await desk.say('which quote is best and why?')
    expect(answer).toContain(
      'Elite Jets is the best: USD 98,500, Gulfstream G650, 91 of 100 points. Lowest price; the aircraft that was asked for.',
    )
    expect(answer).toContain('2. Northern Air, USD 104,200, score 80: Dearer.')
    expect(answer).toMatch(/Shall I make the proposal for it, and put the e-mail up for your approval\?$/)
    expect(names(desk.calls())).toEqual(['proposal_analysis', 'score_quotes', 'compare_quotes'])
  })

  it('tells a score once, though the notes begin with it', async () => {
    const quotes = twoQuotes.map((quote) => ({
      ...quote,
      analysis_notes: `${quote.score} of 100. ${quote.analysis_notes}`,
    }))
    const desk = await begun({ quotes })
    const answer = await desk.say('which quote is best and why?')
    expect(answer).toContain('91 of 100 points. Lowest price; the aircraft that was asked for.\n')
    expect(answer).toContain('2. Northern Air, USD 104,200, score 80: Dearer.')
  })

  it('says so when there is no quote to compare or to propose', async () => {
    const desk = await begun({ quotes: [] })
    expect(await desk.say('which quote is best?')).toContain('No open quote has come in yet')
    expect(await desk.say('send the proposal for the first one')).toContain('no open quote')
  })

  it('takes a yes, or another number, for the proposal that it offered', async () => {
    const desk = await begun()
    await desk.say('which quote is best?')
    expect(await desk.say('yes')).toBe('waits for approval: send_proposal')
    expect(desk.calls()).toContainEqual({
      name: 'create_proposal',
      args: { quote_id: ids.first_quote, title: null, description: null },
    })
    await desk.say('which quote is best?')
    await desk.say('no, the second one')
    expect(desk.calls()).toContainEqual({
      name: 'create_proposal',
      args: { quote_id: ids.second_quote, title: null, description: null },
    })
  })

  it('prepares a proposal without sending it, where only that is asked', async () => {
    const desk = await begun()
    expect(await desk.say('prepare the proposal for the first one')).toContain('Say "send it"')
    expect(names(desk.calls())).not.toContain('send_proposal')
  })

  it('reports what operators wrote, in one line and without links', async () => {
    const words = 'Is a fuel stop fine?\nSee [our page](https://evil.example) or https://evil.example/x <b>now</b>'
    const desk = await begun({
      tools: {
        list_messages: () => ({
          messages: [{ sender_type: 'operator', sender_name: 'Elite Jets', content: { written_by: 'x', text: words } }],
        }),
      },
    })
    expect(await desk.say('what did the operator write?')).toMatch(
      /^Elite Jets wrote: "Is a fuel stop fine\? See our page[^\n]*\(link left out\)/,
    )
  })

  it.each(['summarise this thread', 'can you catch me up?', 'tl;dr', 'sum up the conversation with Elite Jets'])(
    'sums a long thread up on request: %s',
    async (sentence) => {
      const desk = await begun({
        tools: {
          list_messages: () => ({ messages: [{ sender_type: 'operator', content: 'The crew rests until noon' }] }),
        },
      })
      const summary = await desk.say(sentence)
      expect(summary).toMatch(/Teterboro \(KTEB\) to .*8 passengers/)
      expect(summary).toContain('Elite Jets wrote: "The crew rests until noon"')
    },
  )

  it('tells the margin of a proposal without changing it', async () => {
    const proposal = { id: ids.proposal, proposal_number: 'PROP-2026-001', status: 'generated' }
    const money = { total_amount: '52000.00', margin_applied: '7800.00', final_amount: '59800.00' }
    const desk = await begun({ tools: { list_proposals: () => ({ proposals: [{ ...proposal, ...money }] }) } })
    expect(await desk.say('what is our margin on this?')).toBe(
      'Proposal PROP-2026-001: USD 52,000 net and USD 7,800 margin, USD 59,800 for the client.',
    )
    expect(names(desk.calls())).not.toContain('revise_proposal')
  })

  it('puts the proposal for the second quote up for approval, and sends nothing before', async () => {
    const desk = await begun()
    expect(await desk.say('send the proposal for the second one')).toBe('waits for approval: send_proposal')
    expect(desk.calls()).toContainEqual({
      name: 'create_proposal',
      args: { quote_id: ids.second_quote, title: null, description: null },
    })
    expect(names(desk.calls())).not.toContain('send_proposal')
  })

  it('tells after the approval that it is sent', async () => {
    const desk = await begun()
    expect(await desk.say('send the proposal for the second one', 'approve')).toContain(
      'Sent. Proposal PROP-2026-001 is on its way',
    )
    const letter = desk.calls().find(({ name }) => name === 'send_proposal')?.args
    expect(letter?.subject).toBe('Your charter proposal PROP-2026-001: Teterboro to Los Angeles, Fri 20 Nov 2026')
    expect(letter?.body).toContain('Dear Jordan Avery,')
    expect(JSON.stringify(letter)).not.toMatch(/Northern|Elite|104|5700/)
  })

  it('tells after a rejection that nothing was sent', async () => {
    const desk = await begun()
    expect(await desk.say('send the proposal for the second one', 'reject')).toContain(
      'Nothing was sent: you rejected it.',
    )
  })

  it('asks which quote when the words name none, and knows an operator by name', async () => {
    const desk = await begun()
    expect(await desk.say('send the proposal')).toContain('For which quote?\n1. Elite Jets')
    expect(await desk.say('send the third one')).toContain('only 2 open quotes')
    await desk.say('send the proposal of Northern Air', 'approve')
    expect(desk.calls()).toContainEqual({
      name: 'create_proposal',
      args: { quote_id: ids.second_quote, title: null, description: null },
    })
  })

  it('keeps the address of a client that exists already', async () => {
    const desk = await begun()
    expect(await desk.say("Acme's email is jordan@acme.example")).toBe(
      'Noted for Acme Corporation: e-mail jordan@acme.example.',
    )
    expect(desk.calls().at(-1)).toMatchObject({ name: 'update_client', args: { email: 'jordan@acme.example' } })

    expect(await desk.say('jordan.avery@acme.example, phone +1 201 555 0142')).toContain('phone +1 201 555 0142')
  })

  it('changes nothing where a change is in doubt', async () => {
    const desk = await begun()
    expect(await desk.say('move it to November 31')).toBe(
      'I changed nothing yet. November 31 does not exist. Which day is it?',
    )
    expect(desk.calls()).toEqual([])
  })

  it('writes to an operator after approval', async () => {
    const desk = await begun()
    expect(await desk.say('ask Elite Jets if they have wifi', 'approve')).toBe('The message to Elite Jets is sent.')
    expect(desk.calls().at(-1)).toEqual({
      name: 'reply_to_operator',
      args: { conversation_id: ids.room, text: 'Could you tell us whether you have wifi?' },
    })
  })

  it('knows an operator who quoted anew as one, and by its place in the list', async () => {
    const [best] = twoQuotes
    const quotes = [...twoQuotes, { ...best, id: ids.request, status: 'expired' }]
    expect(await (await begun({ quotes })).say('ask the operator if they have wifi')).toBe(
      'To which operator: Elite Jets, Northern Air?',
    )
    expect(await (await begun({ quotes })).say('ask the second operator if they have wifi', 'approve')).toBe(
      'The message to Northern Air is sent.',
    )
  })

  it('changes the margin of a proposal', async () => {
    const desk = await begun()
    expect(await desk.say('make the margin 12 %')).toContain('now comes to USD 110,320')
    expect(desk.calls().at(-1)?.args).toMatchObject({ margin_type: 'percentage', margin_value: '12' })
  })

  it('cancels only after approval', async () => {
    const desk = await begun()
    expect(await desk.say('cancel it')).toBe('waits for approval: cancel_request')
    expect(await desk.say('cancel it', 'reject')).toContain('stays as it was: you rejected it')
    expect(await desk.say('cancel it', 'approve')).toContain('The request is cancelled')
  })

  it('starts a second trip beside the first', async () => {
    const desk = await begun()
    await desk.say('now KTEB to KPBI Dec 24, 3 pax')
    expect(desk.rows).toHaveLength(2)
  })

  it('asks which of several clients is meant', async () => {
    const desk = await begun({ clients: ['Acme Air', 'Acme Holdings'] })
    expect(desk.rows[0]?.client).toBeNull()
    await desk.say('Acme Holdings')
    expect(desk.rows[0]?.client).toMatchObject({ company_name: 'Acme Holdings' })
  })

  it('is polite and offers help', async () => {
    const desk = fakeDesk()
    expect(await desk.say('hi')).toContain('Hello Dana.')
    expect(await desk.say('thanks!')).toBe('You are welcome.')
    expect(await desk.say('why did it fail?')).toContain('Nothing has failed here lately.')
  })

  it('tells the distance between two places, and leaves the flight time to the quotes', async () => {
    const desk = fakeDesk()

    const answer = await desk.say('how far is it from TEB to VNY?')

    expect(answer).toMatch(/^Teterboro \(KTEB\) to Van Nuys \(KVNY\): 2,1\d\d nautical miles, as the crow flies\./)
    expect(desk.calls()).toEqual([])
  })
})

describe('OfflineModel', () => {
  const runner = new Runner({ tracingDisabled: true })

  it('streams its words one by one and ends with the same answer', async () => {
    const agent = new Agent({ name: 'orchestrator', model: new OfflineModel('orchestrator') })
    const result = await runner.run(agent, 'help', { stream: true })
    const deltas: string[] = []
    for await (const event of result) {
      if (event.type === 'raw_model_stream_event' && event.data.type === 'output_text_delta')
        deltas.push(event.data.delta)
    }
    expect(deltas.length).toBeGreaterThan(10)
    expect(deltas.join('')).toBe(result.finalOutput)
  })

  it('calls only tools that it was offered', async () => {
    const agent = new Agent({ name: 'orchestrator', model: new OfflineModel('orchestrator') })
    const { finalOutput } = await runner.run(agent, 'TEB-LAX Dec 3, 4 pax')
    expect(finalOutput).toContain('not available')
  })

  it('fills in every parameter that a tool requires', async () => {
    const seen: unknown[] = []
    const create = tool({
      name: 'create_request',
      description: 'creates',
      parameters: {
        type: 'object',
        properties: { client_profile_id: {}, return_time: {} },
        required: ['client_profile_id', 'return_time'],
        additionalProperties: true,
      },
      strict: false,
      execute: (input) => {
        seen.push(input)
        return 'conflict: enough'
      },
    })
    const agent = new Agent({ name: 'orchestrator', model: new OfflineModel('orchestrator'), tools: [create] })
    await runner.run(agent, 'TEB-LAX Dec 3, 4 pax')
    expect(seen).toMatchObject([{ client_profile_id: null, return_time: null }])
  })
})
