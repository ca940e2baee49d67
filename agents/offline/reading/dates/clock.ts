import { doubt } from '../doubts.ts'
import { numberOf, numberPattern } from '../numbers.ts'
import { blank, matches, withoutSpans } from '../text.ts'
import { type DateMention, mention } from './mention.ts'

const half = '(?<half>[ap]\\.?m\\.?(?!\\p{L})|[ap](?![\\p{L}.\\d]))'
const partOfDay =
  "(?<part>in the (?:morning|afternoon|evening)|at night|du matin|du soir|de l'après-midi|de la (?:mañana|tarde|noche)|morgens|abends|nachmittags|früh)"
const zone =
  '(?<zone>z|utc|gmt|e[sd]?t|c[sd]?t|m[sd]?t|p[sd]?t|bst|ces?t|lt|lcl|l|zulu|eastern|central|mountain|pacific|local(?: time)?)'
const hour = '(?<hour>[01]?\\d|2[0-3])'

const cue = '(?:at|@|around|about|approx\\.?|um|gegen|à|vers|a las|sobre las|hacia las|ca\\.?)'
const depart = '(?:dep\\.?|depart(?:s|ing|ure)?|etd|std|leave|leaving|wheels up|take ?off|abflug|départ|salida)'

/** Ways to write one time; which groups are filled says how to read it. */
const forms = [
  `half past (?<words>${numberPattern})(?: ?${half})?`,
  `(?<quarter>quarter (?:to|past|after)|viertel (?:vor|nach)) (?<words>${numberPattern})(?: ?${half})?`,
  `${hour}:(?<minutes>[0-5]\\d)(?: ?${half})?`,
  `${hour}\\.(?<minutes>[0-5]\\d) ?(?:${half}|uhr|hrs?|h(?!\\p{L}))`,
  `(?<=(?<!\\p{L})(?:${depart}|at|@|um|à|a las|gegen|vers):? )${hour}\\.(?<minutes>[0-5]\\d)(?!\\d)`,
  `${hour} ?(?:ish ?)?${half}`,
  `${hour} ?(?:-?ish|o'clock)`,
  `(?<hour>[01]\\d|2[0-3])(?<minutes>[0-5]\\d) ?(?:hrs?|h(?!\\p{L})|(?=(?: ?(?:z|l|lt|local|utc|gmt|zulu))(?!\\p{L})))`,
  `${hour} ?h ?(?<minutes>[0-5]\\d)?(?!\\p{L})`,
  `${hour} ?(?:uhr|heures?|horas)(?: (?<minutes>[0-5]\\d)(?!\\d))?`,
  `halb (?<before>${numberPattern})`,
  `(?:a las|a la|um) ${hour}(?![\\d:./]|\\.\\d)`,
  'noon|midday|mittags|midi|mediodía|mediodia|high noon',
  'midnight|mitternacht|minuit|medianoche',
]

const lead = `(?:${depart}:? ?)?(?:${cue} ?)?`
const tail = `(?: ?\\(?${zone}\\)?(?!\\p{L}))?(?:,? ${partOfDay})?`

const border = (pattern: string) => new RegExp(`(?<![\\p{L}\\d:.$€£])(?:${pattern})(?![\\p{L}\\d%])`, 'giu')

/** A time on its own. One pattern per form, as named groups may not repeat in one. */
const single = forms.map((form) => border(`${lead}(?:${form})${tail}`))

const anyTime =
  '(?:\\d{1,2}(?::\\d{2})?(?: ?[ap]\\.?m\\.?|[ap](?!\\p{L}))|\\d{1,2}:\\d{2}|(?:[01]\\d|2[0-3])[0-5]\\d ?(?:z|l|lt|hrs?)?(?!\\p{L}|\\d)|\\d{1,2} ?(?:h\\d{0,2}|uhr|heures?)(?!\\p{L})|noon|midday|midnight|lunch(?:time)?|breakfast|dinner)'
const edge = `(?:\\d{1,2}|${anyTime})`

/** What limits the time without being the time of departure: it is kept as a wish, in the words of the text. */
const bounds = [
  `between ${edge} (?:and|to) ${anyTime}|(?:zwischen|entre) ${edge} (?:und|et|y) ${anyTime}`,
  `(?:any ?time )?(?:from )?\\d{1,2}(?::\\d{2})? ?(?:[ap]m)? ?(?:-|to) ?\\d{1,2}(?::\\d{2})? ?[ap]\\.?m\\.?`,
  `(?:(?:must|should|need(?:s)? to|want(?:s)? to|has to|have to) )?(?:arriv(?:e|es|ing|al)|land(?:s|ing)?|be there|get (?:there|in)|wheels down|on the ground|ankunft|arrivée|llegada)(?: there)?(?: (?:by|before|at|no later than|not later than|around|latest|um|bis|à|avant|a las))* ${anyTime}`,
  `(?:for )?(?:an? |the |their |our |my |his |her )?${anyTime} (?:meeting|call|appointment|dinner|lunch|event|game|match|show|concert|ceremony|wedding|conference|reservation|tee ?time|start|kick-?off)`,
  `(?:after|before|by|no later than|not later than|no earlier than|not before|earliest|latest|as of|until|till|any ?time (?:after|before)|nach|vor|ab|bis|spätestens(?: um)?|frühestens(?: um)?|après|avant|à partir de|después de|antes de|a partir de) (?:las )?${anyTime}`,
].map((pattern) => new RegExp(`(?<![\\p{L}\\d])(?:${pattern})(?![\\p{L}\\d])`, 'giu'))

/** "be in Houston by 9am": the place stands between. */
const arrival =
  /(?<!\p{L})(?:be|arrive|arriving|land|get|getting|arrival)(?: \p{L}+)?(?: (?:in|at|to|into))? [·\p{L} '-]{2,25} ?$/iu

/** "land TEB 7am" is no departure. */
const lands = /(?<!\p{L})(?:land|arrive|arriving|landing|arrival)(?: (?:in|at))? ·+[ ,]*$/iu

const dayParts =
  '(?:(?:early|late|mid|first thing|at|in the|in|on the|am|por la|por el|le|el|the|this|very early) )*(?:morning|afternoon|evening|night|lunchtime|daybreak|sunrise|sunset|vormittags?|nachmittags?|abends?|matin|après-midi|soir(?:ée)?|tarde|noche|mañana)'
const parts = new RegExp(
  `(?<![\\p{L}\\d])(?<!(?:good|guten|buenas) )(?!(?<=^)(?:morning|afternoon|evening) ?[!,.])(?:${dayParts}|tonight|heute abend|ce soir|esta noche|(?<=·[ ,]{1,2})[ap]m(?= ?(?:[,.;)]|$)))(?![\\p{L}\\d])`,
  'giu',
)

/** Four digits without a mark are a time beside a day or a word that asks for one: "27NOV 0900", "wheels up 0730". */
const bareDigits = new RegExp(
  `(?:(?<![\\p{L}\\d])(?:${depart}(?: ${cue})?|at|@|etd)[: ]{1,2}|(?<=(?:return(?:ing|s)?|rtn|back)[: ]{1,2})|(?<=${blank}[ ,]{1,2}))(?<hour>[01]\\d|2[0-3])(?<minutes>[0-5]\\d)(?: ?${zone})?(?![\\p{L}\\d])`,
  'giu',
)
const bareHour =
  /(?<![\p{L}\d])(?:at|@) (?<hour>1?\d|2[0-3])(?![\d:.%]|\.\d| ?(?:pax|people|k|st|nd|rd|th|both|least|most|once|all|knots|ft)(?!\p{L}))/giu

/** What is written like a time and is none: "25:00". The true ones are read before. */
const noTime = /(?<![\p{L}\d:.$€£])(?:(?:at|um|à|a las) |@ ?)?(?<clock>\d{1,2}:\d{2})(?![\p{L}\d:%])/giu

/** Every time that a text names, and what it says about times without naming one. Days are blanked already. */
export function readTimes(text: string): DateMention[] {
  const found: DateMention[] = []
  const take = (
    pattern: RegExp,
    says: (groups: Record<string, string | undefined>, words: string, start: number) => Partial<DateMention> | null,
  ) => {
    for (const one of matches(withoutSpans(text, found), pattern)) {
      const said = says(one.match.groups ?? {}, one.match[0], one.start)
      if (said) found.push(mention(one, said))
    }
  }
  for (const bound of bounds) {
    take(bound, (_, words, start) => {
      const arrives = arrival.test(text.slice(Math.max(0, start - 40), start))
      return { note: `${arrives ? 'arrive ' : ''}${words.trim()}` }
    })
  }
  const clockAt = (groups: Record<string, string | undefined>, words: string, start: number) =>
    lands.test(text.slice(Math.max(0, start - 40), start)) ? { note: `arrive ${words.trim()}` } : clockOf(groups, words)
  for (const form of single) take(form, clockAt)
  take(noTime, ({ clock = '' }) => ({ doubt: doubt('time', 'impossible', clock) }))
  take(bareDigits, (groups) => clockOf(groups, ''))
  take(bareHour, ({ hour }, words) => {
    const time = Number(hour)
    if (time > 12) return { time: `${hour}:00` }
    return { doubt: doubt('time', 'several', words, [`${time} am`, `${time} pm`]) }
  })
  take(parts, (_, words) => ({ note: words.trim() }))
  return found.sort((a, b) => a.start - b.start)
}

/** The time that a match stands for. Midnight is in doubt: it belongs to two days. */
function clockOf(groups: Record<string, string | undefined>, words: string): Partial<DateMention> | null {
  if (/midnight|mitternacht|minuit|medianoche/i.test(words)) return { doubt: doubt('time', 'several', 'midnight') }
  const clock =
    /noon|midday|mittag|midi|mediod/i.test(words) && !groups.hour ? { hour: 12, minutes: 0 } : spoken(groups)
  if (!clock) return null
  const late = /^p|afternoon|evening|night|soir|après-midi|tarde|noche|abends|nachmittags/i
  const early = /^a|morning|matin|mañana|morgens|früh/i
  const said = groups.half ?? groups.part ?? ''
  if (clock.hour === 12 && early.test(said) && clock.minutes === 0)
    return { doubt: doubt('time', 'several', 'midnight') }
  const is_spoken = groups.words !== undefined && said === '' && clock.hour < 7
  if (is_spoken) return { doubt: doubt('time', 'several', words, ['am', 'pm']) }
  const hour =
    said === ''
      ? clock.hour
      : early.test(said)
        ? clock.hour % 12
        : late.test(said) && clock.hour < 12
          ? clock.hour + 12
          : clock.hour
  const time = `${String(hour % 24).padStart(2, '0')}:${String(clock.minutes).padStart(2, '0')}`
  return { time, zone: zoneOf(groups.zone) }
}

function spoken({ hour, minutes, words, quarter, before }: Record<string, string | undefined>) {
  if (hour !== undefined) return { hour: Number(hour), minutes: Number(minutes ?? 0) }
  const named = numberOf(words ?? before ?? '')
  if (named === null) return null
  if (before !== undefined) return { hour: named - 1, minutes: 30 }
  if (!quarter) return { hour: named, minutes: 30 }
  return /to|vor/i.test(quarter) ? { hour: named - 1, minutes: 45 } : { hour: named, minutes: 15 }
}

const zones: [pattern: RegExp, name: string, in_capitals?: boolean][] = [
  [/^(z|zulu|utc|gmt)$/, 'UTC'],
  [/^eastern$/, 'America/New_York'],
  [/^e[sd]?t$/, 'America/New_York', true],
  [/^central$/, 'America/Chicago'],
  [/^c[sd]?t$/, 'America/Chicago', true],
  [/^mountain$/, 'America/Denver'],
  [/^m[sd]?t$/, 'America/Denver', true],
  [/^pacific$/, 'America/Los_Angeles'],
  [/^p[sd]?t$/, 'America/Los_Angeles', true],
  [/^bst$/, 'Europe/London'],
  [/^(cet|cest)$/, 'Europe/Paris'],
]

/** "et" and "est" are French, and only in capitals Eastern time. */
const zoneOf = (name = '') =>
  zones.find(
    ([pattern, , in_capitals]) => pattern.test(name.toLowerCase()) && (!in_capitals || name === name.toUpperCase()),
  )?.[1] ?? null
