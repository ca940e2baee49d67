import {
  type Airport,
  findNamed,
  findNamesakes,
  getAirport,
  isBusinessAirport,
  type Namesake,
  suggestAirports,
} from '../../../tools/airports/airports.ts'
import { withoutTakenBack } from './corrections.ts'
import { matches, type Span } from './text.ts'

/**
 * A place as the text names it, with its airports, the usual one first; none when nobody knows it. Where the name stands for places that
 * lie apart, they are its namesakes, and none of them may be chosen.
 */
export type Place = Span & {
  text: string
  airports: Airport[]
  namesakes: Namesake[] | null
  /** Which end of a flight the words before it make it. */
  role?: 'from' | 'to'
  /** The airport that it is said to be instead of. */
  instead_of?: string
}

/** Words that are places and also mean something else: they count only beside "from", "to", "-" and the like. */
const ambiguous = new Set(
  'nice eagle bend rifle split cork reading mobile male hobby marathon sion rom la was mil par chi bos mia opa provo boca sharm tires thermal stuart jackson madison lincoln jersey columbia columbus charlotte augusta victoria albany lech mow lon ny dc bern figari bari halle capri georgia hamilton heber midland richmond wheeling bedford florence sydney perth santiago oxford cambridge portland panama male island republic albany henderson jacksonville the orly hayden ontario orange bristol kingston freeport marsh'.split(
    ' ',
  ),
)

/** Three or four capitals that brokers write and that are no airport. */
const notCodes = new Set(
  'NYE VIP CEO CFO COO PAX USD EUR GBP CHF AED CAD ETD ETA ASAP RFQ RFQS NDA FBO LLC INC LTD AND THE FOR ONE TWO WAY TBD TBA VLJ SUV MAX MON TUE WED THU FRI SAT SUN JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC APU FYI PDF AOG VAT IFR VFR PET DOG CAT KID NOT CAN YOU GET ARE HER HIS OUR ALL ANY NEW NEED JET WIFI WITH FROM BACK TRIP LEGS LEG OK YES CREW ROUND LT UTC GMT EST PST CET BBJ ACJ PLUS LESS THEY LIKE'.split(
    ' ',
  ),
)

/** Small words of other languages that are codes as well: "a las 9". */
const smallWords = new Set(['las', 'los', 'les', 'des', 'sus', 'der', 'dem', 'den', 'del', 'con', 'por', 'mit', 'bis'])

const from =
  /(?:^|[^\p{L}])(?:from:?|out of|dep:?|departing(?: from)?|depart(?:s|ure)?:?|leaving(?: from)?|leave|origin:?|start:?|· ?(?:who are |that are )?in|starting (?:in|at|from)|pick(?:ed|ing)? (?:[^.,]{1,25} )?up (?:[^.,]{1,25} )?(?:in|at|from)|ex|von|ab|abflug|de|desde|depuis|au départ de)(?: the)? ?$/iu
const to =
  /(?:^|[^\p{L}])(?:to|into|towards?|(?:leaving|bound|heading|off|departing) for|to:|arriv(?:e|es|ing|al):?|arr:|dest(?:ination)?:?|drop ?off:?|land(?:ing|s)?(?: in| at)?|arriv(?:e|es|ing) (?:in|at)|drop(?:ped|ping)?(?: (?:us|them|him|her))?(?: off)? (?:in|at)|visit|via|nach|à|au|vers|pour|a|para|hasta|hacia|in)(?: the)? ?$/iu
const link =
  /^(?: airport)?(?:[^\p{L}\p{N},.;]*(?:-+|>|->|=>|\/)[^\p{L}\p{N},.;]*| (?:to|nach|à|a|al|hasta|bis|via|then to|and then to|then on to|then|on to|onwards to)(?: the)? |,? (?:and )?then (?:on |onwards )?(?:to )?|,? (?:and )?(?:on|onward|onwards|continuing) to )$/iu

/** Whether what stands before a word says that a flight starts there, or goes there. */
export const roleBefore = (before: string): 'from' | 'to' | null =>
  from.test(before) ? 'from' : to.test(before) ? 'to' : null

/** Whether what stands between two places joins them to one leg. */
export const isLink = (between: string) => link.test(between)

const sticks = (before: string, after: string) =>
  roleBefore(before) !== null ||
  /(?:-|>|\/) ?$/.test(before) ||
  /^(?: airport)? ?(?:-|>|\/|to |nach |à |hasta |then )/i.test(after) ||
  (/^ a /i.test(after) && /(?:de|desde) ?$/i.test(before))

const notThere = /(?:^|,? )(?:and )?not (?:from |to |in |at |the )?$/iu

/** Every known place in the text, in order, without those that were taken back: "White Plains, not Teterboro" is White Plains. */
export const readPlaces = (text: string): Place[] =>
  withoutTakenBack(text, merged(text, withoutDenied(text, placesIn(text)))).map((place) => {
    const role = roleBefore(text.slice(0, place.start))
    return role ? { ...place, role } : place
  })

/** "not Teterboro but White Plains" */
const butRather = /^,? ?(?:(?:but|rather|sondern|mais|sino)(?: rather)? )?(?:it's |from |to |in )?$/iu

const insteadOf = (place: Place, refused: Place | undefined): Place =>
  refused?.airports[0] ? { ...place, instead_of: refused.airports[0].icao } : place

/** What is named instead of a place takes its part in the route, wherever that stood. */
function withoutDenied(text: string, places: readonly Place[]): Place[] {
  const kept: Place[] = []
  let refused: Place | undefined
  for (const place of places) {
    const instead = kept.at(-1)
    const is_denied = notThere.test(text.slice(0, place.start))
    const not = refused && butRather.test(text.slice(refused.end, place.start)) ? refused : undefined
    refused = is_denied ? place : undefined
    if (!is_denied) kept.push(insteadOf(place, not))
    else if (instead && notThere.test(text.slice(instead.end, place.start))) {
      kept.pop()
      const was = kept.findIndex(({ airports }) => airports[0]?.icao === place.airports[0]?.icao)
      const taken = kept[was]
      if (taken) kept[was] = { ...instead, start: taken.start, end: taken.end }
      else kept.push(insteadOf(instead, place))
    }
  }
  return kept
}

/** Longer names win over shorter ones inside them. */
function placesIn(text: string): Place[] {
  const tokens = matches(text, /[\p{L}\p{N}][\p{L}\p{N}'’]*\.?(?=\P{L}|$)/gu)
  const places: Place[] = []
  let next = 0
  while (next < tokens.length) {
    const found = longestAt(text, tokens, next, places.at(-1))
    if (found) places.push(found.place)
    next += found?.tokens ?? 1
  }
  return places
}

function longestAt(
  text: string,
  tokens: Span[],
  first: number,
  previous: Place | undefined,
): { place: Place; tokens: number } | undefined {
  for (let count = Math.min(5, tokens.length - first); count > 0; count--) {
    const [start, end] = [tokens[first]?.start ?? 0, tokens[first + count - 1]?.end ?? 0]
    const written = text.slice(start, end).replace(/\.$/, '')
    if (!isOneName(text, tokens.slice(first, first + count))) continue
    // "Portland, Maine" is a name with a comma, "Aspen, Dallas" are two.
    const airports = findNamed(written.replaceAll(',', '').replace(' & ', ' and '))
    const alike = findNamesakes(written)
    const place = {
      start,
      end: start + written.length,
      text: written,
      airports,
      namesakes: alike.length > 0 ? alike : null,
    }
    const narrows = previous && text.slice(previous.end, start) === ' ' && narrower(previous, place) === place
    if (airports.length > 0 && (narrows || isMeant(text, place, count))) return { place, tokens: count }
  }
  return undefined
}

/** Inside a name stand single spaces, hyphens and commas, nothing else. */
const isOneName = (text: string, tokens: Span[]) =>
  tokens.every(({ end }, place) => {
    const following = tokens[place + 1]
    return !following || /^(?:[ .'-]{0,2}|, | & )$/.test(text.slice(end, following.start))
  })

function isMeant(text: string, place: Place, words: number): boolean {
  const [before, after] = [text.slice(0, place.start), text.slice(place.end)]
  const beside = sticks(before, after)
  const written = place.text
  const is_code = place.airports.length === 1 && words === 1 && isCodeOf(written, place.airports[0])
  if (is_code && written === written.toUpperCase()) {
    return notCodes.has(written) ? isWellKnown(place) && isLinkedToAirport(before, after) : beside || isWellKnown(place)
  }
  // Many small words are the code of some airfield; in small letters only fields where jets go count.
  if (is_code) {
    if (!isWellKnown(place) || smallWords.has(written) || notCodes.has(written.toUpperCase())) return false
    return (
      beside ||
      isBusinessCode(/^ (\p{Ll}{3,4})(?!\p{L})/u.exec(after)?.[1]) ||
      isBusinessCode(/(?<!\p{L})(\p{Ll}{3,4}) $/u.exec(before)?.[1])
    )
  }
  if (written === 'LA' || written === 'NYC' || written === 'DC' || written === 'SF') return true
  // "pour la société", "para la empresa": an article, and not Los Angeles.
  if (written === 'la' && /(?<!\p{L})(?:pour|para|por|à|a|de|en|con|avec|dans|sur) $/iu.test(before)) return false
  if (words === 1 && (ambiguous.has(written.toLowerCase()) || written.length < 4)) return beside
  return isWellKnown(place) || (beside && /^[\p{Lu}\d]/u.test(written)) || roleBefore(before) !== null
}

/** SUN is Sun Valley in "VNY-SUN", and a day in "FRI-SUN". */
const isLinkedToAirport = (before: string, after: string) => {
  const [previous] = /[\p{L}\d]{3,}(?= ?(?:-|>|\/| to) ?$)/u.exec(before) ?? []
  const [next] = /(?<=^ ?(?:-|>|\/|to ) ?)[\p{L}\d]{3,}/u.exec(after) ?? []
  return [previous, next].some(
    (word) => word !== undefined && !notCodes.has(word.toUpperCase()) && findNamed(word).length > 0,
  )
}

const isBusinessCode = (word: string | undefined) => {
  const airport = word && !smallWords.has(word) && !notCodes.has(word.toUpperCase()) ? getAirport(word) : undefined
  return airport !== undefined && isBusinessAirport(airport.icao)
}

const isCodeOf = (written: string, airport: Airport | undefined) => {
  const code = written.toUpperCase()
  return airport !== undefined && (code === airport.icao || code === airport.iata || `K${code}` === airport.icao)
}

/** A city or field where business jets go is meant wherever it is named; others need a "from" or "to". */
const isWellKnown = (place: Place) => {
  const [usual] = place.airports
  return usual !== undefined && (place.airports.length > 1 || isBusinessAirport(usual.icao))
}

/** "Teterboro (TEB)" and "London (Farnborough)" name one place twice: the narrower name counts. */
function merged(text: string, places: Place[]): Place[] {
  const kept: Place[] = []
  for (const place of places) {
    const previous = kept.at(-1)
    const is_beside = previous && /^ ?[(,/]? ?$/.test(text.slice(previous.end, place.start))
    const same = is_beside ? narrower(previous, place) : undefined
    if (previous && same) kept[kept.length - 1] = { ...same, start: previous.start, end: place.end }
    else kept.push(place)
  }
  return kept
}

function narrower(first: Place, second: Place): Place | undefined {
  const shared = second.airports.some(({ icao }) => first.airports.some((airport) => airport.icao === icao))
  if (shared) return first.airports.length <= second.airports.length ? first : second
  // "SEA BFI" names the city and then the field.
  const city = first.airports.length === 1 ? findNamed(first.airports[0]?.city ?? '') : []
  if (city.some(({ icao }) => icao === second.airports[0]?.icao)) return second
  // HND is Tokyo to IATA, but not behind "Las Vegas".
  const american = first.airports.filter(({ icao }) => icao === `K${second.text.toUpperCase()}`)
  return american.length > 0 ? { ...second, airports: american } : undefined
}

const notPlaces =
  /^(the|a|an|my|our|your|his|her|their|this|that|these|here|there|home|now|today|tonight|tomorrow|next|one|another|any|all|some|me|us|him|them|it|you|be|go|fly|get|have|book|make|send|see|know|pay|do|charter|travel|quote|return|come|take|use|work|arrange|find|plan|request|add|change|reply|date|open|client|clients|operator|operators|avinode|you|january|february|march|april|may|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec|noon|morning|pax|which|where|what|somewhere|anywhere)$/i

const deal = /^(?:'s)? (?:trip|request|deal|flight|charter|booking|one)(?!\p{L})/iu
const object = /^ (?:up|off|out|over|along|the|a|an|my|our|his|her|their|us|them|him|it|\d+)(?![\p{L}\d-])/iu

/** Words that stand where a place must stand and that nobody knows, as places without airports. */
export function readUnknownPlaces(text: string, known: readonly Place[]): Place[] {
  const word = "[\\p{L}][\\p{L}\\p{N}']*"
  const role = '(?<![\\p{L}])(?:from|to|into|out of|von|nach|desde|hasta)'
  const named = matches(text, new RegExp(`${role} (?:the (?=\\p{Lu}))?(${word}(?: \\p{Lu}[\\p{L}']+){0,2})`, 'dgu'))
  const coded = matches(text, /(?<![\p{L}\d])(\p{Lu}{3,4}) ?(?:-|>|->|to|\/) ?(\p{Lu}{3,4})(?![\p{L}\d])/dgu)
  // "Tetterboro to Van Nuys": a capital word beside a link counts where it is spelt nearly like a place.
  const misspelt = matches(text, /(?<![\p{L}\d])(\p{Lu}[\p{L}']{4,}) ?(?:to|-|>|nach|à|a) ?(?=\p{L})/dgu).filter(
    ({ match, start, end }) =>
      known.some((place) => place.start === end) &&
      !known.some((place) => place.start < end && start < place.end) &&
      suggestAirports(match[1] ?? '', 1).length > 0,
  )
  // Small letters only where the text begins, and where it is spelt nearly like a place that jets go to: "teterborro to miami".
  const small = matches(text, /(?<=^[^\p{L}]*)(\p{Ll}{7,}) ?(?:to|-|>) ?(?=\p{L})/dgu).filter(
    ({ match, start, end }) =>
      known.some((place) => place.start === end) &&
      !known.some((place) => place.start < end && start < place.end) &&
      suggestAirports(match[1] ?? '', 1).some(({ icao }) => isBusinessAirport(icao)),
  )
  const found = [...named, ...coded, ...misspelt, ...small].flatMap(({ match }) =>
    [1, 2].flatMap((group) => {
      const place = match.indices?.[group]
      const written = match[group]
      if (!place || !written || notPlaces.test(written.split(' ')[0] ?? '') || notCodes.has(written)) return []
      const [start, end] = place
      const is_known = known.some((other) => other.start < end && start < other.end)
      // "to" also starts a verb: a small word after it is a place only when another place stands before.
      const is_verb =
        (/^\p{Ll}/u.test(written) &&
          /(?:from|out of|into) $/i.test(text.slice(0, start)) &&
          !/^ ?(?:to|-|>) ?\p{L}/iu.test(text.slice(end))) ||
        (/^\p{Ll}/u.test(written) &&
          /to $/.test(text.slice(0, start)) &&
          !known.some((other) => isLink(text.slice(other.end, start))))
      // A verb takes a particle or an object: "to pick up two more".
      // "add a dog to the Redwood one" speaks of a deal.
      const is_deal = /(?<!\p{L})the $/iu.test(text.slice(0, start)) && deal.test(text.slice(end))
      const has_object = /^\p{Ll}/u.test(written) && object.test(text.slice(end))
      const is_denied = notThere.test(text.slice(0, start)) && findNamed(written).length > 0
      return is_known || is_verb || has_object || is_deal || is_denied
        ? []
        : [{ start, end, text: written, airports: [], namesakes: null }]
    }),
  )
  return found.filter(
    (place, index) => !found.slice(0, index).some((other) => other.start < place.end && place.start < other.end),
  )
}
