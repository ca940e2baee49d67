import type { z } from 'zod'
import type { Issue } from './errors.ts'

/** Names each field and says in plain words what is wrong with it; a field that does not exist is named itself. */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  return issuesAt([], error.issues)
}

function issuesAt(above: string[], issues: readonly z.core.$ZodIssue[]): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'This field does not exist' }))
    }
    // Of several allowed forms, the one that was meant is the one with the least wrong.
    const meant = issue.code === 'invalid_union' && issue.errors.toSorted((a, b) => a.length - b.length)[0]
    if (meant && meant.length > 0) return issuesAt(path, meant)
    return [{ path: path.join('.'), message: plainWords(issue) }]
  })
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const FORMATS: Record<string, string> = {
  email: 'This is no e-mail address',
  uuid: 'This is no id',
  url: 'This is no link',
  datetime: 'This is no moment in time',
  date: 'This is no date',
}

/** The library's own words are for programmers; what a schema says in words of its own stays. */
function plainWords(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too (big|small)|Unrecognized)/.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(issue.message)
        ? 'This is missing'
        : `This must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'too_big':
      return `At most ${counted(issue.maximum, issue.origin)}`
    case 'too_small':
      return `At least ${counted(issue.minimum, issue.origin)}`
    case 'invalid_value':
      return `This must be one of: ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'This has another form than it should'
    default:
      return 'This cannot be used'
  }
}

const UNITS: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
}

function counted(limit: number | bigint, origin: string): string {
  const unit = UNITS[origin]?.[limit === 1 ? 0 : 1]
  return unit ? `${limit} ${unit}` : String(limit)
}

/** One sentence out of many issues. */
export const sentence = (issues: Issue[]) =>
  issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
