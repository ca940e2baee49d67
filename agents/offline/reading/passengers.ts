import { numberOf, numberPattern } from './numbers.ts'
import { matches, type Span, wordEnd, wordStart } from './text.ts'

const people =
  'pax|pp|passengers?|people|persons?|ppl|guests?|travell?ers?|adults?|souls?|seats?|executives?|of us|of them|passagiere?n?|personen|person|leute|gäste|gast|erwachsene|personnes?|passagers?|pers|adultes?|personas?|pasajeros?|viajeros?|adultos?'
const children = 'children|child|kids?|infants?|babies|baby|toddlers?|teenagers?|kinder|kind|enfants?|niños?'
const number = `(${numberPattern})`

const pattern = (source: string) => new RegExp(`${wordStart}${source}${wordEnd}`, 'giu')

const range = pattern(`${number} ?(?:-|to|or|bis|à|a) ?${number} (?:${people})`)
const adults = pattern(`${number} ?(?:vip |senior |business |more |other )?(?:${people})`)
const young = pattern(`${number} (?:small |young |little )?(?:${children})`)
const group = pattern(`(?:party|group|team|family|crowd|gruppe|groupe|grupo) (?:of|von|de) ${number}`)
const labelled = pattern(
  `(?:pax|passengers?|people|passagiere|passagers|pasajeros)(?: count)?(?: is| are)? ?[:=]? ?${number}`,
)
const bare = pattern(
  `(?<!(?:catering|meals?|menus?|lunch|dinner|breakfast|champagne|food|drinks|snacks|options?|quotes?) )(?:for|für|pour|para) ${number}(?! ?(?:days?|nights?|hours?|hrs?|h|weeks?|months?|minutes?|min|k|m|am|pm|%|o'clock|usd|eur|gbp|tage?|nächte|stunden|jours?|nuits?|heures?|días?|noches?|horas?|years?|x|legs?)${wordEnd}|[:.,]\\d|st|nd|rd|th| ?[$€£])`,
)
const alone = /\b(just me|only me|myself only|solo traveller|flying solo|travelling alone|traveling alone)\b/gi

/** How many fly, and where the text says so. Children count; of "8-10" the larger number is taken, so that the cabin is big enough. */
export function readPassengers(text: string): { passengers: number | null; spans: Span[] } {
  const ranges = matches(text, range)
  if (ranges[0]) return { passengers: numberOf(ranges[0].match[2] ?? ''), spans: ranges }
  const counted = [...matches(text, adults), ...matches(text, young)]
  if (counted.length > 0) {
    const kinds = new Map(counted.map((found) => [found.match[0].toLowerCase().replace(/^\S+ ?/, ''), found]))
    const total = [...kinds.values()].reduce((sum, { match }) => sum + (numberOf(match[1] ?? '') ?? 0), 0)
    // "2 adults and 3 kids" add up; "8 pax, 8 people" says it twice.
    const same = new Set(counted.map(({ match }) => numberOf(match[1] ?? '')))
    const adds_up = counted.some(({ match }) => new RegExp(`(?:${children})`, 'iu').test(match[0]))
    return {
      passengers: adds_up ? total : (numberOf(counted.at(-1)?.match[1] ?? '') ?? [...same][0] ?? null),
      spans: counted,
    }
  }
  const other = [group, labelled, bare].map((form) => matches(text, form)).find(({ length }) => length > 0)
  if (other) return { passengers: numberOf(other[0]?.match[1] ?? ''), spans: other }
  const single = matches(text, alone)
  return { passengers: single.length > 0 ? 1 : null, spans: single }
}
