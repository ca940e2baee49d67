import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getAirport } from '../../tools/airports/airports.ts'
import { readLibrary } from '../../tools/airports/library.ts'

type Row = [city: string, name: string, zone: string, latitude: number, longitude: number]

/** The world's airports in small files by the first two letters of their codes, so that the page reads only those it shows. */
export function airportFiles(): { address: string; write(outDir: string): Promise<void> } {
  const pages = new Map<string, Record<string, Row>>()
  for (const row of readLibrary()) {
    const icao = String(row.icao) // the library holds codes that are all digits as numbers
    const airport = getAirport(icao)
    if (airport?.icao !== icao) continue
    const { city, name, timezone, latitude, longitude } = airport
    const page = pages.get(icao.slice(0, 2)) ?? {}
    page[icao] = [city, name, timezone, round(latitude), round(longitude)]
    pages.set(icao.slice(0, 2), page)
  }
  const files = [...pages].map(([prefix, page]) => [prefix, JSON.stringify(page)] as const)
  const hash = createHash('sha256')
  for (const [, content] of files) hash.update(content)
  const folder = `airports-${hash.digest('hex').slice(0, 12)}`
  return {
    address: `/assets/${folder}`,
    async write(outDir) {
      const path = join(outDir, 'assets', folder)
      await mkdir(path, { recursive: true })
      await Promise.all(files.map(([prefix, content]) => writeFile(join(path, `${prefix}.json`), content)))
    },
  }
}

const round = (degrees: number) => Math.round(degrees * 1000) / 1000
