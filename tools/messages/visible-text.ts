/** Text without what nobody sees: control characters, zero-width and direction marks, variation selectors and tags. They serve to hide words. */
export const visibleText = (text: string) =>
  text
    .normalize('NFC')
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|\p{Cf}|\p{Variation_Selector}|\p{Zl}|\p{Zp}/gu, '')
    .trim()

/** The words of a text as they compare: lower case, without accents and punctuation, one space between them and around. */
export const plainWords = (text: string) =>
  ` ${text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}'’]/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()} `

/** Every amount that a text names, in cents: `$120,000`, `120 000.00`, `120k` and `1.2m` are found as well as `120000`. */
export function amountsIn(text: string): Set<bigint> {
  const found = new Set<bigint>()
  const written = /(\d{1,3}(?:[,.'’\s\u00a0]\d{3})+|\d+)(?:([.,])(\d{1,2}))?\s?(k|m|thousand|million)?(?![\p{L}\d])/giu
  for (const [, whole = '', , fraction = '', scale = ''] of text.normalize('NFKC').matchAll(written)) {
    const cents = BigInt(whole.replace(/\D/g, '')) * 100n + BigInt(fraction.padEnd(2, '0') || '0')
    const factor = /^(k|thousand)$/i.test(scale) ? 1_000n : /^(m|million)$/i.test(scale) ? 1_000_000n : 1n
    found.add(cents * factor)
  }
  return found
}
