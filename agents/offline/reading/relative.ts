import { numberOf, numberPattern } from './numbers.ts'

const people =
  'passengers?|pax|people|persons?|guests?|travell?ers?|adults?|child(?:ren)?|kids?|seats?|colleagues?|friends?|executives?'
const number = `(${numberPattern}|an?|another)`
const more = [
  `(?:${number}) (?:more|additional|extra|further|other) (?:${people})`,
  `(?:add|plus|adding) (?:${number}) (?:more |additional |extra |further )?(?:${people})`,
  `another (?:${number}) (?:${people})`,
  `(?:${number}) (?:${people}) (?:more|extra|on top|in addition)`,
]
const fewer = [
  `(?:${number}) (?:fewer|less) (?:${people})`,
  `(?:${number}) (?:${people}) (?:fewer|less)`,
  `(?:remove|drop|minus|without) (?:${number}) (?:${people})`,
  `(?:${number}) (?:of the |of them |of the )?(?:${people}) (?:dropped out|drops out|cancell?ed|can't (?:come|make it)|cannot (?:come|make it)|isn't coming|aren't coming|is not coming|are not coming|won't (?:come|fly))`,
]
const bordered = (forms: string[]) =>
  forms.map((form) => new RegExp(`(?<![\\p{L}\\p{N}])${form}(?![\\p{L}\\p{N}])`, 'iu'))
const [adds, removes] = [bordered(more), bordered(fewer)]

const days = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${numberPattern}|an?) (?:days?|weeks?) (?:later|earlier|sooner|back|forward|before|after)|(?:by|back|forward) (?:${numberPattern}|an?) (?:days?|weeks?)(?![\\p{L}\\p{N}])`,
  'iu',
)

/** How many more or fewer fly than the request says: "one more passenger" is 1, "two guests less" is -2. */
export function readMorePassengers(text: string): number | null {
  const counted = (forms: RegExp[]) => {
    const [, ...groups] = forms.map((form) => form.exec(text)).find(Boolean) ?? []
    const word = groups.find(Boolean)
    return word === undefined ? null : (numberOf(word) ?? 1)
  }
  const fewer = counted(removes)
  return fewer !== null ? -fewer : counted(adds)
}

/** "a day later", "by two days": only a person knows which of the flights that moves. */
export const isRelativeDay = (text: string) => days.test(text)

const hours = new RegExp(
  `(?<![\\p{L}\\p{N}])(?:${numberPattern}|an?|half an) (?:hours?|hrs?|minutes?|mins?) (?:later|earlier|sooner)(?![\\p{L}\\p{N}])`,
  'iu',
)

/** "an hour later": the broker says at what time that is. */
export const isRelativeTime = (text: string) => hours.test(text)
