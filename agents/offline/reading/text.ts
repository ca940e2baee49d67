/** A part of a text, from `start` up to but not including `end`. */
export type Span = { start: number; end: number }

/** One kind of dash, quote, arrow and space, so that the rules need to know only one of each. A new line ends a sentence. */
export const clean = (text: string) =>
  text
    .normalize('NFC')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[→⇒➔➜➡✈⇨►▶]\ufe0f?/gu, '>')
    .replace(/[‘’´`]/g, "'")
    .replace(/[“”„«»]/g, '"')
    .replace(/\p{Extended_Pictographic}|\u200d|\ufe0f/gu, (sign) => (/[©®™]/.test(sign) ? sign : ' '))
    .replace(/\s*\n\s*/g, '\n')
    .replace(/(?<=[.;:,!?>-])\n/g, ' ')
    .replace(/\n/g, ' ; ')
    .replace(/[\s\u00a0]+/g, ' ')
    .trim()

/** Stands in the text for what an earlier rule has read, so that no later rule reads it again. */
export const blank = '·'

/** The text with these parts blanked out; every other character keeps its place. */
export const withoutSpans = (text: string, spans: readonly Span[]) =>
  spans.reduce(
    (rest, { start, end }) => rest.slice(0, start) + blank.repeat(Math.max(0, end - start)) + rest.slice(end),
    text,
  )

/** Every match of a pattern with its place in the text. */
export const matches = (text: string, pattern: RegExp) =>
  [...text.matchAll(everywhere(pattern))].map((match) => ({
    match,
    start: match.index,
    end: match.index + match[0].length,
  }))

const global = new WeakMap<RegExp, RegExp>()

/** The same pattern for all its matches, compiled once: one message meets some hundred patterns. */
function everywhere(pattern: RegExp): RegExp {
  if (pattern.global) return pattern
  const known = global.get(pattern) ?? new RegExp(pattern.source, `${pattern.flags}g`)
  global.set(pattern, known)
  return known
}

/** `\b` knows only ASCII; these two know "für" and "à". */
export const wordStart = '(?<![\\p{L}\\p{N}])'
export const wordEnd = '(?![\\p{L}\\p{N}])'

/** Neighbours put together wherever they belong together, from left to right. */
export function folded<Item>(items: readonly Item[], together: (last: Item, next: Item) => Item | undefined): Item[] {
  const kept: Item[] = []
  for (const next of items) {
    const last = kept.at(-1)
    const both = last === undefined ? undefined : together(last, next)
    if (both === undefined) kept.push(next)
    else kept[kept.length - 1] = both
  }
  return kept
}
