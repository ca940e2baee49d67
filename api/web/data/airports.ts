import { useEffect, useState } from 'react'

/** What a broker wants to read beside an airport's code. */
export type Place = { city: string; name: string; zone: string; latitude: number; longitude: number }

declare const AIRPORTS_ADDRESS: string

type Row = [city: string, name: string, zone: string, latitude: number, longitude: number]

const pages = new Map<string, Promise<Record<string, Row>>>()
const places = new Map<string, Place>()

/** The built page keeps the world's airports in small files by the first two letters of their codes. */
function readPage(prefix: string) {
  const known = pages.get(prefix)
  if (known) return known
  const reading = fetch(`${AIRPORTS_ADDRESS}/${prefix}.json`)
    .then(async (response) => {
      const rows = response.ok ? ((await response.json()) as Record<string, Row>) : {}
      for (const [code, [city, name, zone, latitude, longitude]] of Object.entries(rows)) {
        places.set(code, { city, name, zone, latitude, longitude })
      }
      return rows
    })
    .catch(() => {
      pages.delete(prefix) // tried again with the next deal
      return {}
    })
  pages.set(prefix, reading)
  return reading
}

/** The places of these codes, as far as they are known by now. A code without a place is shown as it is. */
export function useAirports(codes: string[]): Record<string, Place | undefined> {
  const key = [...new Set(codes)].sort().join(' ')
  const [, redraw] = useState(0)
  useEffect(() => {
    let current = true
    const prefixes = [...new Set(key.split(' ').map((code) => code.slice(0, 2)))]
    const missing = prefixes.filter((prefix) => /^[A-Z0-9]{2}$/.test(prefix))
    // What is there already was drawn with it.
    if (key.split(' ').every((code) => places.has(code))) return
    void Promise.all(missing.map(readPage)).then(() => current && redraw((count) => count + 1))
    return () => {
      current = false
    }
  }, [key])
  return Object.fromEntries(codes.map((code) => [code, places.get(code)]))
}
