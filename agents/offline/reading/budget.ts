import { matches, type Span, wordEnd, wordStart } from './text.ts'

/** Decimal string with two places, and ISO 4217. */
export type Budget = { amount: string; currency: string }

const currencies: Record<string, string> = {
  $: 'USD',
  us$: 'USD',
  usd: 'USD',
  dollar: 'USD',
  dollars: 'USD',
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
const currency = 'us\\$|\\$|€|£|usd|eur|euros?|gbp|chf|aed|cad|dollars?|bucks|pounds|francs|franken'
const distance = '(?! ?(?:nm|miles|mi|km|ft|feet|lbs?|kg|m²))'

const forms = [
  new RegExp(
    `(?<currency>us\\$|[$€£]|${wordStart}(?:usd|eur|gbp|chf|aed|cad)) ?(?<number>${money}) ?(?<scale>${scale})?${wordEnd}`,
    'giu',
  ),
  new RegExp(`${wordStart}(?<number>${money}) ?(?<scale>${scale})? ?(?<currency>${currency})(?![\\p{L}])`, 'giu'),
  new RegExp(
    `${wordStart}(?:budget|price cap|spend|spending|cap|limit|budget de|presupuesto)(?: is| of| to| at| von| ist| de| es)?(?: now)?(?: about| around| roughly| approx\\.?| up to| max\\.?| under| ca\\.?| etwa| environ| unos)? ?:? ?(?<number>${money}) ?(?<scale>${scale})?${wordEnd}`,
    'giu',
  ),
  new RegExp(
    `${wordStart}(?<number>\\d+(?:[.,]\\d+)?) ?(?<scale>k|tsd\\.?|thousand|grand|million|mio\\.?|mm)${wordEnd}${distance}`,
    'giu',
  ),
  new RegExp(`${wordStart}(?<number>\\d+[.,]\\d+) ?(?<scale>m)${wordEnd}`, 'giu'),
]

/** What the client wants to spend. A currency that is not named is taken as US dollars. */
export function readBudget(text: string): { budget: Budget | null; spans: Span[] } {
  for (const form of forms) {
    const found = matches(text, form)[0]
    const groups = found?.match.groups
    if (!found || !groups?.number) continue
    const amount = amountOf(groups.number, groups.scale)
    if (amount === null) continue
    const named = currencies[groups.currency?.toLowerCase() ?? ''] ?? 'USD'
    return { budget: { amount, currency: named }, spans: [found] }
  }
  return { budget: null, spans: [] }
}

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
