import { aircraftAndWishes } from './aircraft-and-wishes.ts'
import { datesAndTimes } from './dates-and-times.ts'
import { fresh } from './fresh.ts'
import { moneyAndPeople } from './money-and-people.ts'
import { multiLeg } from './multi-leg.ts'
import { oneWay } from './one-way.ts'
import { otherLanguages } from './other-languages.ts'
import { returns } from './return.ts'
import type { Sample } from './sample.ts'
import { unprepared } from './unprepared.ts'
import { untidy } from './untidy.ts'
import { vague } from './vague.ts'

/** Texts as charter brokers type them, written down before anybody looked at what the rules make of them. */
export const corpus: readonly Sample[] = [
  ...oneWay,
  ...returns,
  ...multiLeg,
  ...vague,
  ...datesAndTimes,
  ...moneyAndPeople,
  ...aircraftAndWishes,
  ...untidy,
  ...otherLanguages,
  ...fresh,
  ...unprepared,
]
