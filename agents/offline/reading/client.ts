import { findNamed, getAirport } from '../../../tools/airports/airports.ts'
import { isCorrection } from './corrections.ts'
import { readPlaces } from './places.ts'
import { legsOf } from './route.ts'
import { blank, matches, type Span } from './text.ts'

export type ClientReading = { client: string | null; spans: Span[] }

/** A company or person: words with a capital, joined by small words such as "of" and "&". A full stop ends it, except in "St." or "J.". */
const word = "(?:(?:Mr|Mrs|Ms|Dr|St|\\p{Lu})\\.|[\\p{Lu}\\p{N}](?:[\\p{L}\\p{N}'&-]|\\.(?=[\\p{L}\\p{N}]))*)"
const joiner = '(?: (?:of|and|&|de|der|von|van|the|y|et|und|la|du) | & | )'
const name = `(${word}(?:${joiner}${word}){0,4})`
const lower_name = "([\\p{L}\\p{N}][\\p{L}\\p{N}'&]*(?: [\\p{L}\\p{N}&][\\p{L}\\p{N}'&]*){0,2})"
const familyName = `(${word} (?:family|group|party))`
const quoted = '"([^"]{2,80})"'

/** Leads that only a client can follow. */
const explicit = [
  "(?:the |our |my )?(?:client|customer|account|company|kunde|cliente|le client)(?:'s name)? (?:is|will be|should be|ist|est|es|name is|called|named) ",
  '(?:client|customer|account|kunde|cliente)(?: name)? ?[:=] ?',
  '(?:on behalf of|im auftrag von|im namen von|au nom de|de parte de) ',
  '(?:our|my|the) (?:client|customer),? ',
  '(?:pour la société|für (?:die )?firma|para la empresa) ',
  '(?:for|with) (?:our |my |the |a )?(?:new )?(?:client|customer|account)(?: called| named)?,? ',
  '(?:create|add|register|set up) (?:the |a |an )?(?:new )?(?:client|customer|account)(?: called| named| for)?:? ?',
  "(?:it's|it is|this is|that's|this one is) for ",
]

/** Only a name in capitals may follow: "client Acme", but not "my client from Austin". */
const labelled = '(?:client|customer|account|kunde|cliente) '
const booked = '(?:book|get|find|arrange|quote|send|fly|move|take|bring) (?:the )?'
const possible = '(?:for|für|pour|para) (?:the )?'
const subject = '^(?:hi,? |hello,? )?'
const verbs =
  ' (?:needs?|wants?|would like|is looking|are looking|has asked|asks|is asking|must|braucht|möchte|veut|necesita|quiere) '

const notNames =
  /^(i|we|they|he|she|it|you|clients?|customer|the|a|an|this|that|these|my|our|your|his|her|their|me|us|them|one|two|three|jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|january|february|march|april|june|july|august|september|october|november|december|mon|tue|wed|thu|fri|sat|sun|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|today|tonight|next|christmas|easter|thanksgiving|new year|what|which|who|please|can|could|send|flight|trip|quote|jet|charter|return|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|viernes|lundi|mardi|vendredi|pax|passengers|people|sure|now|free|example|dinner|lunch|business|vacation|holidays?|skiing|golf|wedding|meeting|work|budget|instance|less|under|about|around|up|approximately|max|details|status|yes|no|not|unknown|open|leg|legs|has|had|have|will|would|is|are|was|wants?|needs?|likes?|prefers?|route|date|day|depart|departure|arrival|aircraft|catering|airport|everyone|everybody|both|all|each|flexible|ok|okay|fine|happy|asking|looking|waiting|ready|very|still|also|currently|interested|price|unhappy|late|early|vip|here|there|lead|trip|tel|wifi|it|super|wheels|client|new|did|didn't|does|doesn't|hasn't|cancell?ed|said|says|accepted|declined|rejected|opened|answered|called|wrote|got|signed|paid|confirmed|changed|can|can't|could|personen|personnes|personas|passagiere|passagers|pasajeros)$/i

/** April Air and May Holdings are names; April by itself is not. */
const month = /^(march|april|may|june|august)$/i

const stops = /^(to|from|on|in|at|and|with|by|for|or|as|of|who|which|they|budget|leaving|next|\d+)$/i

/**
 * The client that the text names. "for Acme" counts, "for Boston to Miami" and "for 8" do not; a name that is also a place counts only
 * where the text says that it is the client.
 */
export function readClient(text: string): ClientReading {
  const found = firstClient(text)
  const [span] = found.spans
  if (!span) return found
  // "for Acme, scratch that, for Redwood"
  const later = firstClient(`${' '.repeat(span.end)}${text.slice(span.end)}`)
  const [next] = later.spans
  const replaces = next !== undefined && isCorrection(text.slice(span.end, next.start))
  return replaces ? { client: later.client, spans: [{ start: span.start, end: next.end }] } : found
}

function firstClient(text: string): ClientReading {
  for (const lead of explicit) {
    const found = take(text, lead, quoted) ?? take(text, lead, name) ?? take(text, lead, lower_name)
    if (found) return found
  }
  return (
    take(text, labelled, name) ??
    take(text, possible, familyName) ??
    take(text, possible, name, isNoPlace(text)) ??
    take(text, booked, `${name}(?= (?:a|an|the|some|two|three|from|on|to) )`, isNoPlace(text)) ??
    take(text, subject, name + verbs, isNoPlace(text)) ??
    take(text, subject, lower_name + verbs, isLowerName(text)) ??
    lowerCased(text) ?? { client: null, spans: [] }
  )
}

const anybody =
  /^(boss|family|group|team|guys?|someone|somebody|principal|wife|husband|friends?|company|office|crew|couple|party|nobody|owner|assistant|ceo|lift|any|just|also|and|so|then|pls|if|when|there's)$/i

/** "redwood wants to go": a name without a capital, and not just anybody. */
const isLowerName = (text: string) => (candidate: string, after: string) =>
  candidate.split(' ').every((one) => !notNames.test(one) && !stops.test(one) && !anybody.test(one)) &&
  isNoPlace(text)(candidate, after)

/** Someone who types without capitals: "for acme, 8 people". */
function lowerCased(text: string): ClientReading | undefined {
  if (/\p{Lu}\p{Ll}/u.test(text)) return undefined
  const ends = `(?=,|;|:|$| ?${blank})`
  return take(text, possible.replace(' (?:the )?', ' '), lower_name + ends, (candidate, after) => {
    const is_plain = candidate.split(' ').every((one) => !notNames.test(one) && !stops.test(one))
    return is_plain && isNoPlace(text)(candidate, after)
  })
}

const hasRoute = (text: string) => legsOf(text, readPlaces(text)).some(({ from, to }) => from && to)

const isNoPlace = (text: string) => (candidate: string, after: string) => {
  if (findNamed(candidate).length === 0) return true
  // A place by itself is taken for the route, unless a complete route stands elsewhere: "for Aspen, TEB to LAX".
  return (
    !/^ ?(to|-|>|from|nach|on|at)\b/.test(after) &&
    hasRoute(text.replace(candidate, (found) => ' '.repeat(found.length)))
  )
}

function take(
  text: string,
  lead: string,
  form: string,
  check: (candidate: string, after: string) => boolean = () => true,
): ClientReading | undefined {
  // Two patterns, as only the lead ignores case. (Inline modifiers would say so in one, but V8 loses matches of them after a while.)
  const leads = matches(text, new RegExp(`(?<![\\p{L}\\p{N}])${lead}`, 'giu'))
  for (const { start, end: from } of leads) {
    const follows = new RegExp(form, 'duy')
    follows.lastIndex = from
    const match = follows.exec(text)
    const place = match?.indices?.[1]
    if (!match?.[1] || !place) continue
    const candidate = trimmed(match[1], text.slice(place[1]))
    const end = place[0] + candidate.length
    if (isName(candidate, text.slice(end)) && check(candidate, text.slice(end)))
      return { client: candidate, spans: [{ start, end }] }
  }
  return undefined
}

function isName(candidate: string, after: string): boolean {
  const first = candidate.split(' ')[0] ?? ''
  const starts_well = !notNames.test(first) || (month.test(first) && candidate.includes(' '))
  const is_route = /^\p{Lu}{3,4} ?[->/]/u.test(candidate + after)
  return (
    candidate.length > 1 &&
    starts_well &&
    !is_route &&
    !notNames.test(candidate) &&
    !/^\d+$/.test(candidate) &&
    !stops.test(first)
  )
}

/** Without a month, a code or another word that the capital letters drew in. */
function trimmed(candidate: string, after: string): string {
  let words = candidate.split(' ')
  const cut = words.findIndex((one, place) => place > 0 && endsName(one, words.slice(place)))
  if (cut > 0) words = words.slice(0, cut)
  // "for Acme Teterboro to LA": what stands before "to" is where they start.
  else if (/^ ?(to|-|>) ?\p{L}/u.test(after)) {
    const place = [1, 2, 3]
      .map((start) => words.length - start)
      .find((start) => start > 0 && isPlace(words.slice(start)))
    if (place) words = words.slice(0, place)
  }
  return words
    .join(' ')
    .replace(/ (of|and|&|de|von|the|y|et|und|la|du)$/i, '')
    .replace(/'s$/, '')
    .replace(/[.,'-]+$/, '')
}

const isPlace = (words: string[]) => findNamed(words.join(' ')).length > 0

const endsName = (one: string, rest: string[]) =>
  notNames.test(one) ||
  (stops.test(one) && !/^(and|of|for)$/i.test(one)) ||
  one.includes(blank) ||
  /^\p{Lu}{3,4}[-/>]\p{Lu}{3,4}$/u.test(one) ||
  (/^\p{Lu}{4}$/u.test(one) && getAirport(one) !== undefined) ||
  (/^(de|von)$/i.test(one) && isPlace(rest.slice(1, 2)))
