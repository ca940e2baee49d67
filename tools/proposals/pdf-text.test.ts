import { describe, expect, it } from 'vitest'
import { loadFonts } from './pdf-fonts.ts'
import { isStandard, isWhole, printable } from './pdf-text.ts'

const print = async (text: string) => printable(text, await loadFonts([text]))

describe('text in a PDF', () => {
  it.each([
    'Łukasz Dvořák & Ştefan',
    'Компания Щука',
    'Ελλάδα, κουζίνα',
    'ארוחה כשרה (8 מנות)',
    'شركة الخليج، للطيران',
    '株式会社東京航空：様',
    '素食餐點及輪椅協助',
    '김민수 회장님',
    'Nguyễn Thị Hương',
  ])('%s keeps every letter', async (text) => {
    expect(isStandard(text)).toBe(false)
    expect(await print(text)).toBe(text)
  })

  it.each([
    ['bidi\u202e and zero\u200bwidth', 'bidi and zerowidth'],
    ['𝐆650', 'G650'],
    ['cake 🎂 for Zoë', 'cake  for Zoë'],
    ['ပျံ ပျံ Air', '? Air'],
  ])('%s is written as %s', async (text, written) => {
    expect(await print(text)).toBe(written)
  })

  it('in standard letters needs no other font', async () => {
    expect((await loadFonts(['Société Générale – “Zürich” €\n½'])).files).toEqual([])
  })

  it('tells what loses letters', async () => {
    const fonts = await loadFonts(['東京航空', 'ပျံ'])
    expect(['東京航空', 'Why? Air', 'ပျံ'].map((text) => isWhole(text, fonts))).toEqual([true, true, false])
  })
})
