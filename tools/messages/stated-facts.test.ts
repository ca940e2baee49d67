import { describe, expect, it } from 'vitest'
import { daysIn, pricesIn, refuseForeignFacts } from './stated-facts.ts'

const facts = { final_amount: '59800.00', currency: 'USD', days: ['2027-03-03', '2027-03-08', '2026-11-28'] }
const says = (body: string) => () => refuseForeignFacts({ subject: 'Your charter', body }, facts)

describe('words for a client', () => {
  it.each([
    'The price is USD 59,800.',
    'All in for $59,800.00, subject to availability.',
    'It comes to 59.8k USD.',
    'Flights on 3 March 2027 and Mon 8 Mar 2027, valid until November 28.',
    'You fly on 03/03/2027 and 2027-03-08.',
    '8 passengers in a Gulfstream G650, 14 seats, at 09:00 local time, up to 6 bags of 20 kg.',
    'We may offer more, see page 2 of the PDF. Call +1 201 555 0142.',
  ])('may say "%s"', (body) => {
    expect(says(body)).not.toThrow()
  })

  const wrong = [
    ...['USD 52,000', '$59,000', '€59.800,50', 'EUR 61 000', '60k USD', '$1.2m', '58 000 dollars', 'US$ 59,801'].map(
      (price) => `We can do it for ${price}.`,
    ),
    ...['4 March 2027', 'March 5', '2027-03-09', '9 Mar 2027', '12/24/2027', '3 March 2028'].map(
      (day) => `Departure is on ${day}.`,
    ),
  ]
  it.each(wrong)('may not say "%s"', (body) => {
    expect(says(body)).toThrow()
  })

  it('are refused in each field by its name', () => {
    expect(() => refuseForeignFacts({ subject: 'Only $1', body: 'On 5 May' }, facts)).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })
})

it('counts and codes are neither money nor days', () => {
  expect(pricesIn('PROP-2026-014 for 8 passengers, G650, 24/7, 5,000 ft')).toEqual([])
  expect(daysIn('PROP-2026-014 for 8 passengers, G650, 24/7, at 14:30')).toEqual([])
})
