import { isLink, type Place, roleBefore } from './places.ts'

/** One flight; a side that the text leaves open is null. */
export type Leg = { from: Place | null; to: Place | null }

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
    if (previous && isLink(between)) {
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
  return legs.filter((leg, index) => !isRepeat(leg, legs[index - 1]))
}

/** "to Paris ... from NYC to Paris" says the same leg twice. */
const isRepeat = (leg: Leg, previous: Leg | undefined) =>
  previous !== undefined && leg.from?.text === previous.from?.text && leg.to?.text === previous.to?.text
