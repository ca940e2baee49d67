import { domainToUnicode } from 'node:url'

/** Mailboxes that people imitate most. */
const WELL_KNOWN = [
  'aol.com',
  'gmail.com',
  'gmx.com',
  'gmx.de',
  'googlemail.com',
  'hotmail.com',
  'icloud.com',
  'live.com',
  'me.com',
  'msn.com',
  'outlook.com',
  'proton.me',
  'protonmail.com',
  'yahoo.com',
]

export const domainOf = (email: string) => email.slice(email.lastIndexOf('@') + 1).toLowerCase()

/**
 * What makes a domain look like another one than it is: letters of other alphabets, or a known domain with one sign more, less or
 * other. Undefined for a domain that is known itself or like none.
 */
export function lookAlike(domain: string, known: Iterable<string>): string | undefined {
  const all = [...new Set([...known, ...WELL_KNOWN])].filter(Boolean)
  if (all.includes(domain)) return undefined
  const like = all.find((other) => shape(other) === shape(domain) || isNear(other, domain))
  if (like) return `looks like ${like}, but is not`
  if (/[^\x20-\x7e]/.test(domain) || /(^|\.)xn--/.test(domain)) return 'is written with letters of another alphabet'
  return undefined
}

const TWINS: [RegExp, string][] = [
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/cl/g, 'd'],
  [/[0\u03bf\u043e]/g, 'o'],
  [/[1il|\u0131\u0456\u04cf]/g, 'l'],
  [/5/g, 's'],
  [/[\u0430\u03b1]/g, 'a'],
  [/[\u0435]/g, 'e'],
  [/[\u0441]/g, 'c'],
  [/[\u0440\u03c1]/g, 'p'],
  [/[\u0445]/g, 'x'],
  [/[\u0443]/g, 'y'],
  [/[-_]/g, ''],
]

/** The domain as an eye in a hurry sees it. */
function shape(domain: string): string {
  const plain = (domainToUnicode(domain) || domain).normalize('NFKD').replace(/\p{M}/gu, '')
  return TWINS.reduce((text, [twin, letter]) => text.replace(twin, letter), plain)
}

/** One sign more, less or other, or two neighbours changed over. Short domains differ by one sign all the time. */
function isNear(a: string, b: string): boolean {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a]
  if (shorter.length < 8 || longer.length - shorter.length > 1) return false
  let at = 0
  while (at < shorter.length && longer[at] === shorter[at]) at += 1
  if (longer.length > shorter.length) return longer.slice(at + 1) === shorter.slice(at)
  if (longer.slice(at + 1) === shorter.slice(at + 1)) return true
  return (
    longer[at] === shorter[at + 1] && longer[at + 1] === shorter[at] && longer.slice(at + 2) === shorter.slice(at + 2)
  )
}
