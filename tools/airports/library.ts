import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gunzipSync } from 'node:zlib'

/** One row of the airport library. Its elevations and runway lengths are wrong, so they are not even named here. */
export type LibraryAirport = {
  icao: string
  iata: string
  airport: string
  country_code: string
  time: string
  latitude: number
  longitude: number
  type: string
}

/**
 * Every airport of `airport-data-js` that an aeroplane can use. The library itself only answers with promises, and inflates its
 * data in JavaScript (200 ms); its bundle holds them as one gzip string, which Node reads at once.
 */
export function readLibrary(): LibraryAirport[] {
  const bundle = readFileSync(createRequire(import.meta.url).resolve('airport-data-js'), 'latin1')
  const packed = /"gzip":"([A-Za-z0-9+/=]+)"/.exec(bundle)?.[1]
  if (!packed) throw new Error('airport-data-js has changed how it packs its data')
  const rows: Packed[] = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'))
  return [...rows.map(withCodes).filter(isUsable), ...hiddenByStations]
}

/** A code of digits alone is packed as a number. */
type Packed = Omit<LibraryAirport, 'icao' | 'iata'> & { icao: string | number; iata: string | number }

const withCodes = (row: Packed): LibraryAirport => ({ ...row, icao: String(row.icao), iata: String(row.iata) })

const isUsable = ({ icao, type, airport }: LibraryAirport) =>
  /^[A-Z0-9]{4}$/.test(icao) &&
  type.endsWith('_airport') &&
  !/railway|bus station|ferry|heliport|sea ?plane|\bSPB\b|\(closed\)/i.test(airport)

const american = (
  icao: string,
  airport: string,
  time: string,
  latitude: number,
  longitude: number,
): LibraryAirport => ({
  icao,
  iata: '',
  airport,
  country_code: 'US',
  time,
  latitude,
  longitude,
  type: 'medium_airport',
})

/** Business airports whose codes the library gives to European railway stations. */
const hiddenByStations = [
  american('KJWN', 'John C. Tune Airport', 'America/Chicago', 36.1824, -86.8867),
  american('KHCR', 'Heber Valley Airport', 'America/Denver', 40.4818, -111.4288),
  american('KRYY', 'Cobb County International Airport', 'America/New_York', 34.0132, -84.5971),
  american('KTYQ', 'Indianapolis Executive Airport', 'America/Indiana/Indianapolis', 40.0306, -86.2514),
  american('KFTG', 'Colorado Air and Space Port', 'America/Denver', 39.7853, -104.5431),
  american('KDTO', 'Denton Enterprise Airport', 'America/Chicago', 33.2007, -97.198),
]
