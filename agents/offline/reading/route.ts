import { isLink, type Place, roleBefore } from './places.ts'
import { blank } from './text.ts'

/** One flight; a side that the text leaves open is null. */
export type Leg = { from: Place | null; to: Place | null }

const home = /(?<!\p{L})(?:then|and|fly(?:ing)?|head(?:ing)?|return(?:ing)?|back|go(?:ing)?)(?: back)? home(?!\p{L})/iu

/** "then home": where a tour ends that does not say the place again. */
function homeBehind(text: string, end: number) {
  const found = home.exec(text.slice(end))
  return found && { start: end + found.index, end: end + found.index + found[0].length }
}

const isSame = (one: Place, other: Place) =>
  one.airports[0] !== undefined && one.airports[0].icao === other.airports[0]?.icao

const stop = /(?<!\p{L})(?:fuel |tech |quick |short )?stop(?:ping|over|s)?(?: over)?(?: in| at)? $/iu

/** The flights that the places of a text form, in order: "X to Y", "X-Y-Z", "to Y from X", "then to Z", "back to X". */
export function legsOf(text: string, places: readonly Place[]): Leg[] {
  const legs: Leg[] = []
  let origin: Place | null = null
  let previous: Place | null = null
  for (const place of places) {
    const between = text.slice(previous?.end ?? 0, place.start)
    // "à Megève (Chambéry)": the field stands for the town that nobody knows.
    const role = roleBefore(between.replace(/\p{Lu}[\p{L}' -]+ \($/u, ''))
    const last = legs.at(-1)
    if (last?.from && stop.test(between)) {
      legs.push({ from: place, to: last.to })
      last.to = place
      origin = null
    } else if (previous && between.includes(blank) && isSame(previous, place)) {
      // "KVNY KTEX 23 DEC 0900 / KTEX KVNY 02 JAN": the next flight begins where the last one ended.
      origin = place
    } else if (previous && isLink(between)) {
      legs.push({ from: previous, to: place })
      origin = null
    } else if (role === 'to' || (origin && origin === previous && /(?<!\p{L})for (?:the )?$/iu.test(between))) {
      legs.push({ from: origin ?? last?.to ?? null, to: place })
      origin = null
    } else if (role === 'from') {
      if (last && !last.from) last.from = place
      else origin = place
    } else if (origin && previous === origin && /^ ?,? ?$/.test(between)) {
      legs.push({ from: origin, to: place })
      origin = null
    } else {
      origin = place
    }
    previous = place
  }
  if (legs.length === 0 && origin) legs.push({ from: origin, to: null })
  const [first, last] = [legs[0], legs.at(-1)]
  const way = legs.length > 1 && last?.to ? homeBehind(text, last.to.end) : undefined
  if (way && first?.from && last?.to && !isSame(first.from, last.to))
    legs.push({ from: { ...last.to, ...way }, to: { ...first.from, ...way } })
  return legs.filter((leg, index) => !isRepeat(leg, legs[index - 1], text))
}

/** "to Paris ... from NYC to Paris" says the same leg twice. */
function isRepeat(leg: Leg, previous: Leg | undefined, text: string): boolean {
  if (!previous || leg.from?.text !== previous.from?.text || leg.to?.text !== previous.to?.text) return false
  const [between, after] = [text.slice(previous.to?.end, leg.from?.start), text.slice(leg.to?.end)]
  // Each with something of its own, they are two trips: "TEB-MIA Dec 4 and TEB-MIA Dec 11".
  return !(leg.from && leg.to && between.includes(blank) && after.includes(blank))
}
