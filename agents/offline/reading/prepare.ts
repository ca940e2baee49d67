import { editDistance } from '../../../tools/airports/spelling.ts'
import { calendarNames, monthPattern, weekdayPattern } from './dates/names.ts'
import { fromItalian } from './italian.ts'
import { clean } from './text.ts'

/** A text as the rules read it: without what belongs to an e-mail and not to a trip, and with common words spelt right. */
export const prepare = (text: string) =>
  inFigures(spelt(withoutReplaced(fromItalian(withoutNumbers(clean(withoutMail(text)))))))

const header = /^\s*(?:from|to|cc|bcc|sent|date|subject|reply-to|von|an|betreff|gesendet|de|objet|asunto) ?:/i
const closing =
  /^\s*(?:(?:best|kind|warm|many)? ?(?:regards|wishes|thanks)|best|thanks|thank you|cheers|sincerely|mit freundlichen grüßen|viele grüße|cordialement|saludos|un saludo)[,.!]?\s*$/i

/** Headers, quoting marks and the signature of a pasted e-mail. A form may also begin a line with "From:", so that alone is no header. */
function withoutMail(text: string): string {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:>+ ?)+/, '').replace(/^\s*(?:[-*•–] +|\(?\d{1,2}[.)] +(?=\D))/, ''))
  if (lines.length < 2) return text
  const is_mail = lines.some((line) => /^\s*subject ?:/i.test(line) || (header.test(line) && line.includes('@')))
  const body = lines.filter(
    (line) =>
      !(is_mail && header.test(line)) &&
      !/^\s*(?:on .{6,80} wrote:|-+ ?(?:original|forwarded) message ?-+|begin forwarded message:|sent from my .{1,30})\s*$/i.test(
        line,
      ),
  )
  const end = body.findIndex((line, index) => index > 0 && closing.test(line))
  return (end > 0 ? body.slice(0, end) : body).join('\n')
}

const apart =
  /[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?:\/\/\S+|(?:\b(?:tel|phone|mobile|cell|fax)\b[ .:]*)?(?:\+\d[\d ()-]{7,}\d|(?<![\d-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d))|#\d{3,}/gi

/** Telephone numbers, addresses and ids count no passengers. */
const withoutNumbers = (text: string) =>
  text
    .replace(apart, (found) => ' '.repeat(found.length))
    .replace(/ {2,}/g, ' ')
    .trim()

const replaced =
  /(?<!\p{L})(?:instead of|rather than|anstatt|statt|au lieu d[eu']|en lugar de|en vez de) ?[^,;.!?]{1,40}?(?=[,;.!?]|$| (?:and|but|for|with|use|take|make|do|let|please|und|et|y)(?!\p{L}))/giu

const changed = new RegExp(
  `(?<=(?<!\\p{L})(?:change|changed|move|moved|switch|shift|push|postpone|bump|raise|lower|increase|reduce)(?!\\p{L})[^,;.!?]{0,30}) from (?:the )?[^,;.!?]{0,12}?(?:\\d|${weekdayPattern})[^,;.!?]{0,12}? (?=to(?!\\p{L}))`,
  'giu',
)

/** "Saturday instead of Friday" speaks of Saturday, and "change it from 4 to 6" of 6. */
const withoutReplaced = (text: string) => text.replace(replaced, '').replace(changed, ' ').trim()

const ones =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  )
const ordinals = new Map([
  ...ones.map((word, index) => [word, index + 1] as const),
  ['twentieth', 20],
  ['thirtieth', 30],
])
const ordinal = `(?:(twenty|thirty)[ -])?(${[...ordinals.keys()].join('|')})`
const spokenDays = [
  new RegExp(`(?<!\\p{L})${ordinal}(?= (?:of )?${monthPattern}(?!\\p{L}))`, 'giu'),
  new RegExp(`(?<=(?<!\\p{L})${monthPattern} (?:the )?)${ordinal}(?!\\p{L})`, 'giu'),
]

/** "thirty first of December" as "31 of December". */
const inFigures = (text: string) =>
  spokenDays.reduce(
    (rest, form) =>
      rest.replace(form, (_, ten: string | undefined, one: string) =>
        String((ten ? (/twenty/i.test(ten) ? 20 : 30) : 0) + (ordinals.get(one.toLowerCase()) ?? 0)),
      ),
    text,
  )

/** What brokers mistype most. Only words that nobody could mean otherwise. */
const vocabulary =
  'tomorrow monday tuesday wednesday thursday friday saturday sunday january february september october november december passengers passenger people gulfstream challenger'.split(
    ' ',
  )
const rightlySpelt = new Set([
  ...calendarNames,
  ...'passager passagers passagier passagiere passagieren passages peoples purple octobers mondays tuesdays wednesdays thursdays fridays saturdays sundays'.split(
    ' ',
  ),
  ...vocabulary,
])

const short = /(?<!\p{L})(?:tmrw|tmrow|tmw|tmr|tomo|2moro|2morrow)(?!\p{L})/giu

const spelt = (text: string) =>
  text.replace(short, 'tomorrow').replace(/(?<![\p{L}\p{N}])\p{L}{5,}(?![\p{L}\p{N}'])/gu, (word) => {
    const lower = word.toLowerCase()
    if (rightlySpelt.has(lower)) return word
    const meant = vocabulary.find((known) => {
      const limit = known.length > 7 ? 2 : 1
      return known[0] === lower[0] && editDistance(lower, known, limit) <= limit
    })
    return meant ?? word
  })
