import { describe, expect, it } from 'vitest'
import { distanceNm, findAirports, getAirport, suggestAirports } from './airports.ts'
import { cities } from './cities.ts'

const first = (query: string) => findAirports(query).airports[0]?.icao
const all = (query: string) => findAirports(query, 20).airports.map(({ icao }) => icao)

describe('findAirports', () => {
  it.each([
    ['KTEB', 'KTEB'],
    ['teb', 'KTEB'],
    ['Teterboro', 'KTEB'],
    ['LA', 'KLAX'],
    ['Los Angeles', 'KLAX'],
    ['NYC', 'KTEB'],
    ['New York', 'KTEB'],
    ['London', 'EGGW'],
    ['Farnborough', 'EGLF'],
    ['London Luton', 'EGGW'],
    ['Paris', 'LFPB'],
    ['Le Bourget', 'LFPB'],
    ['Miami', 'KOPF'],
    ['MIA', 'KMIA'],
    ['NAS', 'MYNN'],
    ['Lima', 'SPJC'],
    ['Opa-locka', 'KOPF'],
    ['opa locka', 'KOPF'],
    ['Vegas', 'KLAS'],
    ['Aspen', 'KASE'],
    ['Aspen, CO', 'KASE'],
    ['Bay Area', 'KSFO'],
    ['SF', 'KSFO'],
    ['Chicago', 'KMDW'],
    ['Dallas', 'KDAL'],
    ['Houston', 'KHOU'],
    ['Washington, D.C.', 'KIAD'],
    ['DC', 'KIAD'],
    ['Boston', 'KBED'],
    ['Nassau', 'MYNN'],
    ['Genf', 'LSGG'],
    ['Zürich', 'LSZH'],
    ['Zurich', 'LSZH'],
    ['Nizza', 'LFMN'],
    ['Nice', 'LFMN'],
    ['Mailand', 'LIML'],
    ['Roma', 'LIRA'],
    ['Moskau', 'UUWW'],
    ['München', 'EDDM'],
    ['Ginebra', 'LSGG'],
    ['Londres', 'EGGW'],
    ['Van Nuys', 'KVNY'],
    ['St. Barts', 'TFFJ'],
    ['Portland', 'KPDX'],
    ['Naples', 'KAPF'],
    ["Chicago O'Hare", 'KORD'],
    ['Toronto Pearson', 'CYYZ'],
    ['Teterboro Airport (KTEB)', 'KTEB'],
    ['Flughafen Hamburg', 'EDDH'],
    ['Gold Coast', 'YBCG'],
  ])('takes %s for %s', (query, icao) => {
    expect(first(query)).toBe(icao)
  })

  it('says whether one airport is meant', () => {
    expect(findAirports('KTEB').exact).toBe(true)
    expect(findAirports('Van Nuys').exact).toBe(true)
    expect(findAirports('London').exact).toBe(false)
    expect(all('London')).toContain('EGLF')
  })

  it('offers both places of one name', () => {
    expect(all('Naples')).toEqual(expect.arrayContaining(['KAPF', 'LIRN']))
    expect(all('Birmingham')[0]).toBe('EGBB')
  })

  it('leaves out railway stations, helipads, seaplane bases and unknown words', () => {
    expect(all('XYZQ')).toEqual([])
    expect(all('')).toEqual([])
    expect(all('Birmingham')).not.toContain('KBUY')
    expect(findAirports('railway').airports).toEqual([])
  })

  it('knows airports by a part of their name, with or without the city', () => {
    expect(all('Pearson')[0]).toBe('CYYZ')
    expect(all('Chicago Executive')[0]).toBe('KPWK')
  })

  it('builds its index in a moment, and answers at once afterwards', () => {
    const start = performance.now()
    for (let i = 0; i < 1_000; i++) findAirports('Paris')
    expect(performance.now() - start).toBeLessThan(500) // generous: a busy machine; 130 ms alone
  })
})

describe('getAirport', () => {
  it('knows ICAO, IATA and FAA codes', () => {
    expect(getAirport('egll')).toMatchObject({
      icao: 'EGLL',
      iata: 'LHR',
      city: 'Heathrow',
      country: 'GB',
      timezone: 'Europe/London',
    })
    expect(getAirport('VNY')?.icao).toBe('KVNY')
    expect(getAirport('JWN')).toMatchObject({ icao: 'KJWN', city: 'Nashville', country: 'US' })
    expect(getAirport('SDL')?.icao).toBe('KSDL')
    expect(getAirport('XYZQ')).toBeUndefined()
  })

  it('knows every airport of the city table', () => {
    const unknown = cities.flatMap(([, , codes]) => codes.split(' ')).filter((code) => !getAirport(code))
    expect(unknown).toEqual([])
  })
})

describe('suggestAirports', () => {
  it.each([
    ['Teterbro', 'KTEB'],
    ['Farnbo', 'EGLF'],
    ['Van Nyus', 'KVNY'],
    ['KTEV', 'KTEB'],
    ['Gneva', 'LSGG'],
    ['Los Angelas', 'KLAX'],
  ])('corrects %s to %s', (misspelt, icao) => {
    expect(suggestAirports(misspelt, 8).map((airport) => airport.icao)).toContain(icao)
  })

  it('proposes the nearest codes for one that nobody has', () => {
    expect(suggestAirports('XYZQ')).toHaveLength(3)
  })
})

it('measures the great circle', () => {
  const [teterboro, los_angeles] = [getAirport('KTEB'), getAirport('KLAX')]
  if (!teterboro || !los_angeles) throw new Error('both are known')
  expect(Math.round(distanceNm(teterboro, los_angeles))).toBeCloseTo(2135, -2)
})

it('codes are text, also those of digits alone', () => {
  expect(getAirport('2136')).toMatchObject({ icao: '2136', iata: null })
})

it('knows no airport by the code for places without one', () => {
  expect(getAirport('ZZZZ')).toBeUndefined()
})
