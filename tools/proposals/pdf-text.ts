// The fonts that every PDF reader has know Windows-1252 only. What lies outside is written as a Latin reader would spell it.
const WINDOWS_1252 = new Set('€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ')

const SPELT: Record<string, string> = {
  Ł: 'L', ł: 'l', Đ: 'D', đ: 'd', ı: 'i', Ħ: 'H', ħ: 'h', Ŧ: 'T', ŧ: 't', ẞ: 'SS', Ə: 'A', ə: 'a', '−': '-', '→': '-', '≈': '~',
  '\u2011': '-', '\u2010': '-', '′': "'", '″': '"', '⁄': '/', '≤': '<=', '≥': '>=',
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ж: 'zh', з: 'z', и: 'i', й: 'y', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p',
  р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu',
  я: 'ya', ё: 'yo', є: 'ye', і: 'i', ї: 'yi', ґ: 'g', ђ: 'dj', ј: 'j', љ: 'lj', њ: 'nj', ћ: 'c', џ: 'dz',
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o', π: 'p',
  ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
} // biome-ignore format: one table

/** Text as the PDF can show it: accents that the font lacks go, Greek and Cyrillic are spelt in Latin, and what cannot be spelt at all becomes "?". */
export function printable(text: string): string {
  const spelt = [...text.normalize('NFC')].map((sign) => spell(sign)).join('')
  return spelt.replace(/(\?\s*){2,}/g, '? ').trim()
}

/** Whether the PDF can show a text without losing letters. */
const isWhole = (text: string) => !printable(text).includes('?') || text.includes('?')

/** The first of these texts that the PDF can show without losing letters; none where each of them would have gaps. */
export function firstPrintable(...texts: (string | null | undefined)[]): string | null {
  const found = texts.find((text) => text?.trim() && isWhole(text))
  return found ? printable(found) : null
}

function spell(sign: string): string {
  if (/^[\p{Cc}\p{Cf}]$/u.test(sign)) return sign === '\n' ? sign : sign === '\t' ? ' ' : ''
  if (/^\p{Zs}$/u.test(sign)) return ' '
  if ((sign.codePointAt(0) ?? 0) <= 0xff || WINDOWS_1252.has(sign)) return sign
  const lower = SPELT[sign] ?? SPELT[sign.toLowerCase()]
  if (lower !== undefined) return sign === sign.toLowerCase() || SPELT[sign] !== undefined ? lower : capital(lower)
  const bare = sign.normalize('NFKD').replace(/\p{M}/gu, '')
  if (bare === sign || bare === '') return bare === '' ? '' : '?'
  return [...bare].map(spell).join('')
}

const capital = (letters: string) => letters.slice(0, 1).toUpperCase() + letters.slice(1)
