import { cities } from './cities.ts'
import { type LibraryAirport, readLibrary } from './library.ts'
import { editDistance, normalise } from './spelling.ts'

export type Airport = {
  icao: string
  iata: string | null
  name: string
  city: string
  /** Two letters, ISO 3166. */
  country: string
  /** IANA name. */
  timezone: string
  latitude: number
  longitude: number
}

type Entry = Airport & {
  is_business: boolean
  /** 0 for business airports, then by size; 4 is too small to be meant by a name. */
  rank: number
  words: string
  /** Every city of the table that lists it. */
  areas: string
}

type Index = {
  entries: Entry[]
  by_icao: Map<string, Entry>
  by_iata: Map<string, Entry>
  /** Our table's cities and nicknames without spaces, each with its airports, the usual one first. */
  by_city: Map<string, Entry[]>
  /** The cities of our table that go by a name, where there are several. */
  namesakes: Map<string, { name: string; airports: Entry[] }[]>
  /** The airports' own names, and the cities in them. */
  by_name: Map<string, Entry[]>
}

/**
 * The airports that a code, an airport's name, a city or a nickname stands for, the one that business jets usually use first.
 * `exact` says that the query names the first of them and no other.
 */
export function findAirports(query: string, limit = 5): { airports: Airport[]; exact: boolean } {
  const found = findNamed(query)
  if (found.length > 0) return { airports: found.slice(0, limit), exact: found.length === 1 }
  return { airports: containing(normalise(query)).slice(0, limit).map(plain), exact: false }
}

/** Like `findAirports`, but only for a query that is a code or a name as a whole; part of a name finds nothing. */
export function findNamed(query: string): Airport[] {
  const name = normalise(query)
  if (name === '') return []
  const code = getAirport(query) ?? getAirport(/\(([A-Za-z0-9]{3,4})\)\s*$/.exec(query)?.[1] ?? '')
  // MIA is Miami International and not "Miami", but LIMA is the capital and not a glider field near Turin.
  if (code && (index().by_icao.get(code.icao)?.rank ?? 4) < 2) return [code]
  const variants = [name, withoutGenericWords(name), ...withoutRegion(query)].map(compact)
  const named = (table: Index['by_city']) =>
    variants.map((key) => table.get(key) ?? []).find(({ length }) => length > 0)
  const found = named(index().by_city) ?? (code ? [] : named(index().by_name))
  return found && found.length > 0 ? found.map(plain) : code ? [code] : []
}

/** Places of one name that lie apart: "Portland" is one in Oregon and one in Maine, and only a person knows which is meant. */
export type Namesake = { name: string; airports: Airport[] }

/** The places that share a name, the better known first; none where the name stands for one place, however many airports it has. */
export function findNamesakes(query: string): Namesake[] {
  const found = index().namesakes.get(compact(normalise(query))) ?? []
  if (found.length < 2 || getAirport(query)) return []
  const usual = findNamed(query).map(({ icao }) => icao)
  const rank = ({ airports }: Namesake) => usual.indexOf(airports[0]?.icao ?? '')
  return found
    .map(({ name, airports }) => ({ name, airports: airports.map(plain) }))
    .sort((one, other) => rank(one) - rank(other))
}

/** The airport of an ICAO, IATA or American FAA code. */
export function getAirport(code: string): Airport | undefined {
  const { by_icao, by_iata } = index()
  const upper = code.trim().toUpperCase()
  const iata = by_iata.get(upper)
  const american = /^[A-Z0-9]{3}$/.test(upper) ? by_icao.get(`K${upper}`) : undefined
  // CRQ is Carlsbad to a broker, and a field in Brazil to IATA: of the two, jets go to the one we list.
  const found = by_icao.get(upper) ?? (american?.is_business && !iata?.is_business ? american : (iata ?? american))
  return found && plain(found)
}

/** Whether business jets commonly use it: it stands in our table of cities. */
export const isBusinessAirport = (icao: string) => index().by_icao.get(icao)?.is_business ?? false

/** The airports whose code or name is spelt nearly like this, nearest first. */
export function suggestAirports(misspelt: string, limit = 3): Airport[] {
  const code = misspelt.trim().toUpperCase()
  const found = /^[A-Z0-9]{3,4}$/.test(code) ? nearestCodes(code) : nearestNames(compact(normalise(misspelt)))
  return found.slice(0, limit).map(plain)
}

/** Great-circle distance in nautical miles. */
export function distanceNm(from: Airport, to: Airport): number {
  const [a, b] = [radians(from.latitude), radians(to.latitude)]
  const [height, width] = [b - a, radians(to.longitude - from.longitude)]
  const haversine = Math.sin(height / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(width / 2) ** 2
  return 2 * 3440.065 * Math.asin(Math.sqrt(haversine))
}

const radians = (degrees: number) => (degrees * Math.PI) / 180

const compact = (normalised: string) => normalised.replaceAll(' ', '')

const plain = ({ icao, iata, name, city, country, timezone, latitude, longitude }: Entry): Airport => ({
  icao,
  iata,
  name,
  city,
  country,
  timezone,
  latitude,
  longitude,
})

const genericWords =
  /\b(airport|airfield|aerodrome|airpark|international|intl|regional|municipal|executive|field|flughafen|aeroport|aeropuerto|aeroporto|airports)\b/g

const withoutGenericWords = (name: string) => name.replace(genericWords, ' ').replace(/ +/g, ' ').trim()

/** "Aspen, CO" and "Nassau, Bahamas" without what follows the comma; what follows helps people, not the search. */
const withoutRegion = (query: string) => {
  const city = query.split(',')[0] ?? ''
  return city === query ? [] : [normalise(city), withoutGenericWords(normalise(city))]
}

const containing = (name: string) => {
  const words = withoutGenericWords(name)
    .split(' ')
    .filter((word) => word.length > 2)
  if (words.length === 0) return []
  return index()
    .entries.filter(
      (entry) => entry.rank < 4 && words.every((word) => `${entry.areas} ${entry.words}`.includes(` ${word}`)),
    )
    .sort((a, b) => a.rank - b.rank || a.words.length - b.words.length || (a.icao < b.icao ? -1 : 1))
}

const nearestCodes = (code: string) =>
  ranked(
    index().entries.flatMap((entry) => {
      if (entry.rank >= 4) return []
      const spellings = [entry.icao, entry.iata].filter((known) => known?.length === code.length)
      return spellings.map((known) => ({ entry, edits: editDistance(code, known ?? '', 2) }))
    }),
    2,
  )

const nearestNames = (name: string) => {
  if (name.length < 4) return []
  const limit = name.length < 6 ? 1 : name.length < 10 ? 2 : 3
  return ranked(
    [...index().by_city, ...index().by_name].flatMap(([known, entries]) => {
      const begins = name.length > 4 && known.startsWith(name)
      const edits = begins ? 1 : known.length < 4 ? limit + 1 : editDistance(name, known, limit)
      return edits > limit ? [] : entries.slice(0, 1).map((entry) => ({ entry, edits }))
    }),
    limit,
  )
}

const ranked = (candidates: { entry: Entry; edits: number }[], limit: number) => {
  const near = candidates
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits || a.entry.rank - b.entry.rank || (a.entry.icao < b.entry.icao ? -1 : 1))
  return [...new Set(near.map(({ entry }) => entry))]
}

let built: Index | undefined

const index = () => {
  built ??= buildIndex()
  return built
}

function buildIndex(): Index {
  const home = homeCities()
  // ZZZZ is what a flight plan says for a place without a code; the library has it as the code of a field in France.
  const entries = readLibrary().flatMap((row) => (row.icao === 'ZZZZ' ? [] : [entryOf(row, home)]))
  const by_icao = new Map(entries.map((entry) => [entry.icao, entry]))
  const by_iata = new Map(entries.toSorted((a, b) => b.rank - a.rank).map((entry) => [entry.iata ?? '', entry]))
  by_iata.delete('')
  const by_city = cityTable(by_icao)
  return { entries, by_icao, by_iata, by_city, namesakes: namesakeTable(by_icao), by_name: nameTable(entries, by_city) }
}

/** Each business airport's own city: the one where it is the usual airport, else the first that lists it. */
function homeCities(): Map<string, string> {
  const home = new Map<string, string>()
  const usual = cities.map(([city, , codes]) => ({ city: city.split(',')[0] ?? city, codes: codes.split(' ') }))
  for (const { city, codes } of usual) for (const code of codes) if (!home.has(code)) home.set(code, city)
  for (const { city, codes } of usual.toSorted((a, b) => b.codes.length - a.codes.length))
    home.set(codes[0] ?? '', city)
  return home
}

function entryOf(row: LibraryAirport, home: Map<string, string>): Entry {
  const is_business = home.has(row.icao)
  const known_to_people = row.type !== 'small_airport'
  const rank = is_business ? 0 : row.type === 'large_airport' ? 1 : !known_to_people ? 4 : row.iata ? 2 : 3
  const city = home.get(row.icao) ?? (rank < 4 ? cityInName(row.airport) : row.airport)
  return {
    icao: row.icao,
    iata: row.iata || null,
    name: row.airport,
    city,
    country: row.country_code,
    timezone: row.time,
    latitude: row.latitude,
    longitude: row.longitude,
    is_business,
    rank,
    words: rank < 4 ? normalise(row.airport) : '',
    areas: '',
  }
}

/** "Gold Coast Airport" serves Gold Coast; the library has no better source. */
const cityInName = (name: string) =>
  name
    .split(/[/–(]| - /)[0]
    ?.replace(/\b(International|Intl|Regional|Municipal|Airport|Airfield|Aerodrome|Airpark)\b\.?/g, '')
    .replace(/ +/g, ' ')
    .trim() || name

const addTo = (table: Map<string, Entry[]>, name: string, found: Entry[]) => {
  const key = compact(normalise(name))
  const known = table.get(key) ?? []
  if (key !== '') table.set(key, [...known, ...found.filter((entry) => !known.includes(entry))])
}

function cityTable(by_icao: Map<string, Entry>): Map<string, Entry[]> {
  const table = new Map<string, Entry[]>()
  const listed = cities.map(([city, other, codes]) => ({
    names: [city, ...other.split(', ')].filter(Boolean),
    city,
    airports: codes.split(' ').flatMap((code) => by_icao.get(code) ?? []),
  }))
  for (const { names, airports } of listed) {
    for (const name of names) addTo(table, name, airports)
    for (const airport of airports) airport.areas += ` ${normalise(names.join(' '))}`
  }
  // "Naples, Italy" is also a Naples, after the one that needs no country.
  for (const { city, airports } of listed) if (city.includes(',')) addTo(table, city.split(',')[0] ?? '', airports)
  return table
}

function namesakeTable(by_icao: Map<string, Entry>): Index['namesakes'] {
  const table: Index['namesakes'] = new Map()
  for (const [name, other_names, codes] of cities) {
    const airports = codes.split(' ').flatMap((code) => by_icao.get(code) ?? [])
    const names = [name.split(',')[0] ?? name, ...other_names.split(', ')].map((one) => compact(normalise(one)))
    for (const key of new Set(names)) if (key !== '') table.set(key, [...(table.get(key) ?? []), { name, airports }])
  }
  return table
}

/** "Stockholm Bromma" is what people say to "Bromma Stockholm Airport". */
const cityFirst = ({ is_business, words, city }: Entry) => {
  const [name, home] = [withoutGenericWords(words), normalise(city)]
  return is_business && name.endsWith(` ${home}`) ? `${home} ${name.slice(0, -home.length).trim()}` : words
}

function nameTable(entries: Entry[], by_city: Map<string, Entry[]>): Map<string, Entry[]> {
  const table = new Map<string, Entry[]>()
  const by_rank = entries.filter(({ rank }) => rank < 4).sort((a, b) => a.rank - b.rank || (a.icao < b.icao ? -1 : 1))
  for (const entry of by_rank) {
    for (const name of new Set([
      entry.words,
      withoutGenericWords(entry.words),
      normalise(entry.city),
      cityFirst(entry),
    ])) {
      if (compact(name).length > 3 && !by_city.has(compact(name))) addTo(table, name, [entry])
    }
  }
  return table
}
