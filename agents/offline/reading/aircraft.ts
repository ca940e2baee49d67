import { withoutTakenBack } from './corrections.ts'
import { matches, type Span, withoutSpans } from './text.ts'

/** Models by the names that Avinode uses, one of Avinode's categories to the letter, and what is said about aircraft besides. */
export type AircraftReading = {
  aircraft_type: string | null
  aircraft_category: string | null
  wishes: string[]
  spans: Span[]
}

type Family = [pattern: RegExp, name: (model: string) => string]

const upper = (model: string) => model.toUpperCase().replace(/[\s-]+/g, '')
const digits = (model: string) => model.replace(/\D/g, '')
const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()

/** Makers and nicknames. The pattern's first filled group is the model. */
const families: Family[] = [
  [
    /\b(?:gulfstream )?g-?(100|150|200|280|300|350|400|450|500|550|600|650 ?er|650|700|800)s?\b/,
    (m) => `Gulfstream G${upper(m)}`,
  ],
  [
    /\bgulfstream (?:g-?)?(iv-?sp|iv|v|4|5)\b|\bg-?(iv-?sp|iv|v|4|5|6)\b/,
    (m) => `Gulfstream G${upper(m).replace('4', 'IV').replace('5', 'V').replace('6', '650')}`,
  ],
  [/\b(?:bombardier )?(?:challenger|cl) ?-?(3500|300|350|600|601|604|605|650|850)s?\b/, (m) => `Challenger ${m}`],
  [
    /\b(?:bombardier )?global (?:express )?(5000|5500|6000|6500|7500|8000|xrs|express)\b|\b(glex)\b/,
    (m) => `Global ${/\d/.test(m) ? m : /xrs/i.test(m) ? 'XRS' : 'Express'}`,
  ],
  [/\b(?:bombardier )?lear ?(?:jet)? ?((?:31a?|35a?|40|45|55|60|70|75)(?:xr)?)\b/, (m) => `Learjet ${upper(m)}`],
  [/\b(?:cessna )?(?:citation )?(cj ?[1234]\+?)(?!\w)/, (m) => `Citation ${upper(m)}`],
  [
    /\b(?:cessna )?citation (mustang|m2|bravo|encore|ultra|xls\+?|xl|excel|sovereign|latitude|longitude|x\+?|ii|iii|v|vii)(?!\w)/,
    (m) => `Citation ${/^(m2|xls?\+?|x\+?|ii|iii|v|vii)$/i.test(m) ? upper(m) : capitalised(m)}`,
  ],
  [
    /\b(?:dassault )?falcon ?(10x|6x|7x|8x|20|50ex|50|900 ?(?:ex|lx|dx)?|2000 ?(?:lxs|lx|ex|s)?)\b/,
    (m) => `Falcon ${upper(m)}`,
  ],
  [/\b(?:embraer )?phenom ?(100ev?|300e?|100|300)\b/, (m) => `Phenom ${upper(m)}`],
  [/\b(?:embraer )?legacy ?(450|500|600|650)e?\b/, (m) => `Legacy ${digits(m)}`],
  [/\b(?:embraer )?praetor ?(500|600)\b/, (m) => `Praetor ${m}`],
  [/\b(?:embraer )?(lineage) ?(?:1000)?\b/, () => 'Lineage 1000'],
  [/\bhawker ?(400xp|400|750|800xp|800|850xp|900xp|1000|4000)\b/, (m) => `Hawker ${upper(m)}`],
  [/\b(?:beech(?:craft)? )?king ?air ?([bc]?(?:90|200|250|300|350i?))\b/, (m) => `King Air ${digits(m)}`],
  [/\b(?:pilatus )?pc-?(12|24)\b/, (m) => `Pilatus PC-${m}`],
  [/\b(?:piaggio )?(avanti)(?: ii| evo)?\b/, () => 'Piaggio Avanti'],
  [/\b(honda ?jet)\b/, () => 'HondaJet'],
  [/\b(nextant)(?: 400xti?)?\b/, () => 'Nextant 400XTi'],
  [/\b(?:boeing )?(bbj)\b/, () => 'Boeing Business Jet'],
  [/\b(?:airbus )?acj ?-?(318|319|320|321|350)(?:neo)?\b/, (m) => `Airbus ACJ${m}`],
  // A family by itself is any of its models, and is not narrowed down.
  [
    /\b(?:a|an|any|the|or) (?:bombardier )?(global|challenger)s?(?= ?(?:[,.;)!?/]|$|or\b|please|for\b|if\b))/,
    (m) => `Bombardier ${capitalised(m)}`,
  ],
  [
    /\b(?:a|an|any|the|or) (?:dassault )?(falcon)s?(?= ?(?:[,.;)!?/]|$|or\b|please|for\b|if\b))/,
    () => 'Dassault Falcon',
  ],
  [
    /\b(?:a|an|any|the|or) (?:cessna )?(citation)s?(?= ?(?:[,.;)!?/]|$|or\b|please|for\b|if\b))/,
    () => 'Cessna Citation',
  ],
  [/\b(?:a|an|any|the|or) (gulfstream|learjet|hawker)s?(?= ?(?:[,.;)!?/]|$|or\b|please|for\b|if\b))/, capitalised],
]

/** Types as air traffic control knows them, which brokers use as well. */
const controlNames: Record<string, string> = {
  GLF4: 'Gulfstream GIV',
  GLF5: 'Gulfstream GV',
  GLF6: 'Gulfstream G650',
  CL30: 'Challenger 300',
  CL35: 'Challenger 350',
  C56X: 'Citation XLS',
  C68A: 'Citation Latitude',
  C680: 'Citation Sovereign',
  C700: 'Citation Longitude',
  C750: 'Citation X',
  E50P: 'Phenom 100',
  E55P: 'Phenom 300',
  FA7X: 'Falcon 7X',
  FA8X: 'Falcon 8X',
  F2TH: 'Falcon 2000',
  F900: 'Falcon 900',
  GL5T: 'Global 5000',
  GL7T: 'Global 7500',
  LJ60: 'Learjet 60',
  LJ45: 'Learjet 45',
  BE40: 'Hawker 400',
}

const jet = '(?:[- ]?(?:jets?|aircraft|cabin|plane|cat(?:egory)?|size))'
/** "heavy" and "light" by themselves count where nothing else can be meant. */
const standing = (word: string) => `(?<=(?:^|[,;/(]) ?)${word}(?= ?(?:[,;/).!?]|$| or\\b| ok\\b| please\\b))`

/** Narrow names first: "super light" is not "light". */
const categories: [RegExp, string][] = [
  [/\b(?:very light|entry[- ]level)(?: jets?)?(?: \(vlj\))?|\bvljs?\b/, 'Entry level jet (VLJ)'],
  [/\bturbo ?-?props?\b|\bpropeller (?:aircraft|plane)\b/, 'Turbo prop'],
  [/\bpistons?\b/, 'Piston'],
  [/\b(?:vip|executive) airliners?\b/, 'VIP airliner'],
  [/\bairliners?\b/, 'Airliner'],
  [new RegExp(`\\bsuper[- ]?light${jet}?\\b`), 'Super light jet'],
  [new RegExp(`\\bsuper[- ]?mid(?:[- ]?size)?d?${jet}?\\b`), 'Super midsize jet'],
  [new RegExp(`\\bultra[- ]?long(?:[- ]range)?${jet}?\\b|\\blong[- ]range${jet}\\b|\\bulr\\b`), 'Ultra long range'],
  [new RegExp(`\\bmid[- ]?sized?${jet}?\\b|\\bmid${jet}|\\bmedium${jet}`), 'Midsize jet'],
  [
    new RegExp(
      `\\bli(?:gh)?te?${jet}\\b|\\bsmall jet\\b|\\bleicht(?:er|en)? ?jet|\\bjet léger|\\bjet ligero|${standing('light')}`,
    ),
    'Light jet',
  ],
  [
    new RegExp(
      `\\bheavy${jet}\\b|\\blarge(?:[- ]cabin)?${jet}\\b|\\b(?:a|any|in a) heavy\\b|\\bschwerer? jet|\\bjet lourd|\\bjet pesado|${standing('heavy')}`,
    ),
    'Heavy jet',
  ],
]

const insensitive = (pattern: RegExp) => new RegExp(pattern.source, 'gi')

type Named = Span & { name: string }

const unwanted =
  /(?<!\p{L})(?:no|not|never|without|avoid|except|(?:anything|everything|all) but|kein(?:e|en)?|ohne|pas de|sauf|sin|nada de)(?: an?| the| any)? ?$/iu
const similar =
  /^,? ?(?:\(?)(?:or|oder|ou|o) (?:similar|better|larger|bigger|equivalent|newer|similaire|ähnlich\p{L}*|besser)\)?/iu
/** A maker without a model says little, but is no airport either. */
const makers =
  /\b(?:no|not|without|avoid) (?:gulfstream|hawker|learjet|lear|citation|falcon|challenger|global|phenom|king air|piaggio|turboprop)s?\b/gi

/** The aircraft that is asked for. Models that are named side by side are all welcome; one that is not wanted becomes a wish. */
export function readAircraft(original: string): AircraftReading {
  const text = inDigits(original)
  const refused = matches(text, makers).map(({ match, start, end }) => ({ start, end, name: match[0] }))
  const rest = withoutSpans(text, refused)
  const models = sorted([...modelsIn(rest), ...controlNamesIn(rest)])
  const classes: Named[] = []
  for (const [pattern, name] of categories) {
    const places = matches(withoutSpans(rest, [...models, ...classes]), insensitive(pattern))
    classes.push(...places.map((place) => ({ ...place, name })))
  }
  const isRefused = ({ start }: Span) => unwanted.test(rest.slice(0, start))
  const wished = withoutTakenBack(
    rest,
    models.filter((one) => !isRefused(one)),
  )
  const wanted = withoutTakenBack(
    rest,
    classes.filter((one) => !isRefused(one)),
  )
  const alike = [...wished, ...wanted].flatMap((one) => {
    const found = similar.exec(rest.slice(one.end))
    return found
      ? [{ start: one.end, end: one.end + found[0].length, name: `${one.name}${found[0].replace(/^,/, '')}` }]
      : []
  })
  const not = [...models, ...classes].filter(isRefused).map((one) => {
    const lead = unwanted.exec(rest.slice(0, one.start))?.[0] ?? ''
    return { start: one.start - lead.length, end: one.end, name: text.slice(one.start - lead.length, one.end) }
  })
  return {
    aircraft_type: sideBySide(rest, wished),
    aircraft_category: sorted(wanted)[0]?.name ?? null,
    wishes: [...refused, ...not, ...alike].map(({ name }) => name.trim()),
    spans: [...models, ...classes, ...refused, ...not, ...alike].map(({ start, end }) => ({ start, end })),
  }
}

const sorted = (found: readonly Named[]) => [...found].sort((a, b) => a.start - b.start)

function modelsIn(text: string): Named[] {
  const known: Named[] = []
  for (const family of families) {
    for (const { match, start, end } of matches(withoutSpans(text, known), insensitive(family[0]))) {
      known.push({ start, end, name: family[1](modelIn(match)) })
      known.push(...twinOf(match, text.slice(end), end, family))
    }
  }
  return known
}

const modelIn = (match: RegExpExecArray | null) => match?.slice(1).find(Boolean) ?? ''

/** "Challenger 604/605" and "G450 or 550" are two of one family. */
function twinOf(first: RegExpExecArray, after: string, end: number, [pattern, name]: Family): Named[] {
  const second = /^ ?(?:\/|or) ?(\d{3,4})\b/i.exec(after)
  if (!second?.[1]) return []
  const model = modelIn(new RegExp(pattern.source, 'i').exec(first[0].replace(modelIn(first), second[1])))
  return model === '' ? [] : [{ start: end + 1, end: end + second[0].length, name: name(model) }]
}

const controlNamesIn = (text: string): Named[] =>
  matches(text, new RegExp(`\\b(?:${Object.keys(controlNames).join('|')})\\b`, 'g')).map(({ match, start, end }) => ({
    start,
    end,
    name: controlNames[match[0]] ?? '',
  }))

/** "G650 or Global 7500"; of models that stand apart the first one counts. */
function sideBySide(text: string, models: readonly Named[]): string | null {
  const [first, ...others] = sorted(models)
  if (!first) return null
  const together = [first]
  for (const next of others) {
    const last = together.at(-1) ?? first
    if (/^[\s,/]*(?:or|and|\/|,|oder|ou|o)?[\s,/]*(?:an? |the )?$/i.test(text.slice(last.end, next.start)))
      together.push(next)
  }
  return [...new Set(together.map(({ name }) => name))].join(' or ')
}

const ones = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']
const spoken = new RegExp(
  `\\b(phenom|challenger|legacy|praetor|king air|gulfstream|g|falcon|hawker) (${ones.join('|')})[ -](hundred|fifty)\\b`,
  'gi',
)

/** "Phenom three hundred" as "Phenom 300", padded, so that every character keeps its place. */
const inDigits = (text: string) =>
  text.replace(spoken, (all, family: string, one: string, rest: string) =>
    `${family} ${ones.indexOf(one.toLowerCase()) + 1}${/hundred/i.test(rest) ? '00' : '50'}`.padEnd(all.length),
  )
