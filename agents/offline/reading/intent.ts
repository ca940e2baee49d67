import { hasDetails, hasRoute } from './details.ts'
import type { Doubt } from './doubts.ts'
import { readEveryday } from './everyday.ts'
import type { Intent, Plain } from './intent-kinds.ts'
import { clientRule, contactRule, marginRule, namedChoiceRule, operatorRule, sendRule } from './orders.ts'
import { isRelativeTime } from './relative.ts'
import { clean } from './text.ts'
import type { TripReading } from './trip.ts'

type Rule = (text: string, trip: TripReading) => Intent | undefined

const when =
  (pattern: RegExp, kind: Plain): Rule =>
  (text) =>
    pattern.test(text) ? { kind } : undefined

const changeWords =
  /\b(make (it|that|this|them)|change|update|switch|move|instead|actually|set (it|the)|increase|reduce|push|postpone|delay|bring forward|add|remove|correct|correction|should be|rather|no longer|not \d+|(?:scratch|strike) that|i meant?|oops|sorry|my (?:mistake|bad)|ändere|ändern|changez?|modifier|cambia|cambiar)\b/i
/** A complete trip is a new one, unless these speak of one that exists. */
const retell =
  /\b(make (it|that|this)|change|update|instead|actually|switch|rather|(move|push|set) (it|that|the|this))\b/i
const flightWords =
  /\b(flights?|fly|flying|jets?|charter|quotes?|trip|plane|aircraft|flug|fliegen|vol|vuelo|avion|avión|take .* (from|to))\b/i

const howFar =
  /\b(how far (is|are)|distance|flight time|how long (is|does|would|will|to fly)|wie weit|wie lange (fliegt|dauert)|quelle distance|a qué distancia)\b/i

/** "what's the flight time?", of the trip that this chat is about. */
const isFlightTime = (text: string, { legs }: TripReading) =>
  legs.length === 0 && /\bflight time\b|\bhow long (is|does) (the flight|it take|the trip take)\b/i.test(text)

const summaryWords =
  /\b(summari[sz]e|summary|sum (it|this|that|everything|the .*)? ?up|recap|catch me up|(bring|get) me up to (speed|date)|tl;?dr|zusammenfass\w*|fasse? .*zusammen|résum\w*|resum(e|en|ir))\b/i

/** In the order in which they are asked: the first that fits decides. */
const rules: Rule[] = [
  (text) =>
    text.startsWith('[JetVision]') ? { kind: 'notice', text: text.replace('[JetVision]', '').trim() } : undefined,
  operatorRule,
  namedChoiceRule,
  // What must not be done is not done.
  short(/^((no|wait|please|stop|actually|oh),? )*(don't|do not|never) (?!forget)\w+.*$/i, 'no'),
  when(
    /\b(cancellation|refund|payment|deposit) (policy|policies|terms|fees?|conditions)\b|\b(terms|conditions) of (cancellation|payment)\b/i,
    'terms',
  ),
  (text, trip) =>
    trip.passengers === null &&
    ((howFar.test(text) && trip.legs.some(({ from, to }) => from && to)) || isFlightTime(text, trip))
      ? { kind: 'distance' }
      : undefined,
  (text, trip) => (trip.legs.length === 0 && summaryWords.test(text) ? { kind: 'summary' } : undefined),
  when(
    /\b(status|any (news|updates?|progress|quotes?)|how (is|are|'s) .*(going|doing|coming|looking)|where (are|do) we( stand)?|what('s| is) (happening|going on|next|new)|updates? on|state of|how far|have .* (answered|replied|quoted)|(what|how) about the .*(trip|request|deal)|(did|has) the client|is the trip in avinode|what happened|stand der|wie (steht|läuft)|où en est|estado|novedades)\b/i,
    'status',
  ),
  readEveryday,
  cancelRule,
  marginRule,
  when(
    /\b(what|anything|did|do|does|show|read)\b.*\b(operators?|they)\b.*\b(writes?|wrote|written|says?|said|mention\w*|tell|told)\b|\b(messages?|words|notes?) (of|from) (the )?operators?\b/i,
    'operator_words',
  ),
  (text, trip) => (isNewTrip(text, trip) ? { kind: 'new_trip' } : undefined),
  sendRule,
  when(
    /\b(which|what|who)\b.*\b(best|cheapest|better|recommend\w*|winner|favou?rite)\b|\bbest (quote|offer|option|one|price)\b|\b(compare|rank|score|analy[sz]e|evaluate)\b.*\b(quotes?|offers?|options?|them)\b|\brecommend\w*\b|\bwhich (one |quote |offer )?(should|would) (i|we|you)\b|\b(bestes?|günstigste\w*) angebot\b|meilleure offre|mejor oferta/i,
    'best_quote',
  ),
  contactRule,
  clientRule,
  (text, trip) =>
    trip.legs.length === 0 &&
    /\bhow much\b.*\b(cost|costs|is it|be)\b|\bwhat('s| is| will be) the (price|cost|total)\b|\bwas kostet (das|es|er)\b/i.test(
      text,
    )
      ? { kind: 'list_quotes' }
      : undefined,
  when(
    /\b(show|list|see|view|what|which|how many|any|tell me about)\b.*\b(quotes|offers|angebote|offres|ofertas)\b|\b(how much|what).*\b(quote|offer|one)\b.*\b(cost|price)|\bprice of the\b/i,
    'list_quotes',
  ),
  when(
    /\b(show|list|see|view|what|which|all|open|my)\b.*\b(requests|trips|deals)\b|\bwhat (do|have) (i|we) (have |got )*(open|on|running|in progress|in the works|going)\b|\bwhat('s| is) on (my|our) (plate|desk|list)\b/i,
    'list_requests',
  ),
  when(/\b(open avinode|avinode link|deep ?link|link to avinode|where('s| is) the link)\b/i, 'open_avinode'),
  when(
    /\b(search|find|look for|source) (the )?(flights?|aircraft|operators?)\b|\b(create|put|start) (the |it |this )?(trip|sourcing|search)?.*\b(in|into|on) avinode\b|\bstart (the )?(sourcing|search)\b|\btry (it )?again\b/i,
    'search_flights',
  ),
  when(
    /\b(why|what)\b.*\b(fail\w*|wrong|stuck|broken|errors?|hang\w*|taking so long)\b|\b(error|problem|issue) (with|in|on)\b|something('s| is) wrong/i,
    'problem',
  ),
  short(
    /^(approved?|i approve|approve it|looks good,? (send|approve).*|go ahead and send.*|send it( now)?)$/i,
    'approve',
  ),
  short(/^(reject(ed)?|decline|don't send( it)?|do not send( it)?|i reject.*)$/i, 'reject'),
  short(
    /^(ok,? |please )*(hold on|hang on|hold off|wait|stand by|not yet|(just )?(one|a) (sec|second|moment|minute)|give me (a|one) (sec|second|moment|minute)|moment( mal)?|un momento|un instant|warte( mal)?)( please| for now| a (sec|second|moment|minute|bit))?$/i,
    'no',
  ),
  short(
    /^(no|nope|nah|not now|no thanks|no thank you|nein|non|leave it|never mind|nevermind|don't)([,.]? (thanks|thank you|leave it( as it is)?|not now|not yet|never mind|please don't|danke|merci|gracias|that's (fine|all)))*$/i,
    'no',
  ),
  yesRule,
  (text, trip) =>
    changeWords.test(text) && (hasDetails(trip) || trip.doubts.length > 0) ? { kind: 'change' } : undefined,
  (text, trip) => (isLonePlace(text, trip) || isRelativeTime(text) ? { kind: 'change' } : undefined),
  (text, trip) => (hasRoute(trip) || (flightWords.test(text) && !hasDetails(trip)) ? { kind: 'new_trip' } : undefined),
  // A question changes nothing: "do you have anything for tomorrow?"
  (text, trip) =>
    (hasDetails(trip) || trip.doubts.some(isSenseless)) && !text.endsWith('?') ? { kind: 'change' } : undefined,
  short(
    /^(are you (there|around|awake)|ciao|salve|buon(giorno|asera)|hi|hello|hey|good (morning|afternoon|evening)|hallo|guten (tag|morgen)|bonjour|hola|buenos días|moin|servus|how are you|how's it going|how is it going|how do you do|wie geht('s| es)?|ça va|cómo estás|what's up|sup)( there| again| team| jetvision| dana)?([ ,]*(how are you|today|doing|dir|ihnen|all|everyone))*[\s!.,?]*$/i,
    'greeting',
  ),
  when(/\b(thanks?|thank you|thx|cheers|danke|merci|gracias|grazie|great job|well done|perfect)\b/i, 'thanks'),
  when(/\b(help|what can you do|how does (this|it) work|what do you do|who are you|hilfe|aide|ayuda)\b/i, 'help'),
]

/** "from Morristown", "White Plains would be better": of a trip that is there already, if there is one. */
const isLonePlace = (text: string, { legs, passengers }: TripReading) => {
  const [leg] = legs
  const is_lone = leg && legs.length === 1 && !(leg.from && leg.to) && leg.date === null && passengers === null
  return Boolean(is_lone) && text.split(' ').length < 8 && !flightWords.test(text) && !text.endsWith('?')
}

const isSenseless = ({ about, because }: Doubt) => because === 'impossible' || about === 'budget'

/** What the broker wants with a text, whatever came before it. */
export function readIntent(original: string, trip: TripReading): Intent {
  const text = clean(original)
  for (const rule of rules) {
    const intent = rule(text, trip)
    if (intent) return intent
  }
  return { kind: 'unknown' }
}

const isNewTrip = (text: string, trip: TripReading) => {
  if (trip.doubts.some(({ about, because }) => about === 'trip' && because === 'several')) return true
  const has_leg = trip.legs.some(({ from, to }) => from && to)
  const has_more = trip.passengers !== null || trip.doubts.length > 0 || trip.legs.some(({ date }) => date !== null)
  const is_counted = trip.passengers !== null || trip.legs.every(({ passengers }) => passengers !== null)
  const is_complete = is_counted && trip.legs.every(({ date }) => date !== null)
  const words = is_complete ? retell : changeWords
  const changes = words.test(text) && !/\b(new|another) (trip|request|flight)\b/i.test(text)
  return has_leg && has_more && !changes
}

const cancels = /(?<!\p{L})(?:cancel|call off|scrap|drop|kill|stornier\w*|annul\w*|cancela\w*)(?!\p{L})/iu
const dropsWish =
  /(?<!\p{L})(?:cancel|scrap|drop|kill) (?:the |their |his |her |our |that |this |all )?(?!trip|request|flight|deal|booking|charter|rfqs?|everything|all|whole|entire|it(?!\p{L})|this|that)/iu

/** "cancel it", but not "drop the ski bag", which takes a wish back, nor a question about the policy. */
function cancelRule(text: string, trip: TripReading): Intent | undefined {
  if (!cancels.test(text) || /\b(policy|policies|fees?|terms|don't|do not|without|if i|can i)\b/i.test(text))
    return undefined
  return (trip.wishes.length > 0 || trip.client !== null || trip.is_one_way) && dropsWish.test(text)
    ? { kind: 'change' }
    : { kind: 'cancel' }
}

function short(pattern: RegExp, kind: 'approve' | 'reject' | 'no' | 'greeting'): Rule {
  return (text) => (text.length < 60 && pattern.test(text.replace(/[.!]+$/, '')) ? { kind } : undefined)
}

function yesRule(text: string): Intent | undefined {
  return /^(yes|yep|yeah|yup|sure|ok|okay|please do|do (it|that|so)|go ahead|correct|right|exactly|that's right|confirmed|ja|oui|sí|si|claro|bitte|create (it|them|him|her|the client))(?![\p{L}])/iu.test(
    text,
  )
    ? { kind: 'yes' }
    : undefined
}
