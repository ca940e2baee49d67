import { editDistance } from '../../../tools/airports/spelling.ts'
import { calendarNames } from './dates/names.ts'
import { clean } from './text.ts'

/** A text as the rules read it: without what belongs to an e-mail and not to a trip, and with common words spelt right. */
export const prepare = (text: string) => spelt(withoutNumbers(clean(withoutMail(text))))

const header = /^\s*(?:from|to|cc|bcc|sent|date|subject|reply-to|von|an|betreff|gesendet|de|objet|asunto) ?:/i
const closing =
  /^\s*(?:(?:best|kind|warm|many)? ?(?:regards|wishes|thanks)|best|thanks|thank you|cheers|sincerely|mit freundlichen grüßen|viele grüße|cordialement|saludos|un saludo)[,.!]?\s*$/i

/** Headers, quoting marks and the signature of a pasted e-mail. A form may also begin a line with "From:", so that alone is no header. */
function withoutMail(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.replace(/^\s*(?:>+ ?)+/, ''))
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

const spelt = (text: string) =>
  text.replace(/(?<![\p{L}\p{N}])\p{L}{5,}(?![\p{L}\p{N}'])/gu, (word) => {
    const lower = word.toLowerCase()
    if (rightlySpelt.has(lower)) return word
    const meant = vocabulary.find((known) => {
      const limit = known.length > 7 ? 2 : 1
      return known[0] === lower[0] && editDistance(lower, known, limit) <= limit
    })
    return meant ?? word
  })
