import { expect, it } from 'vitest'
import { readAircraft } from './aircraft.ts'

it.each([
  ['they like the G650', 'Gulfstream G650', null],
  ['a gulfstream g-650ER', 'Gulfstream G650ER', null],
  ['G-IV or similar', 'Gulfstream GIV', null],
  ['CL350', 'Challenger 350', null],
  ['Global Express', 'Global Express', null],
  ['lear 45xr', 'Learjet 45XR', null],
  ['cj3+', 'Citation CJ3+', null],
  ['Falcon 2000LXS', 'Falcon 2000LXS', null],
  ['Phenom 300E', 'Phenom 300E', null],
  ['king air 350', 'King Air 350', null],
  ['PC-12', 'Pilatus PC-12', null],
  ['a super light jet', null, 'Super light jet'],
  ['light jet', null, 'Light jet'],
  ['mid-size', null, 'Midsize jet'],
  ['super-midsize jet', null, 'Super midsize jet'],
  ['a heavy jet, G450 if possible', 'Gulfstream G450', 'Heavy jet'],
  ['VLJ', null, 'Entry level jet (VLJ)'],
  ['light dinner, heavy luggage', null, null],
])('%s', (text, aircraft_type, aircraft_category) => {
  expect(readAircraft(text)).toMatchObject({ aircraft_type, aircraft_category })
})
