import { type ContactReading, readContact } from './contact.ts'
import { type Beyond, readEveryday } from './everyday.ts'
import { readOrdinal } from './numbers.ts'
import { clean } from './text.ts'
import type { TripReading } from './trip.ts'

/** Which quote is meant: by its place in the ranking (1 is the best, -1 the last), its id, or words that may name its operator. */
export type QuoteChoice = {
  ordinal: number | null
  quote_id: string | null
  cheapest: boolean
  words: string
  is_sent: boolean
}

/** What needs nothing but to be named. */
type Plain =
  | 'new_trip'
  | 'change'
  | 'status'
  | 'summary'
  | 'cancel'
  | 'best_quote'
  | 'list_quotes'
  | 'list_requests'
  | 'list_approvals'
  | 'search_flights'
  | 'open_avinode'
  | 'margin_question'
  | 'operator_words'
  | 'show_proposal'
  | 'resend'
  | 'put_aside'
  | 'preferences'
  | 'repeat'
  | 'included'
  | 'distance'
  | 'yes'
  | 'no'
  | 'approve'
  | 'reject'
  | 'greeting'
  | 'bye'
  | 'thanks'
  | 'help'
  | 'problem'
  | 'terms'
  | 'unknown'

export type Intent =
  | { kind: Plain }
  | { kind: 'notice'; text: string }
  | { kind: 'beyond'; about: Beyond }
  | { kind: 'send_proposal'; choice: QuoteChoice }
  | { kind: 'margin'; margin_type: 'percentage' | 'fixed'; margin_value: string }
  | { kind: 'operator_message'; to: string; text: string }
  | { kind: 'create_client'; name: string | null }
  | { kind: 'client_contact'; contact: ContactReading }

type Rule = (text: string, trip: TripReading) => Intent | undefined

const when =
  (pattern: RegExp, kind: Plain): Rule =>
  (text) =>
    pattern.test(text) ? { kind } : undefined

const changeWords =
  /\b(make (it|that|this|them)|change|update|switch|move|instead|actually|set (it|the)|increase|reduce|push|postpone|delay|bring forward|add|remove|correct|correction|should be|rather|no longer|not \d+|ändere|ändern|changez?|modifier|cambia|cambiar)\b/i
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
  short(/^(please )?(don't|do not|never) (?!forget)\w+.*$/i, 'no'),
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
  when(/\b(show|list|see|view|what|which|all|open|my)\b.*\b(requests|trips|deals)\b/i, 'list_requests'),
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
    /^(no|nope|nah|not now|no thanks|no thank you|nein|non|leave it|never mind|nevermind|don't)([,.]? (thanks|thank you|leave it( as it is)?|not now|not yet|never mind|please don't|danke|merci|gracias|that's (fine|all)))*$/i,
    'no',
  ),
  yesRule,
  (text, trip) =>
    changeWords.test(text) && (hasDetails(trip) || trip.doubts.length > 0) ? { kind: 'change' } : undefined,
  (text, trip) => (hasRoute(trip) || (flightWords.test(text) && !hasDetails(trip)) ? { kind: 'new_trip' } : undefined),
  // A question changes nothing: "do you have anything for tomorrow?"
  (text, trip) => (hasDetails(trip) && !text.endsWith('?') ? { kind: 'change' } : undefined),
  short(
    /^(are you (there|around|awake)|hi|hello|hey|good (morning|afternoon|evening)|hallo|guten (tag|morgen)|bonjour|hola|buenos días|moin|servus|how are you|how's it going|how is it going|how do you do|wie geht('s| es)?|ça va|cómo estás|what's up|sup)( there| again| team| jetvision| dana)?([ ,]*(how are you|today|doing|dir|ihnen|all|everyone))*[\s!.,?]*$/i,
    'greeting',
  ),
  when(/\b(thanks?|thank you|thx|cheers|danke|merci|gracias|great job|well done|perfect)\b/i, 'thanks'),
  when(/\b(help|what can you do|how does (this|it) work|what do you do|who are you|hilfe|aide|ayuda)\b/i, 'help'),
]

/** What the broker wants with a text, whatever came before it. */
export function readIntent(original: string, trip: TripReading): Intent {
  const text = clean(original)
  for (const rule of rules) {
    const intent = rule(text, trip)
    if (intent) return intent
  }
  return { kind: 'unknown' }
}

/** Whether the text says anything that a request keeps. */
export const hasDetails = (trip: TripReading) =>
  hasRoute(trip) ||
  trip.departure.date !== null ||
  trip.departure.time !== null ||
  trip.back !== null ||
  trip.passengers !== null ||
  trip.budget !== null ||
  trip.aircraft_type !== null ||
  trip.aircraft_category !== null ||
  trip.client !== null ||
  trip.wishes.length > 0 ||
  trip.is_one_way ||
  trip.is_round_trip

const hasRoute = (trip: TripReading) => trip.legs.length > 0

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
  return trip.wishes.length > 0 && dropsWish.test(text) ? { kind: 'change' } : { kind: 'cancel' }
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

function marginRule(text: string): Intent | undefined {
  if (!/\b(margin|mark-?up|marge|margen)\b/i.test(text)) return undefined
  const found =
    /(\d+(?:[.,]\d+)?) ?(%|percent|prozent|por ciento|pour cent)/i.exec(text) ?? /(\d[\d,.]*) ?(k)?/i.exec(text)
  if (!found?.[1]) return /\?|\b(what|how (much|high)|which)\b/i.test(text) ? { kind: 'margin_question' } : undefined
  const is_percentage = /%|percent|prozent|por ciento|pour cent/i.test(found[2] ?? '')
  const plain = is_percentage ? found[1].replace(',', '.') : found[1].replace(/[,.](?=\d{3}\b)/g, '')
  return {
    kind: 'margin',
    margin_type: is_percentage ? 'percentage' : 'fixed',
    margin_value: String(Number(plain) * (found[2]?.toLowerCase() === 'k' ? 1000 : 1)),
  }
}

/** "go with Elite": whatever is named, it is for the quotes to say whether one is called that. */
function namedChoiceRule(text: string, trip: TripReading): Intent | undefined {
  const named =
    /^(?:ok(?:ay)?,? |yes,? |great,? |please )*(?:let's |we(?:'ll| will)? |they(?:'ll| will)? |i(?:'ll| will)? |the client (?:wants to |will )?)?(?:go(?:es|ing)? with|take|choose|pick|select|accept|propose) ((?:the )?\p{Lu}[\p{L}&'. -]{1,40})$/iu.exec(
      text.replace(/[.!]+$/, ''),
    )
  if (
    !named?.[1] ||
    hasDetails(trip) ||
    readOrdinal(text) !== null ||
    /\b(cheapest|best|one|it|that|this)\b/i.test(text)
  )
    return undefined
  const choice = { ordinal: null, quote_id: null, cheapest: false, words: named[1], is_sent: true }
  return { kind: 'send_proposal', choice }
}

function sendRule(text: string): Intent | undefined {
  const quote_id = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/i.exec(text)?.[0] ?? null
  const makes =
    /\b(send|e-?mail|mail|forward|share|prepare|draft|make|generate|create|write|do)\b.*\b(proposals?|offer letter|pdf)\b/i.test(
      text,
    )
  const sends =
    /\b(send|e-?mail|mail|forward|share)\b.*\b(the|that|this)\b.*\b(quote|offer|one|option)\b|\bsend (it|this|that) to the client\b/i.test(
      text,
    )
  const picks =
    /\b((go|proceed|continue) (ahead |forward )?with|move forward with|let's do|take|choose|pick|select|accept|book|use|propose)\b.*(?:\b(one(?![- ]way)|quote|offer|option|first|second|third|fourth|fifth|best|cheapest|number \w+)\b|#\d)/i.test(
      text,
    )
  const foreign =
    /\b(schick|sende|envoie[zr]?|envía|enviar|mande)\w*\b.*\b(angebot|offre|proposition|propuesta|oferta)/i.test(text)
  if (!makes && !sends && !picks && !foreign) return undefined
  const cheapest = /\b(cheapest|lowest|least expensive|günstigste|moins chère|más barat)/i.test(text)
  const ordinal = readOrdinal(text) ?? (/\bbest\b/i.test(text) ? 1 : null)
  const is_sent = sends || picks || foreign || /\b(send|e-?mail|mail|forward|share)\b/i.test(text)
  return { kind: 'send_proposal', choice: { ordinal, quote_id, cheapest, words: text, is_sent } }
}

/** "Acme's email is jordan@acme.com", or only the address where it was asked for. */
function contactRule(text: string, trip: TripReading): Intent | undefined {
  const is_other =
    trip.legs.length > 0 ||
    text.length > 200 ||
    /^(yes|ok|sure|ja|oui|sí)\b|\b(create|new) (a |the )?(new )?client\b/i.test(text)
  const contact = is_other ? null : readContact(text)
  return contact ? { kind: 'client_contact', contact } : undefined
}

function clientRule(text: string, trip: TripReading): Intent | undefined {
  const asked =
    /\b(create|add|set up|register|new|make|lege?|crée[rz]?|crea[r]?)\b.*\b(clients?|customers?|accounts?|kunden?|cliente)\b/i.test(
      text,
    )
  return asked && trip.legs.length === 0 ? { kind: 'create_client', name: trip.client } : undefined
}

function operatorRule(text: string): Intent | undefined {
  const found =
    /^(?:please |can you |could you )?(?:ask|tell|message|answer|write(?: to)?|reply(?: to)?|inform|let)\s+(?!me\b|us\b|the client\b|my client\b|our client\b|for\b|about\b|(?:an?|the|your) (?:e-?mail|mail|message|letter|proposal|note|offer|quote|instructions?)\b)(.{2,60}?)(?:\s+know)?\s*(?::|,|\bthat\b|\bif\b|\bwhether\b|\bto\b)\s*(.{3,})$/iu.exec(
      text,
    )
  const wish =
    /^(?:please |can you |could you )?(?:ask|negotiate with|push|press)\s+(?!me\b|us\b|for\b|the client\b|my client\b)(.{2,40}?)(?:\s+for\s+(.{3,})|\s+down(?: on price)?)?$/iu.exec(
      text,
    )
  const asks_price = wish?.[1] && (wish[2] || /\b(negotiate|push|press|down)\b/i.test(text))
  if (!found && wish?.[1] && asks_price) {
    const to = wish[1].replace(/^the (operator )?/i, '').replace(/ down(?: on price)?$/i, '')
    return {
      kind: 'operator_message',
      to,
      text: `Could you offer ${(wish[2] ?? 'a better price').replace(/[.?!]*$/, '')}?`,
    }
  }
  if (!found?.[1] || !found[2]) return undefined
  const question = /\b(ask)\b/i.test(text) && /\b(if|whether)\b/i.test(text)
  return {
    kind: 'operator_message',
    to: found[1].replace(/^the (operator )?/i, ''),
    text: question ? asQuestion(found[2]) : sentence(found[2]),
  }
}

const sentence = (text: string) => {
  const whole = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(whole) ? whole : `${whole}.`
}

/** "they can do wifi" asked of an operator is "Could you tell us whether you can do wifi?" */
const asQuestion = (text: string) =>
  `Could you tell us whether ${text.replace(/^they\b/i, 'you').replace(/[.?!]*$/, '')}?`
