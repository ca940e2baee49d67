import { describe, expect, it } from 'vitest'
import { firstPrintable, printable } from './pdf-text.ts'

describe('text in a PDF', () => {
  it.each([
    ['Société Générale – “Zürich” €', 'Société Générale – “Zürich” €'],
    ['Łukasz Dvořák & Ştefan', 'Lukasz Dvorák & Stefan'],
    ['Компания Щука', 'Kompaniya Shchuka'],
    ['Ελλάδα', 'Ellada'],
    ['bidi\u202e and zero\u200bwidth', 'bidi and zerowidth'],
    ['½ ﬁne', '½ fine'],
  ])('%s is written as %s', (text, written) => {
    expect(printable(text)).toBe(written)
  })

  it('marks what has no Latin spelling, once', () => {
    expect(printable('東京 大阪 Air')).toBe('? Air')
  })

  it('takes the first name that loses no letters', () => {
    expect(firstPrintable('東京航空', null, 'Kenji Tanaka')).toBe('Kenji Tanaka')
    expect(firstPrintable('Why? Air', 'Other')).toBe('Why? Air')
    expect(firstPrintable('東京', null, 'شركة')).toBeNull()
  })
})
