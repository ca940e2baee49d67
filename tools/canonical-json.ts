import { createHash } from 'node:crypto'

/** JSON with sorted keys and no spaces: equal values give equal bytes, so that they can be hashed and compared. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/** SHA-256 of the canonical JSON, in hex. */
export const sha256 = (value: unknown) => createHash('sha256').update(canonicalJson(value)).digest('hex')
