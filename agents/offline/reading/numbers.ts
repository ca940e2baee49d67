/** Numbers as people write them in words, in the four languages that brokers write to us in. */
const words: Record<string, number> = {
  ...count(
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty',
  ),
  ...count(
    'null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig',
  ),
  ...count('zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize'),
  ...count('cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis'),
  eine: 1,
  einen: 1,
  une: 1,
  una: 1,
  thirty: 30,
  forty: 40,
  fifty: 50,
}

function count(list: string): Record<string, number> {
  return Object.fromEntries(list.split(' ').map((word, value) => [word, value]))
}

/** Matches a whole number in digits or words; meant to be put between word borders. */
export const numberPattern = `\\d{1,4}|${Object.keys(words)
  .sort((a, b) => b.length - a.length)
  .join('|')}`

/** The value of what `numberPattern` matched. */
export const numberOf = (text: string): number | null => {
  const digits = /^\d+$/.test(text) ? Number(text) : undefined
  return digits ?? words[text.toLowerCase()] ?? null
}

const ordinals: Record<string, number> = {
  first: 1,
  second: 2,
  third: 3,
  fourth: 4,
  fifth: 5,
  sixth: 6,
  erste: 1,
  zweite: 2,
  dritte: 3,
  premier: 1,
  première: 1,
  deuxième: 2,
  troisième: 3,
  primero: 1,
  primera: 1,
  segundo: 2,
  segunda: 2,
  tercero: 3,
  tercera: 3,
}

/** "the second one", "2nd", "#2", "number two", "option 3": which of a list, from 1; `last` is -1. */
export function readOrdinal(text: string): number | null {
  const lower = text.toLowerCase()
  if (/\b(the )?last (one|quote|offer|option)\b/.test(lower)) return -1
  const counted = new RegExp(
    `(?:#|\\bno\\.?|\\bnumber|\\boption|\\bquote|\\boffer|\\bnummer)\\s*(${numberPattern})(?![\\p{L}\\p{N}])`,
    'u',
  ).exec(lower)
  if (counted?.[1]) return numberOf(counted[1])
  const digits = /\b(\d{1,2})(?:st|nd|rd|th)\b/.exec(lower)
  if (digits) return Number(digits[1])
  const word = lower.match(/\p{L}+/gu)?.find((known) => known in ordinals)
  return word ? (ordinals[word] ?? null) : null
}
