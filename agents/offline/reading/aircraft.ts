import { matches, type Span } from './text.ts'

/** Either a model by the name that Avinode uses, or one of Avinode's categories to the letter. */
export type AircraftReading = { aircraft_type: string | null; aircraft_category: string | null; spans: Span[] }

type Family = [pattern: RegExp, name: (model: string) => string]

const upper = (model: string) => model.toUpperCase().replace(/[\s-]+/g, '')
const digits = (model: string) => model.replace(/\D/g, '')

/** Makers and nicknames. The pattern's first filled group is the model. */
const families: Family[] = [
  [
    /\b(?:gulfstream )?g-?(100|150|200|280|300|350|400|450|500|550|600|650 ?er|650|700|800)s?\b/,
    (m) => `Gulfstream G${upper(m)}`,
  ],
  [
    /\bgulfstream (?:g-?)?(iv-?sp|iv|v|4|5)\b|\bg-?(iv-?sp|iv|v)\b/,
    (m) => `Gulfstream G${upper(m).replace('4', 'IV').replace('5', 'V')}`,
  ],
  [/\b(?:bombardier )?(?:challenger|cl) ?-?(3500|300|350|600|601|604|605|650|850)s?\b/, (m) => `Challenger ${m}`],
  [
    /\b(?:bombardier )?global (?:express )?(5000|5500|6000|6500|7500|8000|xrs|express)\b/,
    (m) => `Global ${/\d/.test(m) ? m : /xrs/i.test(m) ? 'XRS' : 'Express'}`,
  ],
  [/\b(?:bombardier )?lear ?(?:jet)? ?((?:31a?|35a?|40|45|55|60|70|75)(?:xr)?)\b/, (m) => `Learjet ${upper(m)}`],
  [/\b(?:cessna )?(?:citation )?(cj ?[1234]\+?)(?!\w)/, (m) => `Citation ${upper(m)}`],
  [
    /\b(?:cessna )?citation (mustang|m2|bravo|encore|ultra|xls\+?|xl|excel|sovereign|latitude|longitude|x|ii|iii|v|vii)(?!\w)/,
    (m) => `Citation ${/^(m2|xls?\+?|x|ii|iii|v|vii)$/i.test(m) ? upper(m) : capitalised(m)}`,
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
]

const jet = '(?:[- ]?(?:jets?|aircraft|cabin|plane|cat(?:egory)?|size))'

/** Narrow names first: "super light" is not "light". */
const categories: [RegExp, string][] = [
  [/\b(?:very light|entry[- ]level)(?: jets?)?(?: \(vlj\))?|\bvljs?\b/, 'Entry level jet (VLJ)'],
  [/\bturbo ?-?props?\b|\bpropeller (?:aircraft|plane)\b/, 'Turbo prop'],
  [/\bpistons?\b/, 'Piston'],
  [new RegExp(`\\bsuper[- ]?light${jet}?\\b`), 'Super light jet'],
  [new RegExp(`\\bsuper[- ]?mid(?:[- ]?size)?d?${jet}?\\b`), 'Super midsize jet'],
  [new RegExp(`\\bultra[- ]?long(?:[- ]range)?${jet}?\\b|\\blong[- ]range${jet}\\b|\\bulr\\b`), 'Ultra long range'],
  [new RegExp(`\\bmid[- ]?sized?${jet}?\\b|\\bmid${jet}|\\bmedium${jet}`), 'Midsize jet'],
  [new RegExp(`\\blight${jet}\\b|\\bsmall jet\\b|\\bleicht(?:er|en)? ?jet|\\bjet léger|\\bjet ligero`), 'Light jet'],
  [
    new RegExp(
      `\\bheavy${jet}\\b|\\blarge(?:[- ]cabin)?${jet}\\b|\\b(?:a|any|in a) heavy\\b|\\bschwerer? jet|\\bjet lourd|\\bjet pesado`,
    ),
    'Heavy jet',
  ],
]

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase()

const insensitive = (pattern: RegExp) => new RegExp(pattern.source, 'gi')

/** The aircraft that is asked for. A model wins over a category, and the first model over later ones. */
export function readAircraft(text: string): AircraftReading {
  const models = families
    .flatMap(([pattern, name]) =>
      matches(text, insensitive(pattern)).map((found) => ({
        ...found,
        name: name(found.match.slice(1).find(Boolean) ?? ''),
      })),
    )
    .sort((a, b) => a.start - b.start)
  const found = categories
    .flatMap(([pattern, name], order) =>
      matches(text, insensitive(pattern)).map((place) => ({ ...place, name, order })),
    )
    .sort((a, b) => a.order - b.order)
  return {
    aircraft_type: models[0]?.name ?? null,
    aircraft_category: found[0]?.name ?? null,
    spans: [...models, ...found].map(({ start, end }) => ({ start, end })),
  }
}
