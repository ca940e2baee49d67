import { describe, expect, it } from 'vitest'
import type { Request } from '../requests/request.ts'
import type { Quote } from './quote.ts'
import { scoreAll } from './scoring.ts'

const now = new Date('2026-11-22T12:00:00Z')

const quoteOf = (category: string, aircraft_type: string) =>
  ({
    id: aircraft_type,
    operator_name: 'Elite Jets',
    operator_profile_id: null,
    total_price: '20000.00',
    currency: 'USD',
    aircraft_type,
    aircraft_details: { category, seats: 8 },
    metadata: {},
    availability_confirmed: true,
    valid_until: null,
    price_locked_until: null,
    fuel_surcharge: null,
    taxes: null,
    fees: null,
    created_at: '2026-11-22T10:00:00Z',
  }) as unknown as Quote // what scoring looks at

const requestFor = (aircraft_category: string, aircraft_type: string | null = null) =>
  ({ aircraft_type, budget: null, passengers: 4, metadata: { aircraft_category } }) as unknown as Request

const judge = (request: Request, ...quotes: Quote[]) =>
  scoreAll(quotes, {
    request,
    liked_aircraft: [],
    operators: new Map(),
    margin: { margin_type: 'percentage', margin_value: 15 },
    now,
  }).map(({ quote, parts }) => {
    const part = parts.find(({ part }) => part === 'aircraft')
    return [quote.aircraft_type, part?.points, part?.reason]
  })

describe('a class of aircraft that was asked for', () => {
  it('is best served by that class, then by the next above, and badly by one below', () => {
    const judged = judge(
      requestFor('Light jet'),
      quoteOf('Turbo prop', 'King Air 350i'),
      quoteOf('Heavy jet', 'Falcon 2000'),
      quoteOf('Light jet', 'Phenom 300'),
      quoteOf('Super light jet', 'Citation XLS+'),
    )

    expect(judged).toEqual([
      ['Phenom 300', 20, 'Phenom 300, as asked for. Seats 8 for 4 passengers.'],
      [
        'Citation XLS+',
        18,
        'Citation XLS+, Super light jet: one class above the Light jet that was asked for. Seats 8 for 4 passengers.',
      ],
      [
        'Falcon 2000',
        15,
        'Falcon 2000, Heavy jet: 4 classes above the Light jet that was asked for. Seats 8 for 4 passengers.',
      ],
      [
        'King Air 350i',
        12,
        'King Air 350i, Turbo prop: 2 classes below the Light jet that was asked for. Seats 8 for 4 passengers.',
      ],
    ])
  })

  it('does not matter where a type was asked for', () => {
    expect(judge(requestFor('Light jet', 'Phenom 300'), quoteOf('Super light jet', 'Citation XLS+'))).toEqual([
      ['Citation XLS+', 12, expect.stringContaining('not the Phenom 300')],
    ])
  })
})
