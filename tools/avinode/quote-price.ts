/** What one line of a quote costs, as Avinode's seller entered it. */
export type QuoteLine = { name: string; type: string; cents: bigint }

type Part = 'base_price' | 'fuel_surcharge' | 'taxes' | 'fees'

/** A price from JSON, exactly: the shortest decimal that stands for the number, rounded half up to cents. */
export function toCents(price: number | string): bigint | undefined {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(price).trim())
  if (!match) return undefined
  const [, sign, whole = '0', fraction = ''] = match
  const cents =
    BigInt(whole) * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0')) + (fraction.charAt(2) >= '5' ? 1n : 0n)
  return sign ? -cents : cents
}

/**
 * Sorts a quote's lines into the four parts that we keep. Whatever is none of fuel, tax or fee belongs to the base price, which is
 * the rest of the total: the parts always add up to it. Lines that exceed the total together are not believed.
 */
export function splitPrice(total: bigint, lines: QuoteLine[]): Record<Part, bigint> {
  const parts = { base_price: total, fuel_surcharge: 0n, taxes: 0n, fees: 0n }
  for (const line of lines) {
    const part = partOf(line)
    if (part === 'base_price' || line.cents < 0n) continue
    parts[part] += line.cents
    parts.base_price -= line.cents
  }
  return parts.base_price < 0n ? { base_price: total, fuel_surcharge: 0n, taxes: 0n, fees: 0n } : parts
}

function partOf({ name, type }: QuoteLine): Part {
  if (/\bfuel\b/i.test(name) || /^FUEL/i.test(type)) return 'fuel_surcharge'
  if (/\b(tax|taxes|vat|gst|hst|fet|excise|mwst)\b/i.test(name) || /^TAX|VAT$/i.test(type)) return 'taxes'
  if (/^(CREW|CATERING|FEES?|HANDLING|LANDING|DEICING)$/i.test(type)) return 'fees'
  return /\b(fees?|landing|handling|crew|catering|de-?icing|overnight|permits?|parking|navigation|ramp|hangar|customs)\b/i.test(
    name,
  )
    ? 'fees'
    : 'base_price'
}
