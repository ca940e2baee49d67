import { isCorrection, withoutTakenBack } from './corrections.ts'
import { monthPattern } from './dates/names.ts'
import { type Doubt, doubt } from './doubts.ts'
import { numberOf, numberPattern } from './numbers.ts'
import { matches, type Span, withoutSpans, wordEnd, wordStart } from './text.ts'

/** How many fly, as one part of the text has it; `back` counts only on the way back. */
export type PassengerCount = Span & { count: number; back: number | null }
export type PassengerReading = {
  passengers: number | null
  /** Every count, for trips on which it differs from flight to flight. */
  counts: PassengerCount[]
  doubts: Doubt[]
  spans: Span[]
}

const grown =
  'pax|pp|passengers?|people|persons?|ppl|guests?|travell?ers?|adults?|souls?|seats|executives?|execs?|colleagues?|coworkers?|co-workers?|employees?|staff|guys?|friends?|humans?|men|women|ladies|gentlemen|lawyers?|partners|dudes|bros|fellas|girls|boys|folks|bodyguards?|attendees|delegates|musicians|athletes|golfers|skiers|medics|nurses|teammates|bankers|doctors|nurses|clients|directors?|assistants?|engineers?|players?|students?|vips?|relatives?|family members?|members|passagiere?n?|personen|person|leute|gäste|gast|erwachsene|kollegen|freunde?|mitarbeiter|personnes?|passagers?|pers|adultes?|collègues|amis|personas?|pasajeros?|viajeros?|adultos?|colegas|amigos'
const young =
  'children|child|kids?|infants?|babies|baby|toddlers?|teenagers?|teens?|grandkids|grandchildren|kindern?|kind|enfants?|bébés?|niños?|niñas?|bebés?'
const one =
  '(?:an?|eine?|une?|una) (?:baby|child|kid|infant|toddler|teenager|kind|kleinkind|enfant|bébé|niñ[oa]|bebé)(?! (?:seat|car seat|bed|cot|crib|carrier|stroller|bassinet))|me|myself|him|himself|her|herself|(?:my|his|her|their|the|our|a|an) (?:wife|husband|girlfriend|boyfriend|fianc[ée]e?|boss|ceo|cfo|coo|president|chairman|principal|owner|assistant|nanny|partner|son|daughter|mother|father|brother|sister|friend|colleague|lawyer|driver|bodyguard|pa)|my client|nanny|mom|mum|dad|mother|father|wife|husband|ich|meine[rm]? (?:frau|mann|partnerin?|chef)|mein mann|moi|ma femme|mon mari|yo|mi (?:mujer|esposa|marido|esposo)'
const two = 'couple|ehepaar|pärchen|pareja|matrimonio|twins'
const number = `(?:${numberPattern})`
const which =
  '(?:vip |senior |business |more |other |additional |small |young |little |grown |paying |adult |female |male |minor |of (?:his|her|my|our|their) )?'

const element = `(?:(?<count>${number}) ?(?:x ?)?${which}(?:${grown}|${young})|(?<couples>${number}|a|ein|un|una)? ?(?:${two})s?|(?<dozen>a dozen|half a dozen|two dozen)(?: (?:${grown}|${young}))?|(?:${one}))`
const unnamed = (group: string) => element.replace(/\(\?<\w+>/g, group)
const joiner = '(?: ?(?:,|\\+|&|/|and|plus|with|und|mit|et|avec|y|con) ?)+| '
const border = (source: string) => new RegExp(`${wordStart}(?:${source})${wordEnd}`, 'giu')

/** Behind these stands who is counted already: "7 people incl. 2 kids". */
const within =
  'incl\\.?|inkl\\.?|including|inklusive|of whom|of which|of them|davon|darunter|dont|y compris|incluid[oa]s?|incluyendo'

const party = border(
  `(?<!(?:${within}) )${unnamed('(?:')}(?:(?:${joiner})${unnamed('(?:')})*(?: (?:and|plus|\\+|und|et|y) ${number}(?: (?:more|others?|guests))?(?! ?(?:\\p{L}|\\d)))?`,
)
const parts = border(element)
const everybody =
  /(?:pax|pp|passengers?|people|persons?|ppl|guests?|travell?ers?|personen|passagiere?|personnes|passagers|personas|pasajeros)$/iu
const extra = new RegExp(`(?:and|plus|\\+|und|et|y) (${number})(?: (?:more|others?|guests))?$`, 'iu')

const range = border(
  `(?<low>${number}) ?(?:-|to|or|/|bis|oder|à|ou|a|o) ?(?<high>${number}) ?(?:${grown}|of (?:us|them))`,
)
const loose = border(
  `(?:at least|minimum(?: of)?|about|around|roughly|approx\\.?|maybe|probably|more than|mindestens|etwa|environ|au moins|al menos|unos) (?<low>${number}) (?:${grown})(?:,? maybe more)?|(?<plus>${number})(?: or more| ?\\+) (?:${grown})|(?<more>${number}) (?:${grown}),? (?:maybe|or|perhaps) more|(?:several|some|a few|einige|quelques|algunos) (?:${grown})`,
)
const outAndBack = border(
  `(?<out>${number})(?: (?:${grown}))? (?:out|outbound|there|going|hin|à l'aller)(?:,| and| &| but)* (?<back>${number})(?: (?:${grown}))? (?:back|return(?:ing)?|inbound|coming back|zurück|au retour)`,
)
const total = border(
  `(?<count>${number})(?: (?:${grown}))? (?:in )?total|total(?: of)?:? (?<other>${number})|insgesamt (?<third>${number})|(?<fourth>${number}) (?:en tout|en total|au total)`,
)
const named = [
  `(?:party|group|team|family|crowd|gruppe|groupe|grupo|familie|familia|famille) (?:of|von|de) (?<count>${number})`,
  `(?<!(?:${number}) ?)(?:pax|passengers?|people|guests|passagiere|passagers|pasajeros|personen|how many|head ?count|group size|(?:number|no\\.?) of (?:pax|passengers|people|guests))(?: count)?(?: is| are| to)? ?[:=]? ?(?<count>${number})(?! ?(?:${grown}))`,
  `(?:family|group|party|team|guests|entourage) ?\\(?(?<count>\\d{1,2})\\)(?!\\d)`,
  `(?<count>${number}) (?:of (?:us|them|em|'em|you)|von uns|d'entre nous|de nosotros)(?! (?:with|have|has|are|is|need|will|who|want|bring|under|over|travel))`,
  `(?:we are|we're|they are|they're|(?:the )?(?:group|party|family|team) is|there will be|there are|there's|wir sind|wir wären|nous (?:sommes|serons)|on (?:est|sera)|somos|seremos|vamos|(?:wir|sie) sind)(?: now| only| just| jetzt| nur)? (?<count>${number})(?! ?(?!(?:now|today|in all|this time|only|then|again|altogether|jetzt|maintenant|ahora)(?!\\p{L}))(?:\\p{L}|\\d))`,
  `(?<=(?:^|[,;!·(] ?|(?<!\\p{L})(?:got|have|has|need|we're|are) ))(?<count>${number})(?= (?:going|flying|travell?ing)(?!\\p{L}|-| (?:back|home)))`,
  `(?:fly|flying|take|taking|move|moving|bring|bringing|carry|lift) (?<count>${number})(?= (?:from|out of|up to|down to|over to|to) )`,
].map(border)
const germanParty = /(?<!\p{L})zu (zweit|dritt|viert|fünft|sechst|siebt|acht|neunt|zehnt|elft|zwölft)(?!\p{L})/giu
const germanCounts = ['zweit', 'dritt', 'viert', 'fünft', 'sechst', 'siebt', 'acht', 'neunt', 'zehnt', 'elft', 'zwölft']

const bare = border(
  `(?:(?<!(?:catering|meals?|menus?|lunch|dinner|breakfast|champagne|food|drinks|snacks|options?|quotes?) )(?:for|für|pour|para) |(?<=make (?:it|that) )(?=${number} ?(?:[,.;!?)]|$|(?:please|instead|now|then|again|and|but|not|on|from|for|in|after all|altogether)(?!\\p{L})))|(?<=(?:with|mit|avec|con) )(?=${number} ?(?:[,.;)]|$)))(?<count>${number})(?! ?(?:days?|nights?|hours?|hrs?|h|weeks?|months?|minutes?|min|k|m|am|pm|%|o'clock|usd|eur|gbp|chf|tage?|nächte|wochen?|stunden|jours?|nuits?|semaines?|heures?|días?|noches?|semanas?|horas?|years?|x|legs?|[- ]?way|thousand|grand|mil|tausend|mille|million)${wordEnd}|[:.,/]\\d|st|nd|rd|th| ?[$€£])`,
)
const alone =
  /(?<!\p{L})(?:just|only|nur|juste|seulement|solo|sólo|solamente) (?:me|myself|him|her|the boss|one passenger|ich|moi|yo)(?! (?:and|und|et|y|\+|plus)(?!\p{L}))|(?<!\p{L})(?:solo travell?er|flying solo|travell?ing alone|by (?:my|him|her)self|allein|tout seul|viajo solo)(?!\p{L})|(?<=[,;·] ?)solo(?= ?(?:[,.;]|$))/giu

/** "only 4 coming back": fewer than went out. */
const fewerBack = border(
  `(?:(?:only|just|nur|seulement|sólo|solo) (?<back>${number})(?: (?:${grown}))?(?: of them)?|(?<less>${number}) (?:fewer|less|weniger|de moins|menos)(?: (?:${grown}))?|(?<more>${number}) more(?: (?:${grown}))?) (?:will be |are |is )?(?:coming back|flying back|going back|returning|fly back|come back|return|back|on (?:the|their) (?:way back|return)|zurück|au retour|de vuelta)`,
)

function sizeBack({ less, more, back }: Record<string, string | undefined>, out: number): number | null {
  const size = numberOf(back ?? less ?? more ?? '')
  if (size === null || back) return size
  return less ? out - size : out + size
}

const travels =
  /(?<!\p{L})(?:i(?:'d| would| want| wanna| need| will|'ll|'m| am| have)*(?: like)?(?: to)?(?: be)? (?:go|fly|travel|head|leave|get|going|flying|travell?ing|heading|leaving)|ich (?:will|möchte|muss|fliege|reise)|je (?:voudrais|veux|dois|pars|vais)|(?:quiero|necesito|quisiera) (?:volar|ir|viajar|salir))(?!\p{L})/iu
const company = border(`(?<=(?<!\\p{L})(?:with|w/?|mit|avec|con) )${unnamed('(?:')}(?:(?:${joiner})${unnamed('(?:')})*`)

/** "I want to go with 3 friends" is four: whoever speaks of flying flies along. */
function withSpeaker(text: string): PassengerCount | undefined {
  const speaker = travels.exec(text)
  const [found, ...others] = speaker ? matches(text, company).filter(({ start }) => start > speaker.index) : []
  if (!found || others.length > 0 || matches(text, total).length > 0) return undefined
  const size = [...found.match[0].matchAll(parts)].reduce((sum, member) => sum + sizeOf(member), 1)
  const rest = countsIn(withoutSpans(text, [found]))
  return rest.length > 0 ? undefined : { start: found.start, end: found.end, count: size, back: null }
}

/** How many fly, and where the text says so. Children count. Where the text leaves a choice or contradicts itself, nobody is counted. */
export function readPassengers(text: string): PassengerReading {
  const split = matches(text, outAndBack)[0]
  if (split) {
    const [out, back] = [numberOf(split.match.groups?.out ?? ''), numberOf(split.match.groups?.back ?? '')]
    if (out !== null && back !== null) {
      const count = { start: split.start, end: split.end, count: out, back }
      return { passengers: null, counts: [count], doubts: [], spans: [split] }
    }
  }
  const together = withSpeaker(text)
  if (together) return { passengers: together.count, counts: [together], doubts: [], spans: [together] }
  const fewer = matches(text, fewerBack)[0]
  if (fewer) {
    const [count, ...others] = readPassengers(withoutSpans(text, [fewer])).counts
    const back = count ? sizeBack(fewer.match.groups ?? {}, count.count) : null
    if (count && back !== null && others.every((other) => other.count === count.count))
      return { passengers: null, counts: [{ ...count, back }], doubts: [], spans: [count, ...others, fewer] }
  }
  const open = openCounts(text)
  const rest = withoutSpans(text, open.spans)
  const found = countsIn(rest)
  const kept = withoutTakenBack(rest, found)
  const spans = [...open.spans, ...found]
  const values = [...new Set(kept.map(({ count }) => count))]
  // "6-8 pax, make it 8": the later word counts.
  const settled = kept.some((one) =>
    open.spans.some(({ end }) => end <= one.start && isCorrection(text.slice(end, one.start))),
  )
  if (open.doubts.length > 0 && !settled) return { passengers: null, counts: [], doubts: open.doubts, spans }
  return { passengers: values.length === 1 ? (values[0] ?? null) : null, counts: kept, doubts: [], spans }
}

/** Counts that leave a choice: "6-8 pax", "at least 6 people". */
/** "with two bodyguards": whom they go with is not counted. */
const companions = border(
  `(?<=(?<!\\p{L})(?:with|w/?|plus|mit|avec|con) )(?:(?:his|her|their|my|our) )?${number} (?:more |other )?(?:friends?|colleagues?|bodyguards?|assistants?|partners|kids|children|relatives|clients|lawyers?|coworkers?|others)`,
)

function openCounts(text: string): { doubts: Doubt[]; spans: Span[] } {
  const ranges = matches(text, range).filter(({ match, start }) => isRange(match, text.slice(0, start)))
  const others = matches(withoutSpans(text, ranges), loose)
  const lone =
    matches(text, party).length > 0
      ? matches(text, companions).filter(
          ({ start }) => !matches(text, party).some((one) => one.start < start && start < one.end),
        )
      : []
  return {
    doubts: [
      ...ranges.map(({ match }) =>
        doubt('passengers', 'several', match[0], [match.groups?.low ?? '', match.groups?.high ?? '']),
      ),
      ...[...others, ...lone].map(({ match }) => doubt('passengers', 'vague', match[0])),
    ],
    spans: [...ranges, ...others, ...lone],
  }
}

/** "6-8 pax" goes up and stands alone; "1700 - 4 pax", "12/12 - 4 pax" and "Dec 4 - 8 pax" are two things side by side. */
function isRange({ 0: words, groups }: RegExpExecArray, before: string): boolean {
  const [low, high] = [numberOf(groups?.low ?? ''), numberOf(groups?.high ?? '')]
  const is_date = /\d[/.:-]$/.test(before) || (/ - /.test(words) && afterMonth.test(before))
  return low !== null && high !== null && low < high && !is_date
}

const afterMonth = new RegExp(`(?<!\\p{L})${monthPattern} $`, 'iu')

/** "for 3 + 1 baby" */
const withChildren = border(`(?<some>${number}) ?(?:\\+|plus|and|und|et|y|&) ?(?<more>${number}) ?${which}(?:${young})`)

function countsIn(text: string): PassengerCount[] {
  const sums = matches(text, total).flatMap((found) =>
    counted(found, Object.values(found.match.groups ?? {}).find(Boolean)),
  )
  if (sums.length > 0)
    return [
      ...sums,
      ...matches(withoutSpans(text, sums), party).map((one) => ({
        start: one.start,
        end: one.end,
        count: sums[0]?.count ?? 0,
        back: null,
      })),
    ]
  const singles = matches(text, alone).map(({ start, end }) => ({ start, end, count: 1, back: null }))
  const labelled = named
    .flatMap((form) => matches(withoutSpans(text, singles), form))
    .flatMap((found) => counted(found, found.match.groups?.count))
  const german = matches(text, germanParty).map(({ match, start, end }) => ({
    start,
    end,
    back: null,
    count: germanCounts.indexOf((match[1] ?? '').toLowerCase()) + 2,
  }))
  const families = matches(text, withChildren).map(({ match: { groups }, start, end }) => ({
    start,
    end,
    back: null,
    count: (numberOf(groups?.some ?? '') ?? 0) + (numberOf(groups?.more ?? '') ?? 0),
  }))
  const known = [...singles, ...labelled, ...german, ...families]
  const parties = partiesIn(withoutSpans(text, known))
  const all = [...known, ...parties]
  return all.length > 0 ? all : matches(text, bare).flatMap((found) => counted(found, found.match.groups?.count))
}

const counted = ({ start, end }: Span, written: string | undefined): PassengerCount[] => {
  const count = numberOf(written ?? '')
  return count === null ? [] : [{ start, end, count, back: null }]
}

/** "2 adults, 1 child and a nanny" is one party; "him" by itself is nobody, and adults here and kids there are one party too. */
function partiesIn(text: string): PassengerCount[] {
  const groups = matches(text, party).flatMap(({ match, start, end }) => {
    const words = match[0]
    const members = [...words.matchAll(parts)]
    const has_number =
      members.some(({ groups }) => groups?.count ?? groups?.couples ?? groups?.dozen) ||
      new RegExp(two, 'iu').test(words)
    const more = numberOf(extra.exec(words)?.[1] ?? '') ?? 0
    if (!has_number && members.length < 2 && more === 0) return []
    // "8 pax, 8 people" says one thing twice.
    const sizes = members.map((member) => ({ size: sizeOf(member), is_everybody: everybody.test(member[0]) }))
    const all = sizes.filter(({ is_everybody }) => is_everybody)
    const sum = sizes.reduce((sum, { size, is_everybody }) => sum + (is_everybody && all.length > 1 ? 0 : size), more)
    return (all.length > 1 ? all : [{ size: 0 }]).map(({ size }) => ({
      start,
      end,
      back: null,
      count: sum + size,
      words,
    }))
  })
  const isYoung = ({ words }: { words: string }) => new RegExp(`^${number} ?${which}(?:${young})$`, 'iu').test(words)
  const kids = groups.filter(isYoung)
  const [first, ...others] = groups.filter((group) => !isYoung(group))
  if (!first || kids.length === 0) return groups
  return [
    { ...first, count: first.count + kids.reduce((sum, { count }) => sum + count, 0) },
    ...others,
    ...kids.map((kid) => ({ ...kid, count: first.count + kid.count })),
  ].slice(0, 1 + others.length)
}

function sizeOf({ 0: words, groups }: RegExpMatchArray): number {
  if (groups?.dozen) return /half/i.test(groups.dozen) ? 6 : /two/i.test(groups.dozen) ? 24 : 12
  if (groups?.count) return numberOf(groups.count) ?? 0
  if (new RegExp(`(?:${two})s?$`, 'iu').test(words)) return 2 * (numberOf(groups?.couples ?? '') ?? 1)
  return 1
}
