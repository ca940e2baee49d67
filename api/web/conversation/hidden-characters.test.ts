import { expect, it } from 'vitest'
import { showHidden } from './hidden-characters.ts'

it('leaves ordinary text alone, in any script', () => {
  for (const text of ['Teterboro → Van Nuys, 8 pax\n\t$120k', 'Zürich, São Paulo', 'مرحبا بكم', '東京']) {
    expect(showHidden(text)).toBe(text)
  }
})

it('shows direction marks and zero-width characters', () => {
  expect(showHidden('pay \u202Eelpmaxe\u202C')).toBe('pay ⟨U+202E⟩elpmaxe⟨U+202C⟩')
  expect(showHidden('in\u200Bvoice\uFEFF')).toBe('in⟨U+200B⟩voice⟨U+FEFF⟩')
  expect(showHidden('a\u0007b\u2028c')).toBe('a⟨U+0007⟩b⟨U+2028⟩c')
})

it('spells out what is written in tag characters', () => {
  expect(showHidden('hello\u{e0068}\u{e0069}')).toBe('hello⟨hidden text: hi⟩')
})

it('keeps what belongs to an emoji', () => {
  for (const emoji of ['👩‍✈️', '✈️', '👨‍👩‍👧', '1️⃣', '👍🏽']) expect(showHidden(`ok ${emoji} ok`)).toBe(`ok ${emoji} ok`)
})

it('shows a joiner that joins nothing', () => {
  expect(showHidden('user\u200Dname')).toBe('user⟨U+200D⟩name')
})
