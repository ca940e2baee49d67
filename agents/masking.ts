/** Fields whose value says nothing about the work, and opens a door or names a person. */
const SECRET_FIELD = /(^|_)(token|secret|password|api_?key|authorization|cookie|jwt|credentials?|client_link)$/i
const PHONE_FIELD = /(^|_)(phone|mobile)$/i
const NAME_FIELD = /^(contact_name|to_name|full_name)$/i

const PATTERNS: [RegExp, string][] = [
  [/\b(?:sk|rk|sb|pk|whsec|re)[-_](?:[\w-]+[-_])?[\w+/-]{16,}=*/g, '[secret]'], // keys of OpenAI, Supabase, Svix, Resend
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[secret]'], // a JWT
  [/\b(Bearer|Basic)\s+[\w+/.~=-]{8,}/gi, '$1 [secret]'],
  [/\b([a-z][a-z+]{1,20}:\/\/)[^\s/@:]{1,200}:[^\s/@]{1,200}@/gi, '$1[secret]@'], // a password in an address
  [/(\/p\/)[\w-]{20,}/g, '$1[secret]'], // a client's personal link
  [/[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,8}/gu, '[email]'],
  [/(?<![\w.])\+\d[\d ().\u00a0-]{6,20}\d(?!\w)/g, '[phone]'],
  [/(?<![\w.-])(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}(?![\w-])/g, '[phone]'], // as it is written in North America
]

/** What is longer tells nobody more. */
const LONGEST = 10_000

/** A text of the log: what happened stays readable; keys, addresses and numbers of people do not. */
export function maskedText(text: string): string {
  const kept = text.length > LONGEST ? `${text.slice(0, LONGEST)} … (${text.length} characters)` : text
  return PATTERNS.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), kept)
}

/** The same for everything inside a value. */
export function masked(value: unknown): unknown {
  if (typeof value === 'string') return maskedText(value)
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, maskedField(key, inner)]))
}

function maskedField(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return masked(value)
  if (SECRET_FIELD.test(key)) return '[secret]'
  if (PHONE_FIELD.test(key)) return '[phone]'
  return NAME_FIELD.test(key) ? '[name]' : maskedText(value)
}
