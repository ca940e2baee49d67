import { describe, expect, it } from 'vitest'
import { readTrip } from './trip.ts'

/** A Monday. */
const today = '2026-11-02'

/** A reading in short: only what the text said. */
function inShort(text: string, options = { today }) {
  const trip = readTrip(text, options)
  const place = (one: (typeof trip.legs)[number]['from']) => one && (one.airports[0]?.icao ?? `?${one.text}`)
  const day = ({ date, time }: { date: string | null; time: string | null }) => [date, time].filter(Boolean).join(' ')
  const short = {
    route: trip.legs
      .map((leg) => [`${place(leg.from) ?? ''}>${place(leg.to) ?? ''}`, day(leg)].filter(Boolean).join(' '))
      .join(', '),
    day: trip.legs.length === 0 ? day(trip.departure) : '',
    back: trip.back && day(trip.back),
    pax: trip.passengers,
    budget: trip.budget && `${trip.budget.amount} ${trip.budget.currency}`,
    aircraft: trip.aircraft_type ?? trip.aircraft_category,
    client: trip.client,
    wishes: trip.wishes.join('; '),
    one_way: trip.is_one_way,
    round_trip: trip.is_round_trip,
  }
  return Object.fromEntries(
    Object.entries(short).filter(([, value]) => value !== null && value !== '' && value !== false),
  )
}

type Expected = Partial<Record<'route' | 'day' | 'back' | 'budget' | 'aircraft' | 'client' | 'wishes', string>> & {
  pax?: number
  one_way?: true
  round_trip?: true
}

const texts: [text: string, expected: Expected][] = [
  [
    'Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k',
    {
      route: 'KTEB>KLAX 2026-11-20',
      back: '2026-11-23',
      pax: 8,
      budget: '120000.00 USD',
      aircraft: 'Gulfstream G650',
      client: 'Acme',
    },
  ],
  [
    'need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax, client is Brightwater Capital',
    { route: 'KVNY>KASE 2026-11-03 09:00', pax: 4, aircraft: 'Light jet', client: 'Brightwater Capital' },
  ],
  [
    'KOPF-EGGW next Friday, 12 passengers, heavy jet, one way, wheelchair assistance, vegetarian catering',
    {
      route: 'KOPF>EGGW 2026-11-13',
      pax: 12,
      aircraft: 'Heavy jet',
      one_way: true,
      wishes: 'wheelchair assistance; vegetarian catering',
    },
  ],
  [
    'Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax',
    { route: 'KTEB>KOPF 2026-12-01, KOPF>MYNN 2026-12-03, MYNN>KTEB 2026-12-07', pax: 6, client: 'Redwood' },
  ],
  ['Can you get me a quote to Paris?', { route: '>LFPB' }],
  ['from XYZQ to LAX on Friday, 3 pax', { route: '?XYZQ>KLAX 2026-11-06', pax: 3 }],
  ['make it 10 pax', { pax: 10 }],
  // Routes in their many forms
  ['TEB-OPF', { route: 'KTEB>KOPF' }],
  ['KTEB to KVNY', { route: 'KTEB>KVNY' }],
  ['from Teterboro to Farnborough', { route: 'KTEB>EGLF' }],
  ['to London from New York tomorrow', { route: 'KTEB>EGGW 2026-11-03' }],
  ['KTEB → EGLF, 5 pax', { route: 'KTEB>EGLF', pax: 5 }],
  ['KTEB OMDB Jan 15, 14 pax', { route: 'KTEB>OMDB 2027-01-15', pax: 14 }],
  ['Teterboro (TEB) to Los Angeles (VNY)', { route: 'KTEB>KVNY' }],
  ['Los Angeles (VNY) to Las Vegas (HND) this Friday for 4', { route: 'KVNY>KHND 2026-11-06', pax: 4 }],
  ['London (Farnborough) to Nice', { route: 'EGLF>LFMN' }],
  ['flying out of Boston, going to Nantucket', { route: 'KBED>KACK' }],
  ['Nice to London tomorrow, 2 pax', { route: 'LFMN>EGGW 2026-11-03', pax: 2 }],
  ['need a jet for Boston to Miami tomorrow', { route: 'KBED>KOPF 2026-11-03' }],
  ['teb to opf, dec 4, six passengers, for acme', { route: 'KTEB>KOPF 2026-12-04', pax: 6, client: 'acme' }],
  ['Opa-locka to Aspen, CO on Dec 12', { route: 'KOPF>KASE 2026-12-12' }],
  ['St. Barts to San Juan 5 January, 4 guests', { route: 'TFFJ>TJSJ 2027-01-05', pax: 4 }],
  [
    'New York to Miami Dec 1, then to Nassau Dec 3, back to Teterboro Dec 7, 5 guests',
    { route: 'KTEB>KOPF 2026-12-01, KOPF>MYNN 2026-12-03, MYNN>KTEB 2026-12-07', pax: 5 },
  ],
  ['on Dec 1 TEB-OPF, on Dec 3 OPF-NAS, 4 pax', { route: 'KTEB>KOPF 2026-12-01, KOPF>MYNN 2026-12-03', pax: 4 }],
  ['TEB-OPF-NAS Dec 1 and Dec 4', { route: 'KTEB>KOPF 2026-12-01, KOPF>MYNN 2026-12-04' }],
  ['from Farnboro to Nice on 12 Dec, 4 pax', { route: '?Farnboro>LFMN 2026-12-12', pax: 4 }],
  ['I need to fly to Aspen from Van Nuys on Dec 20 at 10:30', { route: 'KVNY>KASE 2026-12-20 10:30' }],
  // Days and times
  ['20-23 Nov', { day: '2026-11-20', back: '2026-11-23' }],
  [
    'MIA to JFK 20-23 Nov, party of 4, two dogs',
    { route: 'KMIA>KJFK 2026-11-20', back: '2026-11-23', pax: 4, wishes: 'two dogs' },
  ],
  ['London to Nice 24.12.2026, 8-10 pax', { route: 'EGGW>LFMN 2026-12-24' }],
  ['EDDM-LEPA am 5.1. um 08:30', { route: 'EDDM>LEPA 2027-01-05 08:30' }],
  ['KTEB-KPBI Nov 2', { route: 'KTEB>KPBI 2026-11-02' }],
  ['KTEB-KPBI Nov 1', { route: 'KTEB>KPBI 2027-11-01' }],
  ['KTEB-KPBI 2026-12-24 14:00', { route: 'KTEB>KPBI 2026-12-24 14:00' }],
  ['KTEB to KASE Dec 28, back Jan 2', { route: 'KTEB>KASE 2026-12-28', back: '2027-01-02' }],
  ['KTEB to KASE Dec 10, returning Dec 5', { route: 'KTEB>KASE 2026-12-10', round_trip: true }],
  ['TEB to EGLF on 12/15 returning 12/18 at 6pm', { route: 'KTEB>EGLF 2026-12-15', back: '2026-12-18 18:00' }],
  ['GVA to FAB Monday 8am for 3', { route: 'LSGG>EGLF 2026-11-09 08:00', pax: 3 }],
  ['can you move it to Dec 5 at 3pm', { day: '2026-12-05 15:00' }],
  ['the day after tomorrow', { day: '2026-11-04' }],
  ['flight from Boston for 8 on May 5', { route: 'KBED> 2027-05-05', pax: 8 }],
  ['Chicago to Vegas on the 12th, coming home on the 15th', { route: 'KMDW>KLAS 2026-11-12', back: '2026-11-15' }],
  ['TEB-LAX some time next month', { route: 'KTEB>KLAX' }],
  ['round trip Dallas to Aspen Dec 28', { route: 'KDAL>KASE 2026-12-28', round_trip: true }],
  // Passengers
  ['party of 4', { pax: 4 }],
  ['eight people', { pax: 8 }],
  ['for 10', { pax: 10 }],
  ['for 10 days', {}],
  ['2 adults and 3 kids', { pax: 5 }],
  ['pax: 7', { pax: 7 }],
  ['there are four of us', { pax: 4 }],
  ['0 passengers', { pax: 0 }],
  ['500 passengers', { pax: 500 }],
  ['just me', { pax: 1 }],
  // Budgets
  ['budget up to 60k EUR', { budget: '60000.00 EUR' }],
  ['up to 95,000 EUR', { budget: '95000.00 EUR' }],
  ['1.2m budget', { budget: '1200000.00 USD' }],
  ['95.000 €', { budget: '95000.00 EUR' }],
  ['£45,500.50', { budget: '45500.50 GBP' }],
  ['budget is 90k', { budget: '90000.00 USD' }],
  ['around 80 thousand dollars', { budget: '80000.00 USD' }],
  ['5000 nm range', {}],
  // Aircraft
  ['G700, KTEB OMDB', { aircraft: 'Gulfstream G700', route: 'KTEB>OMDB' }],
  ['a challenger 350 or similar', { aircraft: 'Challenger 350', wishes: 'Challenger 350 or similar' }],
  ['citation x please', { aircraft: 'Citation X' }],
  ['super mid', { aircraft: 'Super midsize jet' }],
  ['a turboprop', { aircraft: 'Turbo prop' }],
  ['ultra long range for 12', { aircraft: 'Ultra long range', pax: 12 }],
  ['light luggage only', { wishes: 'light luggage only' }],
  // Clients
  ['on behalf of St. James Partners', { client: 'St. James Partners' }],
  ['client: Lone Star Oil & Gas, 6 ppl', { client: 'Lone Star Oil & Gas', pax: 6 }],
  [
    'Aspen Capital wants LAX to ASE Dec 12 with 5 guests',
    { route: 'KLAX>KASE 2026-12-12', client: 'Aspen Capital', pax: 5 },
  ],
  ['for our client Redwood to fly to Nassau', { route: '>MYNN', client: 'Redwood' }],
  ['the client is acme', { client: 'acme' }],
  [
    'May 5 Palm Beach to the Bahamas for May Holdings, 4 people',
    { route: 'KPBI>MYNN 2027-05-05', client: 'May Holdings', pax: 4 },
  ],
  ['for Acme TEB-OPF Dec 1', { route: 'KTEB>KOPF 2026-12-01', client: 'Acme' }],
  // Wishes
  [
    'KTEB-KASE Dec 20, 5 pax, skis and extra luggage, wifi, 2 dogs',
    { route: 'KTEB>KASE 2026-12-20', pax: 5, wishes: 'skis; extra luggage; wifi; 2 dogs' },
  ],
  ['they need kosher catering and a child seat', { wishes: 'kosher catering; child seat' }],
  // German, French, Spanish
  [
    'Wir brauchen einen Flug von Zürich nach Nizza am 5. Januar um 14 Uhr für 6 Personen, Kunde ist Meyer AG',
    { route: 'LSZH>LFMN 2027-01-05 14:00', pax: 6, client: 'Meyer AG' },
  ],
  ['München nach Palma übermorgen, 4 Personen, mit Hund', { route: 'EDDM>LEPA 2026-11-04', pax: 4, wishes: 'Hund' }],
  [
    'vol de Paris à Genève le 12 décembre pour 4 personnes, retour le 15',
    { route: 'LFPB>LSGG 2026-12-12', back: '2026-12-15', pax: 4 },
  ],
  [
    'Vuelo de Madrid a Ibiza el 3 de diciembre para 5 pasajeros, presupuesto 20.000 euros',
    { route: 'LEMD>LEIB 2026-12-03', pax: 5, budget: '20000.00 EUR' },
  ],
  // Nothing to read
  ['hi there', {}],
  ['what is the weather like?', {}],
  ['which quote is best and why?', {}],
  ['send the proposal for the second one', {}],
  ['May I ask something?', {}],
  ['Nice, thanks!', {}],
]

describe('readTrip', () => {
  it.each(texts)('%s', (text, expected) => {
    expect(inShort(text)).toEqual(expected)
  })

  it('reads relative to whatever day it is', () => {
    const sentence = 'Teterboro to LA, Nov 20, back the 23rd'
    expect(inShort(sentence, { today: '2026-11-22' })).toEqual({ route: 'KTEB>KLAX 2027-11-20', back: '2027-11-23' })
    expect(inShort(sentence, { today: '2026-11-20' })).toEqual({ route: 'KTEB>KLAX 2026-11-20', back: '2026-11-23' })
  })

  it('lets a lone way back follow the departure that is known', () => {
    expect(readTrip('back the 3rd', { today, after: '2026-11-28' }).back?.date).toBe('2026-12-03')
  })

  it('names the airports that nobody knows', () => {
    expect(readTrip('XYZQ-QQQZ tomorrow', { today }).unknown_airports).toEqual(['XYZQ', 'QQQZ'])
  })

  it('keeps the alternatives of a city', () => {
    const [leg] = readTrip('Paris to LA', { today }).legs
    expect(leg?.to?.airports.map(({ icao }) => icao)).toEqual(expect.arrayContaining(['KLAX', 'KVNY', 'KBUR']))
  })
})
