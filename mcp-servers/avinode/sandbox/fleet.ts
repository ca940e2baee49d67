/** Everyone here is invented; N0… is no registration that an authority would give. */
export type Profile = 'fast' | 'slow' | 'decliner' | 'silent' | 're-quoter' | 'chatty'

export type Operator = {
  id: string
  name: string
  person: string
  email: string
  phone: string
  profile: Profile
}

export type Aircraft = {
  id: string
  operator_id: string
  tail: string
  type: string
  category: string
  max_passengers: number
  home_base: string
  year: number
}

const people: [name: string, person: string, domain: string, profile: Profile][] = [
  ['Northgate Air Charter', 'Sam Okafor', 'northgate-air', 'fast'],
  ['Blue Meridian Aviation', 'Iris Valdez', 'blue-meridian', 'slow'],
  ['Cypress Ridge Jets', 'Tom Lindqvist', 'cypress-ridge', 'chatty'],
  ['Harbor Point Executive', 'Grace Whitlock', 'harbor-point', 're-quoter'],
  ['Silver Lakes Aviation', 'Ben Harrow', 'silver-lakes', 'fast'],
  ['Alpenglow Jet Service', 'Mara Steiner', 'alpenglow-jet', 'decliner'],
  ['Castellan Air', 'Louis Perrin', 'castellan-air', 'slow'],
  ['Windrose Executive', 'Nadia Farouk', 'windrose-exec', 'fast'],
  ['Tidewater Jet Group', 'Carl Beaumont', 'tidewater-jet', 'silent'],
  ['Mesa Vista Air', 'Elena Ruiz', 'mesa-vista-air', 'chatty'],
  ['Polaris Bay Airways', 'Jon Aldous', 'polaris-bay', 're-quoter'],
  ['Kestrel Stone Aviation', 'Priya Nair', 'kestrel-stone', 'fast'],
]

export const operators: readonly Operator[] = people.map(([name, person, domain, profile], index) => ({
  id: `acompany-${7101 + index}`,
  name,
  person,
  email: `charter@${domain}.example`,
  phone: `+1 555 01${String(index + 10).padStart(2, '0')}`,
  profile,
}))

/** Operator's number, type, category, seats, home base, year. */
const airframes: [operator: number, type: string, category: string, seats: number, base: string, year: number][] = [
  [1, 'Gulfstream G650', 'Ultra long range', 14, 'KTEB', 2018],
  [1, 'Challenger 350', 'Super midsize jet', 9, 'KTEB', 2019],
  [1, 'Citation XLS+', 'Super light jet', 8, 'KHPN', 2016],
  [1, 'Phenom 300E', 'Light jet', 7, 'KTEB', 2021],
  [2, 'Gulfstream G550', 'Ultra long range', 14, 'KHPN', 2014],
  [2, 'Falcon 2000LXS', 'Heavy jet', 10, 'KHPN', 2017],
  [2, 'Hawker 900XP', 'Midsize jet', 8, 'KBED', 2011],
  [3, 'Gulfstream G650', 'Ultra long range', 15, 'KOPF', 2016],
  [3, 'Challenger 605', 'Heavy jet', 12, 'KOPF', 2013],
  [3, 'Learjet 60XR', 'Midsize jet', 7, 'KFXE', 2010],
  [3, 'King Air 350i', 'Turbo prop', 8, 'KOPF', 2015],
  [4, 'Gulfstream G650ER', 'Ultra long range', 16, 'KVNY', 2019],
  [4, 'Gulfstream G450', 'Heavy jet', 14, 'KVNY', 2012],
  [4, 'Citation CJ3+', 'Light jet', 7, 'KVNY', 2017],
  [5, 'Praetor 600', 'Super midsize jet', 9, 'KDAL', 2021],
  [5, 'Citation Latitude', 'Midsize jet', 8, 'KDAL', 2020],
  [5, 'Citation M2', 'Entry level jet (VLJ)', 6, 'KADS', 2018],
  [5, 'Pilatus PC-12 NGX', 'Turbo prop', 8, 'KADS', 2021],
  [6, 'Falcon 900LX', 'Heavy jet', 12, 'KAPA', 2015],
  [6, 'Gulfstream G280', 'Super midsize jet', 9, 'KAPA', 2018],
  [6, 'HondaJet Elite', 'Entry level jet (VLJ)', 5, 'KAPA', 2019],
  [7, 'Global 6000', 'Ultra long range', 13, 'LFPB', 2016],
  [7, 'Legacy 650', 'Heavy jet', 13, 'LFPB', 2014],
  [7, 'Citation CJ2+', 'Light jet', 6, 'LSGG', 2012],
  [8, 'Global 7500', 'Ultra long range', 16, 'KVNY', 2021],
  [8, 'Citation Longitude', 'Super midsize jet', 8, 'KVNY', 2020],
  [8, 'Learjet 75', 'Super light jet', 8, 'KSDL', 2015],
  [9, 'Falcon 7X', 'Ultra long range', 14, 'KIAD', 2013],
  [9, 'Citation Sovereign+', 'Midsize jet', 9, 'KIAD', 2014],
  [9, 'Phenom 100EV', 'Entry level jet (VLJ)', 4, 'KHEF', 2017],
  [10, 'Phenom 300', 'Light jet', 7, 'KSDL', 2014],
  [10, 'Learjet 45XR', 'Super light jet', 8, 'KLAS', 2011],
  [10, 'Piper Navajo Chieftain', 'Piston', 7, 'KSDL', 1982],
  [10, 'AS350 Ecureuil', 'Helicopter single engine', 5, 'KLAS', 2013],
  [11, 'Challenger 300', 'Super midsize jet', 9, 'KPWK', 2012],
  [11, 'Nextant 400XTi', 'Light jet', 7, 'KPWK', 2015],
  [11, 'King Air 250', 'Turbo prop', 7, 'KMDW', 2016],
  [11, 'Embraer ERJ-135 Shuttle', 'Airliner', 30, 'KMDW', 2003],
  [12, 'Challenger 650', 'Heavy jet', 12, 'EGLF', 2018],
  [12, 'Boeing Business Jet', 'VIP airliner', 19, 'EGGW', 2009],
  [12, 'AW109 Grand', 'Helicopter twin engine', 6, 'EGLF', 2016],
]

const suffixes = ['QA', 'QB', 'QC', 'QD', 'QE', 'QF', 'QG', 'QH', 'QJ', 'QK', 'QL', 'QM']

export const aircraft: readonly Aircraft[] = airframes.map(
  ([operator, type, category, max_passengers, home_base, year], index) => ({
    id: `aaircraft-${7501 + index}`,
    operator_id: `acompany-${7100 + operator}`,
    tail: `N0${String(12 + index * 7)
      .padStart(2, '0')
      .slice(-3)}${suffixes[operator - 1]}`,
    type,
    category,
    max_passengers,
    home_base,
    year,
  }),
)

export const operatorById = (id: string) => operators.find((operator) => operator.id === id)
export const aircraftById = (id: string | null) => aircraft.find((airframe) => airframe.id === id)
export const fleetOf = (operator_id: string) => aircraft.filter((airframe) => airframe.operator_id === operator_id)

/** The category's usual cruise speed (knots), range (nautical miles) and price of a flight hour (USD). */
export const performance: Record<string, { knots: number; range_nm: number; hourly: number }> = {
  Piston: { knots: 180, range_nm: 700, hourly: 1_100 },
  'Turbo prop': { knots: 270, range_nm: 1_400, hourly: 2_300 },
  'Entry level jet (VLJ)': { knots: 380, range_nm: 1_150, hourly: 2_900 },
  'Light jet': { knots: 420, range_nm: 1_900, hourly: 3_600 },
  'Super light jet': { knots: 430, range_nm: 2_000, hourly: 4_100 },
  'Midsize jet': { knots: 435, range_nm: 2_700, hourly: 4_700 },
  'Super midsize jet': { knots: 455, range_nm: 3_400, hourly: 5_800 },
  'Heavy jet': { knots: 460, range_nm: 4_200, hourly: 7_600 },
  'Ultra long range': { knots: 480, range_nm: 6_800, hourly: 9_400 },
  'VIP airliner': { knots: 450, range_nm: 6_000, hourly: 15_500 },
  Airliner: { knots: 430, range_nm: 1_750, hourly: 8_500 },
  'Helicopter single engine': { knots: 120, range_nm: 330, hourly: 2_200 },
  'Helicopter twin engine': { knots: 145, range_nm: 450, hourly: 4_200 },
}
