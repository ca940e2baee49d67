import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { create } from 'fontkit'
import subsetFont from 'subset-font'
import { isStandard, standardSigns } from './pdf-text.ts'

/** The letters of one document that the standard fonts lack, each with the font that has it. */
export type Fonts = {
  /** The font of a sign, or undefined where none has it. */
  of(sign: string): string | undefined
  /** Each as two font files, cut down to what the document needs. */
  files: { name: string; regular: Uint8Array; bold: Uint8Array }[]
}

const packaged = createRequire(import.meta.url)

/** From the most to the least fitting: what a script has of its own comes first, Chinese before others where only ideographs are written. */
const families = ['noto-sans', 'noto-sans-hebrew', 'noto-sans-arabic', 'noto-sans-sc', 'noto-sans-jp', 'noto-sans-kr']
const WEIGHTS = { regular: 400, bold: 700 }

/** The fonts for every text that is not wholly in standard letters; such a text is set in them from its first letter to its last. */
export async function loadFonts(texts: readonly string[]): Promise<Fonts> {
  const words = texts.filter((text) => !isStandard(text)).join('')
  const fontOf = new Map<string, string>()
  const files: Fonts['files'] = []
  let missing = new Set(words === '' ? '' : [...standardSigns, ...words.normalize('NFC'), ...words.normalize('NFKD')])
  for (const family of inOrderFor(words)) {
    if (missing.size === 0) break
    for (const [part, signs] of partsOf(family, missing)) {
      const name = `${family}-${part}`
      const whole = await readFile(packaged.resolve(`@fontsource-variable/${family}/files/${name}-wght-normal.woff2`))
      const font = create(whole) // the list of parts names signs that no part has
      const found = signs.filter((sign) => font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0))
      if (found.length === 0) continue
      const cut = (wght: number) => subsetFont(whole, found.join(''), { targetFormat: 'sfnt', variationAxes: { wght } })
      files.push({ name, regular: await cut(WEIGHTS.regular), bold: await cut(WEIGHTS.bold) })
      for (const sign of found) fontOf.set(sign, name)
    }
    missing = new Set([...missing].filter((sign) => !fontOf.has(sign)))
  }
  return { of: (sign) => fontOf.get(sign), files }
}

/** Ideographs look different in Japanese and Korean, which the letters around them tell. */
function inOrderFor(words: string): string[] {
  const first = /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(words)
    ? 'noto-sans-jp'
    : /\p{Script=Hangul}/u.test(words)
      ? 'noto-sans-kr'
      : 'noto-sans-sc'
  const rank = (family: string) =>
    family === first ? families.indexOf('noto-sans-sc') - 0.5 : families.indexOf(family)
  return families.toSorted((a, b) => rank(a) - rank(b))
}

/** These signs by the part of the font family that has them; a family for many letters is cut into parts. */
function partsOf(family: string, signs: Iterable<string>): Map<string, string[]> {
  const part_of = partIndex(family)
  const found = new Map<string, string[]>()
  for (const sign of signs) {
    const part = part_of(sign.codePointAt(0) ?? 0)
    if (part !== undefined) found.set(part, [...(found.get(part) ?? []), sign])
  }
  return found
}

type Range = { from: number; to: number; part: string }
const indexes = new Map<string, Range[]>()

function partIndex(family: string) {
  const ranges = indexes.get(family) ?? readRanges(family)
  indexes.set(family, ranges)
  return (code_point: number) => ranges.find(({ from, to }) => from <= code_point && code_point <= to)?.part
}

/** Latin letters are taken from the part of that name, which has the punctuation that goes with them. */
function readRanges(family: string): Range[] {
  const parts: Record<string, string> = packaged(`@fontsource-variable/${family}/unicode.json`)
  return Object.entries(parts)
    .toSorted(([a], [b]) => Number(b === 'latin') - Number(a === 'latin'))
    .flatMap(([part, ranges]) =>
      ranges.split(',').map((range) => {
        const [from = 0, to = from] = range
          .replace('U+', '')
          .split('-')
          .map((hex) => Number.parseInt(hex, 16))
        return { from, to, part: part.replace(/[[\]]/g, '') }
      }),
    )
}
