/** Names of months and weekdays in English, German, French and Spanish, with what people shorten them to. */

const months = [
  'january jan januar jänner janvier janv enero ene',
  'february feb februar février fevrier févr febrero',
  'march mar märz maerz mars marzo',
  'april apr avril avr abril abr',
  'may mai mayo',
  'june jun juni juin junio',
  'july jul juli juillet juil julio',
  'august aug août aout agosto',
  'september sept sep septembre septiembre setiembre',
  'october oct oktober okt octobre octubre',
  'november nov novembre noviembre',
  'december dec dezember dez décembre decembre déc diciembre dic',
]

const weekdays = [
  'sunday sun sonntag dimanche domingo',
  'monday mon montag lundi lunes',
  'tuesday tues tue dienstag mardi martes',
  'wednesday weds wed mittwoch mercredi miércoles miercoles',
  'thursday thurs thur thu donnerstag jeudi jueves',
  'friday fri freitag vendredi viernes',
  'saturday sat samstag sonnabend samedi sábado sabado',
]

const numbered = (lists: readonly string[], first: number) =>
  new Map(lists.flatMap((names, index) => names.split(' ').map((name) => [name, index + first] as const)))

const monthNumbers = numbered(months, 1)
const weekdayNumbers = numbered(weekdays, 0)

const alternatives = (names: Iterable<string>) => [...names].sort((a, b) => b.length - a.length).join('|')

/** Patterns for use inside others; a shortened name may end with a full stop. */
export const monthPattern = `(?:${alternatives(monthNumbers.keys())})\\.?`
export const weekdayPattern = `(?:${alternatives(weekdayNumbers.keys())})\\.?`

const plain = (name: string) => name.toLowerCase().replace(/\.$/, '')

export const monthOf = (name: string) => monthNumbers.get(plain(name)) ?? 0
export const weekdayNamed = (name: string) => weekdayNumbers.get(plain(name)) ?? null

/** Every name that is spelt right, so that "décembre" is not taken for a misspelt "december". */
export const calendarNames: ReadonlySet<string> = new Set([...monthNumbers.keys(), ...weekdayNumbers.keys()])
