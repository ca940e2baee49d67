/** Lower case, without accents and punctuation: two spellings of one name become equal. */
export const normalise = (text: string) =>
  text
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase()
    .replace(/['’.]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** Edits (insert, delete, replace, swap of neighbours) between two words; more than `limit` is answered as `limit + 1`. */
export function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  // Runs over thousands of names for one sentence, so it makes no garbage: three rows that take turns.
  let [before, previous, current] = rows(b.length)
  for (let row = 1; row <= a.length; row++) {
    current[0] = row
    let least = row
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) edits = Math.min(edits, at(before, column - 2) + 1)
      current[column] = edits
      least = Math.min(least, edits)
    }
    if (least > limit) return limit + 1
    ;[before, previous, current] = [previous, current, before]
  }
  return Math.min(at(previous, b.length), limit + 1)
}

const rows = (length: number): [Uint16Array, Uint16Array, Uint16Array] => [
  new Uint16Array(length + 1),
  Uint16Array.from({ length: length + 1 }, (_, column) => column),
  new Uint16Array(length + 1),
]

const at = (row: Uint16Array, column: number) => row[column] ?? Number.POSITIVE_INFINITY
