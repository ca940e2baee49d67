import { expect, it } from 'vitest'
import { lineChanges } from './line-changes.ts'

const kinds = (before: string, after: string) => lineChanges(before, after).map(({ kind, text }) => `${kind} ${text}`)

it('finds nothing changed in the same text', () => {
  expect(kinds('a\nb', 'a\nb')).toEqual(['same a', 'same b'])
})

it('shows a changed line as removed and added, and keeps the others', () => {
  expect(kinds('Dear Acme,\nthank you.\nDana', 'Dear Acme,\nmany thanks.\nDana')).toEqual([
    'same Dear Acme,',
    'removed thank you.',
    'added many thanks.',
    'same Dana',
  ])
})

it('shows lines that were added at the end or taken away at the beginning', () => {
  expect(kinds('a\nb', 'b\nc')).toEqual(['removed a', 'same b', 'added c'])
})
