import type { Fonts } from './pdf-fonts.ts'

const between = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at))

/** The signs of Windows-1252, which is what the fonts that every PDF reader has can show. */
export const standardSigns: ReadonlySet<string> = new Set([
  ...between(0x20, 0x7e),
  ...between(0xa0, 0xff),
  ...'€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ',
])

/** Whether the fonts that every PDF reader has can show a text. */
export const isStandard = (text: string) => [...visible(text)].every((sign) => sign === '\n' || standardSigns.has(sign))

/** Text as the PDF shows it: what no font has is written plainly, left out if it is a picture, or else "?". */
export function printable(text: string, fonts: Fonts): string {
  const has = (sign: string) => sign === '\n' || standardSigns.has(sign) || fonts.of(sign) !== undefined
  const written = [...visible(text)].map((sign) => {
    if (has(sign)) return sign
    const plain = [...sign.normalize('NFKD')].filter((part) => !/\p{M}/u.test(part))
    return plain.length > 0 && plain.every(has) ? plain.join('') : /\p{Emoji_Presentation}/u.test(sign) ? '' : '?'
  })
  return written
    .join('')
    .replace(/(\?\s*){2,}/g, '? ')
    .trim()
}

/** Whether the PDF shows a text without losing letters. */
export const isWhole = (text: string, fonts: Fonts) => text.includes('?') || !printable(text, fonts).includes('?')

/** One form of each letter, and no sign that is not seen. */
const visible = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[\t\p{Zs}]/gu, ' ')
    .replace(/[\p{Cf}\p{Variation_Selector}]|(?!\n)\p{Cc}/gu, '')
