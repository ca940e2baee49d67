import { inDays, nextDay, today, weekday } from './days.ts'
import { lastAnswer, noRequest, nothingAsked, oneRequest, type Scenario } from './scenario.ts'

type Segment = {
  departure_airport: string
  arrival_airport: string
  departure_date: string
  departure_time: string | null
  passengers: number
}

const segments = (request: Record<string, unknown>) => request.segments as Segment[]
const flies = (request: Record<string, unknown>, ...legs: [from: string, to: string, day?: string][]) =>
  segments(request).length === legs.length &&
  legs.every(([from, to, day], index) => {
    const segment = segments(request)[index]
    return (
      segment?.departure_airport === from &&
      segment.arrival_airport === to &&
      (day === undefined || segment.departure_date === day)
    )
  })
const tripIsOpen = (request: Record<string, unknown>) =>
  request.status === 'awaiting_user_action' &&
  String(request.avinode_trip_id).startsWith('atrip-') &&
  Boolean(request.avinode_deep_link)

/** From the first sentence to the trip in Avinode. */
export const newTrips: Scenario[] = [
  {
    name: 'a whole trip in one sentence becomes a request with its trip in Avinode',
    says: ['Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k'],
    expect: [
      oneRequest('there and back, on the right days', (request) =>
        flies(request, ['KTEB', 'KLAX', nextDay('11-20')], ['KLAX', 'KTEB', nextDay('11-20').replace(/20$/, '23')]),
      ),
      oneRequest(
        '8 passengers, for Acme, a G650, 120,000',
        (request) =>
          request.passengers === 8 &&
          request.client === 'Acme' &&
          /G650/.test(String(request.aircraft_type)) &&
          request.budget === '120000.00',
      ),
      oneRequest('the trip is in Avinode and waits for the broker', tripIsOpen),
      nothingAsked,
    ],
  },
  {
    name: 'a client who does not exist is offered, the request goes on, and "yes" creates the client',
    says: ['need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax, client is Brightwater Capital', 'yes please'],
    expect: [
      oneRequest(
        'tomorrow at nine, light jet, 4 passengers',
        (request) =>
          flies(request, ['KVNY', 'KASE', inDays(1)]) &&
          segments(request)[0]?.departure_time === '09:00' &&
          request.passengers === 4,
      ),
      oneRequest('Brightwater Capital is its client', ({ client }) => client === 'Brightwater Capital'),
      {
        what: 'the client exists once',
        holds: async ({ rows }) =>
          (await rows(`select 1 from client_profiles where company_name = 'Brightwater Capital' and $1 <> ''`))
            .length === 1,
      },
    ],
  },
  {
    name: 'airport codes, a weekday, a category and special wishes are kept',
    says: ['KOPF-EGGW next Friday, 12 passengers, heavy jet, one way, wheelchair assistance, vegetarian catering'],
    expect: [
      oneRequest(
        'one way on a coming Friday, 12 passengers',
        (request) =>
          flies(request, ['KOPF', 'EGGW']) &&
          weekday(segments(request)[0]?.departure_date) === 5 &&
          String(segments(request)[0]?.departure_date) > today() &&
          request.passengers === 12,
      ),
      oneRequest(
        'wheelchair and vegetarian catering',
        ({ special_requirements }) =>
          /wheelchair/i.test(String(special_requirements)) && /vegetarian/i.test(String(special_requirements)),
      ),
      oneRequest('no client was invented', ({ client }) => client === null),
    ],
  },
  {
    name: 'three legs are three segments, not one',
    says: ['Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax'],
    expect: [
      oneRequest('three segments in order', (request) =>
        flies(
          request,
          ['KTEB', 'KOPF', nextDay('12-01')],
          ['KOPF', 'MYNN', nextDay('12-03')],
          ['MYNN', 'KTEB', nextDay('12-07')],
        ),
      ),
      oneRequest('for Redwood, 6 passengers', ({ client, passengers }) => client === 'Redwood' && passengers === 6),
      oneRequest('the trip is in Avinode', tripIsOpen),
    ],
  },
  {
    name: 'what is missing is asked for in one question, and nothing is created',
    says: ['Can you get me a quote to Paris?'],
    expect: [
      noRequest,
      lastAnswer(
        'asks for day, origin and passengers',
        /(?=.*(from|depart))(?=.*(day|date|when))(?=.*(passengers|people|many))/is,
      ),
      { what: 'one question mark', holds: async ({ answers }) => answers.at(-1)?.match(/\?/g)?.length === 1 },
    ],
  },
  {
    name: 'the answer to that question completes the request',
    says: ['Can you get me a quote to Paris?', 'from Teterboro on December 5, 6 people'],
    expect: [
      oneRequest(
        'Teterboro to Le Bourget, 6 passengers',
        (request) => flies(request, ['KTEB', 'LFPB', nextDay('12-05')]) && request.passengers === 6,
      ),
    ],
  },
  {
    name: 'an unknown airport is named, with spellings to choose from, and nothing is created',
    says: ['from XYZQ to LAX on Friday, 3 pax'],
    expect: [noRequest, lastAnswer('names it', /XYZQ/), lastAnswer('offers spellings', /\b[A-Z]{4}\b(?<!XYZQ)/)],
  },
  {
    name: 'a return before the departure is not booked',
    says: ['Teterboro to Miami, December 20, back December 18 of the same year, 4 people'],
    expect: [
      {
        what: 'no request returns before it departs',
        holds: async ({ requests }) =>
          (await requests()).every(
            ({ departure_date, return_date }) => return_date === null || String(return_date) >= String(departure_date),
          ),
      },
    ],
  },
  {
    name: 'five hundred passengers are refused',
    says: ['Teterboro to Miami on December 20, 500 passengers'],
    expect: [noRequest],
  },
]
