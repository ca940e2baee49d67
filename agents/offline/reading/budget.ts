import { withoutTakenBack } from './corrections.ts'
import { type Doubt, doubt } from './doubts.ts'
import { matches, type Span, withoutSpans, wordEnd, wordStart } from './text.ts'

/** Decimal string with two places, and ISO 4217. */
export type Budget = { amount: string; currency: string }
export type BudgetReading = { budget: Budget | null; doubts: Doubt[]; spans: Span[] }

const currencies: Record<string, string> = {
  $: 'USD',
  us$: 'USD',
  usd: 'USD',
  dollar: 'USD',
  dollars: 'USD',
  dólares: 'USD',
  dolares: 'USD',
  bucks: 'USD',
  '€': 'EUR',
  eur: 'EUR',
  euro: 'EUR',
  euros: 'EUR',
  '£': 'GBP',
  gbp: 'GBP',
  pound: 'GBP',
  pounds: 'GBP',
  chf: 'CHF',
  francs: 'CHF',
  franken: 'CHF',
  aed: 'AED',
  cad: 'CAD',
}

const factors: [RegExp, number][] = [
  [/^(k|tsd|thousand|grand|tausend|mille|mil)$/, 3],
  [/^(m|mm|mn|mio|mil+ion(s|en|es)?|millones)$/, 6],
]

const money = "\\d{1,3}(?:[.,' ]\\d{3})+(?:[.,]\\d{1,2})?|\\d+(?:[.,]\\d{1,3})?"
const scale = 'k|tsd\\.?|thousand|grand|tausend|mille|mil|mm|mn|mio\\.?|millions?|millionen|millones|m'
const currency = 'us\\$|\\$|€|£|usd|eur|euros?|gbp|chf|aed|cad|dollars?|d[oó]lares|bucks|pounds|francs|franken'
const sign = `us\\$|[$€£]|${wordStart}(?:usd|eur|gbp|chf|aed|cad)`
const distance = '(?! ?(?:nm|miles|mi|km|ft|feet|lbs?|kg|m²))'
/** "30 and 35k": the first of a range borrows currency and scale of the second, and the second is what may be spent. */
const low = `(?:(?:between |from |zwischen |entre )?(?:${sign})? ?(?<low>\\d+(?:[.,]\\d+)?) ?(?:k|m)? ?(?:-|to|and|und|et|y|bis|à|a) ?)?`

const spend =
  'budget|price cap|spend|spending|cap|limit|presupuesto|max(?:imum)?\\.?|up to|no more than|not more than|at most|höchstens|maximal|hasta'
const forms = [
  new RegExp(
    `${low}(?<currency>${sign}) ?(?<number>${money})(?: ?(?:-|to) ?(?<high>\\d+(?:[.,]\\d+)?))? ?(?<scale>${scale})?${wordEnd}`,
    'giu',
  ),
  new RegExp(`${wordStart}${low}(?<number>${money}) ?(?<scale>${scale})? ?(?<currency>${currency})(?![\\p{L}])`, 'giu'),
  new RegExp(
    `${wordStart}(?:budget|price cap|spend|spending|cap|limit|budget de|presupuesto)(?: is| of| to| at| von| ist| de| es)?(?: now)?(?: about| around| roughly| approx\\.?| up to| max\\.?| under| ca\\.?| etwa| environ| unos)? ?:? ?${low}(?<number>${money}) ?(?<scale>${scale})?${wordEnd}`,
    'giu',
  ),
  new RegExp(
    `${wordStart}${low}(?<number>\\d+(?:[.,]\\d+)?) ?(?<scale>k|tsd\\.?|thousand|grand|million|mio\\.?|mm)${wordEnd}${distance}`,
    'giu',
  ),
  new RegExp(`${wordStart}(?<number>\\d+[.,]\\d+) ?(?<scale>m)${wordEnd}`, 'giu'),
]

/** Amounts of another time: "last time they paid 38k". */
const elsewhere =
  /(?<!\p{L})(?:paid|last time|was|were|previous(?:ly)?|quoted|instead of|used to|before|earlier|statt|antes|avant)(?: \p{L}+){0,3} ?$/iu
const share =
  /^ ?(?:usd|eur|gbp|chf|dollars?|euros?)? ?(?:per |a |each|\/ ?)(?:person|pax|passenger|head|seat|way|leg|hour|hr|direction|flight)?|^ ?(?:p\.?p\.?|pro person|par personne|por persona|par trajet|pro strecke|por trayecto)(?!\p{L})/iu
const cue = new RegExp(
  `(?<!\\p{L})(?:${spend}|under|below|less than|unter|moins de|menos de)(?: \\p{L}+){0,3} ?$`,
  'iu',
)

/** "budget -5000" and "budget 0": nobody flies for that, so it is asked about. */
const impossible = new RegExp(
  `${wordStart}(?:${spend})(?!\\p{L})[^\\d.;!?]{0,15}?(?:(?<=[ :=$€£])(?:-|minus )(?:${sign})?\\d[\\d.,']*|(?:${sign})?0+(?:[.,]0+)?(?![\\d.,]*\\d))(?: ?(?:${scale}))?(?: ?(?:${currency}))?(?![\\p{L}\\d])`,
  'giu',
)

type Amount = Span & Budget & { is_share: boolean; has_cue: boolean; words: string }

/** What the client wants to spend: the upper end of a range. A currency that is not named is taken as US dollars. */
export function readBudget(original: string): BudgetReading {
  const senseless = matches(original, impossible)
  const text = inDigits(withoutSpans(original, senseless))
  const found: Amount[] = []
  for (const form of forms) found.push(...amounts(text, form, found))
  const meant = withoutTakenBack(
    text,
    found.filter(({ start }) => !elsewhere.test(text.slice(Math.max(0, start - 40), start))),
  )
  const named = meant.filter(({ has_cue }) => has_cue)
  const chosen = named.length > 0 ? named : meant
  const [first] = chosen
  const spans = [...found, ...senseless].map(({ start, end }) => ({ start, end }))
  const doubts = senseless.map(({ match }) => doubt('budget', 'impossible', match[0]))
  if (!first) return { budget: null, doubts, spans }
  // "budget around 180": thousands, most likely, but nobody said so.
  const shared = chosen.find(({ is_share, amount }) => is_share || Number(amount) < 1000)
  if (shared) return { budget: null, doubts: [doubt('budget', 'vague', shared.words)], spans }
  const different = chosen.some(({ amount, currency }) => amount !== first.amount || currency !== first.currency)
  if (different)
    return {
      budget: null,
      doubts: [
        doubt(
          'budget',
          'several',
          '',
          chosen.map(({ words }) => words),
        ),
      ],
      spans,
    }
  return { budget: { amount: first.amount, currency: first.currency }, doubts: [], spans }
}

function amounts(text: string, form: RegExp, known: readonly Span[]): Amount[] {
  return matches(text, form).flatMap(({ match, start, end }): Amount[] => {
    const { number = '', high, scale, currency = '' } = match.groups ?? {}
    const amount = amountOf(high ?? number, scale)
    if (amount === null || known.some((one) => one.start < end && start < one.end)) return []
    const after = text.slice(end)
    return [
      {
        start,
        end,
        amount,
        currency: currencies[currency.toLowerCase()] ?? 'USD',
        is_share:
          share.test(after) &&
          /^ ?(?:\p{L}+ )?(?:per|each|p\.?p|pro|par|por|a (?:head|person|seat|leg)|\/)/iu.test(after),
        has_cue:
          cue.test(text.slice(0, start)) ||
          new RegExp(`^(?:${spend})`, 'iu').test(match[0]) ||
          /^ ?(?:max|budget|tops)/i.test(after),
        words: `${match[0]}${share.exec(after)?.[0] ?? ''}`,
      },
    ]
  })
}

const tens = ['ten', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
const spelt = new RegExp(
  `${wordStart}(?:(?<tens>${tens.join('|')})(?:[ -](?<fives>five))?|(?<hundred>(?:a|one) hundred)) (?=(?:thousand|grand|million|k)(?!\\p{L}))`,
  'giu',
)

/** "thirty thousand" as "30 thousand", padded, so that every character keeps its place. */
const inDigits = (text: string) =>
  text.replace(spelt, (all, ten: string | undefined, five: string | undefined) => {
    const value = ten ? (tens.indexOf(ten.toLowerCase()) + 1) * 10 + (five ? 5 : 0) : 100
    return `${String(value).padStart(all.length - 1)} `
  })

/** "95.000", "95,000.50", "1.2" with "m": the last mark followed by one or two digits (or by a scale) is the decimal one. */
function amountOf(written: string, scaled: string | undefined): string | null {
  const zeros = factors.find(([name]) => name.test((scaled ?? '').toLowerCase().replace('.', '')))?.[1] ?? 0
  const decimal = new RegExp(zeros > 0 ? '[.,](\\d{1,3})$' : '[.,](\\d{1,2})$').exec(written)
  const is_grouped = zeros > 0 && /[.,' ]\d{3}[.,' ]/.test(written)
  const fraction = decimal && !is_grouped ? (decimal[1] ?? '') : ''
  const whole = (fraction ? written.slice(0, -fraction.length - 1) : written).replace(/\D/g, '')
  if (whole.length > 12) return null
  const digits = `${whole}${fraction.padEnd(zeros, '0').slice(0, zeros)}`.replace(/^0+(?=\d)/, '')
  const cents = (fraction.slice(zeros) || '').padEnd(2, '0').slice(0, 2)
  return Number(digits) === 0 ? null : `${digits}.${cents}`
}
