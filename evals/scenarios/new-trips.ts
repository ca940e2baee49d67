import { lastAnswer, neverTold, noRequest, nothingAsked, oneRequest, requestIs, tripIsOpen } from './checks.ts'
import { comingWeekday, nextWeekWeekday } from './days.ts'
import type { Scenario } from './scenario.ts'

/** From the first sentence to the trip in Avinode. */
export const newTrips: Scenario[] = [
  {
    name: 'a whole trip in one sentence becomes a request with its trip in Avinode',
    says: ['Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k'],
    expect: [
      requestIs({
        flights: ['KTEB KLAX 11-20', 'KLAX KTEB 11-23'],
        passengers: 8,
        client: 'Acme',
        aircraft: 'Gulfstream G650',
        budget: '120000.00',
      }),
      tripIsOpen,
      nothingAsked,
    ],
  },
  {
    name: 'a client who does not exist is offered, the request goes on, and "yes" creates the client',
    says: ['need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax, client is Brightwater Capital', 'yes please'],
    expect: [
      requestIs({
        flights: ['KVNY KASE +1 09:00'],
        passengers: 4,
        client: 'Brightwater Capital',
        category: 'Light jet',
      }),
    ],
  },
  {
    name: 'airport codes, a weekday, a category and special wishes are kept',
    says: ['KOPF-EGGW next Friday, 12 passengers, heavy jet, one way, wheelchair assistance, vegetarian catering'],
    expect: [
      requestIs({
        flights: [`KOPF EGGW ${nextWeekWeekday(5)}`],
        passengers: 12,
        client: null,
        category: 'Heavy jet',
        wishes: ['wheelchair', 'vegetarian'],
      }),
    ],
  },
  {
    name: 'three legs are three segments, not one',
    says: ['Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax'],
    expect: [
      requestIs({
        flights: ['KTEB KOPF 12-01', 'KOPF MYNN 12-03', 'MYNN KTEB 12-07'],
        passengers: 6,
        client: 'Redwood',
      }),
      tripIsOpen,
    ],
  },
  {
    name: 'a road show of four legs with times is kept flight by flight',
    says: ['HPN-MDW Dec 7 7am, MDW-APA Dec 8 8:30am, APA-VNY Dec 9 noon, VNY-HPN Dec 10 17:00, 5 pax, client Acme'],
    expect: [
      requestIs({
        flights: ['KHPN KMDW 12-07 07:00', 'KMDW KAPA 12-08 08:30', 'KAPA KVNY 12-09 12:00', 'KVNY KHPN 12-10 17:00'],
        passengers: 5,
        client: 'Acme',
      }),
    ],
  },
  {
    name: 'capitals, military time and aviators’ dates are read',
    says: ['NEED 8 PAX TEB-VNY 27DEC 0900L RTN 30DEC G550 BUDGET 95K'],
    expect: [
      requestIs({
        flights: ['KTEB KVNY 12-27 09:00', 'KVNY KTEB 12-30'],
        passengers: 8,
        aircraft: 'Gulfstream G550',
        budget: '95000.00',
      }),
    ],
  },
  {
    name: 'Zulu time becomes local time at the departure',
    says: ['TEB to EGLF Jan 15 1400Z, 6 pax'],
    expect: [requestIs({ flights: ['KTEB EGLF 01-15 09:00'], passengers: 6 })],
  },
  {
    name: 'the last quarter of an hour of a day stays on that day',
    says: ['LAS-VNY Dec 5 at 23:45, 5 pax'],
    expect: [requestIs({ flights: ['KLAS KVNY 12-05 23:45'], passengers: 5 })],
  },
  {
    name: 'half an hour after midnight belongs to the new day',
    says: ['LAS-VNY Dec 6 at 12:30am, 5 pax'],
    expect: [requestIs({ flights: ['KLAS KVNY 12-06 00:30'], passengers: 5 })],
  },
  {
    name: 'a holiday is a day',
    says: ['Van Nuys to Aspen Christmas Eve 10am, back New Years Day, 2 adults and 4 kids, skis'],
    expect: [requestIs({ flights: ['KVNY KASE 12-24 10:00', 'KASE KVNY 01-01'], passengers: 6, wishes: ['skis'] })],
  },
  {
    name: 'a day trip returns the same day',
    says: ['day trip Bedford to Dulles this Thursday, leave 7am return 6pm, 5 people'],
    expect: [
      requestIs({
        flights: [`KBED KIAD ${comingWeekday(4)} 07:00`, `KIAD KBED ${comingWeekday(4)} 18:00`],
        passengers: 5,
      }),
    ],
  },
  {
    name: 'each flight may have its own number of passengers',
    says: ['TEB-NAS round trip Dec 4-8, 8 out and 6 back, for Acme'],
    expect: [requestIs({ flights: ['KTEB MYNN 12-04 x8', 'MYNN KTEB 12-08 x6'], client: 'Acme' })],
  },
  {
    name: 'one passenger, a nickname of an aircraft and nicknames of places',
    says: ['just me, Vegas to Cabo, Dec 12, in a G5'],
    expect: [requestIs({ flights: ['KLAS MMSD 12-12'], passengers: 1, aircraft: 'Gulfstream GV' })],
  },
  {
    name: 'a family of aircraft is not narrowed down to a model',
    says: ['TEB-EGLF Dec 4, 10 pax, a Global'],
    expect: [requestIs({ flights: ['KTEB EGLF 12-04'], aircraft: 'Bombardier Global' })],
  },
  {
    name: 'a correction within the sentence counts',
    says: ['TEB to VNY, sorry I mean BUR, Dec 4, no wait, Dec 5, 4 pax'],
    expect: [requestIs({ flights: ['KTEB KBUR 12-05'], passengers: 4 })],
  },
  {
    name: 'a pasted e-mail is read without its header and signature',
    says: [
      'From: Jordan Avery <jordan@acme.example.com>\nDate: Fri, Nov 20, 2026 at 9:14 AM\nSubject: jet\n\nHi Dana,\n\ncould you find us a plane from Teterboro to Bedford on December 3rd at 8am? There will be five of us.\n\nBest,\nJordan\nAcme | Suite 300 | +1 201 555 0142',
    ],
    expect: [requestIs({ flights: ['KTEB KBED 12-03 08:00'], passengers: 5, budget: null })],
  },
  {
    name: 'a budget in another currency is kept in words, and no dollars are made of it',
    says: ['LFPB-LFMN Dec 4, 4 pax, EUR 15k max, for Acme'],
    expect: [requestIs({ flights: ['LFPB LFMN 12-04'], budget: null, wishes: ['eur 15,000'] })],
  },
  {
    name: 'units count no passengers and no money',
    says: ['TEB-OPF Dec 4, 3 pax, 6 bags of 20 kg, runway at least 5000 ft, 3 nights'],
    expect: [requestIs({ flights: ['KTEB KOPF 12-04'], passengers: 3, budget: null, wishes: ['6 bags'] })],
  },
  {
    name: 'a city with several airports: the usual one is taken, and the others are named',
    says: ['New York to London, January 8, 6 passengers, for Acme'],
    expect: [
      requestIs({ flights: ['KTEB EGGW 01-08'], passengers: 6 }),
      lastAnswer('names the choice for both', /(?=.*I took Teterboro)(?=.*I took Luton)(?=.*Farnborough \(EGLF\))/s),
    ],
  },
  {
    name: 'an unknown airport is named, with spellings to choose from, and nothing is created',
    says: ['from XYZQ to LAX on Friday, 3 pax'],
    expect: [noRequest, lastAnswer('names it', /XYZQ/), lastAnswer('offers spellings', /\b[A-Z]{4}\b(?<!XYZQ)/)],
  },
  {
    name: 'five hundred passengers are refused',
    says: ['Teterboro to Opa-locka on December 20, 500 passengers'],
    expect: [noRequest, lastAnswer('says why', /30 passengers/)],
  },
  {
    name: 'a flight that ends where it begins is refused',
    says: ['Teterboro to Teterboro on December 20, 4 passengers'],
    expect: [noRequest, lastAnswer('says why', /cannot end where it begins/)],
  },
  {
    name: 'a trip in the past is not booked',
    says: ['Teterboro to Opa-locka yesterday, 4 passengers'],
    expect: [noRequest, lastAnswer('says so', /over already/)],
  },
  {
    name: 'a place without an airport is not booked',
    says: ['Teterboro to the Moon on December 20, 4 passengers'],
    expect: [noRequest, lastAnswer('names it', /Moon/)],
  },
  {
    name: 'clients of one name are asked about, and the answer is taken',
    prepare: async ({ broker }) => {
      for (const company_name of ['Harcourt Air', 'Harcourt Holdings'])
        await broker.send('POST', '/api/clients', { company_name })
    },
    says: ['TEB-PBI Dec 12, 3 pax for Harcourt, light jet, 25k', 'Harcourt Holdings'],
    expect: [requestIs({ flights: ['KTEB KPBI 12-12'], client: 'Harcourt Holdings' })],
  },
  {
    name: 'what the client likes is recalled without asking',
    says: ['TEB-VNY Dec 12, 6 pax for Acme'],
    expect: [
      requestIs({ client: 'Acme', aircraft: null, budget: null }),
      lastAnswer('tells the preferences', /(?=.*Gulfstream G650)(?=.*vegetarian)(?=.*USD 90,000 to 140,000)/s),
      neverTold('does not ask for what it knows', /\?$/),
    ],
  },
  {
    name: 'the answer ends with one question for what is still open',
    says: ['TEB-VNY Dec 12, 6 pax'],
    expect: [
      oneRequest('the request exists', ({ client }) => client === null),
      lastAnswer('one question at the end', /\n[^?\n]*client[^?\n]*budget[^?\n]*aircraft[^?\n]*\?$/),
    ],
  },
]
