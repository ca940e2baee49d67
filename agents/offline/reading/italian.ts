/** Words by which a text is known to be Italian; several of them, as some are Spanish or French as well. */
const signs =
  /(?<!\p{L})(?:volo|domani|dopodomani|ritorno|rientro|andata|passegger[io]|persone|siamo|vorre(?:i|mmo)|(?:ci|mi) serve|servono|abbiamo|bisogno|alle|dal|della|dei|gli|il|da|di|per|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|novembre|dicembre|luned[iì]|marted[iì]|mercoled[iì]|gioved[iì]|venerd[iì]|sabato|domenica|prossim[ao]|settimana|mattina|pomeriggio|sera|buon(?:giorno|asera)|ciao|grazie|mila)(?!\p{L})/giu
/** "il" is French, and "da", "di", "per" and "dal" are small words elsewhere: without one of the others they say nothing. */
const weak = /^(?:il|da|di|per|dal|dei|alle)$/i

const counts = new Map([
  ['un', 1],
  ['una', 1],
  ...'uno due tre quattro cinque sei sette otto nove dieci undici dodici'
    .split(' ')
    .map((word, at) => [word, at + 1] as const),
])

/** What is said, and the words that the other rules know for it; longer phrases first, as each is replaced where it stands. */
const phrases: [RegExp, string][] = [
  [/(\d{1,2})\/(\d{1,2})(?:\/(\d{2,4}))?/i, '$1.$2.$3'],
  [/buon(?:giorno|asera)|ciao|salve/i, 'hello'],
  [/andata e ritorno/i, 'round trip'],
  [/solo andata|sola andata/i, 'one way'],
  [/(?:il )?(?:volo di )?(?:ritorno|rientro)/i, 'return'],
  [/dopodomani/i, 'day after tomorrow'],
  [/domani mattina/i, 'tomorrow morning'],
  [/domani sera/i, 'tomorrow evening'],
  [/domani/i, 'tomorrow'],
  [/stasera|questa sera/i, 'this evening'],
  [/oggi/i, 'today'],
  [/ieri/i, 'yesterday'],
  [/(?:la )?(?:settimana prossima|prossima settimana)/i, 'next week'],
  [/(?:il )?(?:fine settimana|week-?end)/i, 'weekend'],
  [/(?:(?:di|la|in|al|nel) )?(?:mattina|mattinata|mattino)/i, 'in the morning'],
  [/(?:(?:di|nel|il|al) )?pomeriggio/i, 'in the afternoon'],
  [/(?:(?:di|la|in) )?(?:sera|serata)/i, 'in the evening'],
  [/a mezzogiorno/i, 'at noon'],
  [/a mezzanotte/i, 'at midnight'],
  [/(?:alle ore|alle|ore)(?= \d)/i, 'a las'],
  [/(?:siamo|saremo|sono) in/i, 'we are'],
  [/passegger[io]|viaggiator[ei]/i, 'passengers'],
  [/person[ea]/i, 'people'],
  [/adult[oi]/i, 'adults'],
  [/ospit[ei]/i, 'guests'],
  [/bambin[oa]/i, 'child'],
  [/bambin[ie]/i, 'children'],
  [/neonat[oaie]/i, 'infants'],
  [/amic[oi]|amiche/i, 'friends'],
  [/collegh[ie]|collega/i, 'colleagues'],
  [/milion[ei]/i, 'million'],
  [/mila/i, 'thousand'],
  [/jet leggero/i, 'light jet'],
  [/jet (?:medio|di medie dimensioni)/i, 'midsize jet'],
  [/jet pesante/i, 'heavy jet'],
  [/(?:(?:il|un) )?cane/i, 'dog'],
  [/(?:(?:il|un) )?gatto/i, 'cat'],
  [/bagagli/i, 'luggage'],
  [/(?:gli )?sci/i, 'skis'],
  [/cliente/i, 'client'],
  [/al massimo|massimo/i, 'max'],
  [/(?:ci|mi) servono?|vorre(?:i|mmo)|abbiamo bisogno di|ho bisogno di/i, 'need'],
  [/(?:un )?volo/i, 'flight'],
  [/andare/i, 'go'],
  [/grazie/i, 'thanks'],
  [/annulla(?:re|te)?/i, 'cancel'],
  [/gennaio/i, 'january'],
  [/febbraio/i, 'february'],
  [/marzo/i, 'march'],
  [/aprile/i, 'april'],
  [/maggio/i, 'may'],
  [/giugno/i, 'june'],
  [/luglio/i, 'july'],
  [/agosto/i, 'august'],
  [/settembre/i, 'september'],
  [/ottobre/i, 'october'],
  [/novembre/i, 'november'],
  [/dicembre/i, 'december'],
  [/luned[iì]/i, 'monday'],
  [/marted[iì]/i, 'tuesday'],
  [/mercoled[iì]/i, 'wednesday'],
  [/gioved[iì]/i, 'thursday'],
  [/venerd[iì]/i, 'friday'],
  [/sabato/i, 'saturday'],
  [/domenica/i, 'sunday'],
  [/il prossimo|la prossima|prossim[oa]/i, 'next'],
  [/(?:da|dal|dalla|dall')(?= ?[A-Z])/, 'from'],
  [/ad?(?= [A-Z])/, 'to'],
  [/per/i, 'para'],
  [/con/i, 'with'],
  [/il(?= \d)/i, 'on'],
  [/un|una/i, 'a'],
  [/e(?= )/i, 'and'],
  [/Londra/i, 'London'],
  [/Mosca/i, 'Moscow'],
  [/Monaco di Baviera/i, 'Munich'],
  [/Francoforte/i, 'Frankfurt'],
  [/Barcellona/i, 'Barcelona'],
  [/Lisbona/i, 'Lisbon'],
  [/Atene/i, 'Athens'],
  [/Berlino/i, 'Berlin'],
  [/Amburgo/i, 'Hamburg'],
  [/Varsavia/i, 'Warsaw'],
  [/Maiorca/i, 'Mallorca'],
]

const bordered = phrases.map(
  ([phrase, meant]) =>
    [new RegExp(`(?<![\\p{L}\\d])(?:${phrase.source})(?![\\p{L}\\d])`, `g${phrase.flags}u`), meant] as const,
)
const spelt = new RegExp(
  `(?<!\\p{L})(?:${[...counts.keys()].join('|')})(?= (?:people|passengers|adults|child|children|infants|friends|colleagues)(?!\\p{L}))|(?<=we are )(?:${[...counts.keys()].join('|')})(?!\\p{L})`,
  'giu',
)

/** An Italian text in the words that the rules know; any other text as it is. */
export function fromItalian(text: string): string {
  const found = new Set([...text.matchAll(signs)].map(([word]) => word.toLowerCase()))
  const is_italian = found.size > 1 && [...found].some((word) => !weak.test(word))
  if (!is_italian) return text
  const known = bordered.reduce((rest, [phrase, meant]) => rest.replace(phrase, meant), text)
  return known.replace(spelt, (word) => String(counts.get(word.toLowerCase())))
}
