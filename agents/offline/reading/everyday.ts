import type { Beyond, Intent, Plain } from './intent-kinds.ts'
import type { TripReading } from './trip.ts'

const cannot: [Beyond, RegExp][] = [
  [
    'reminder',
    /\bremind me (?!what|of|where|which|who|how|when (they|we|it)\b)|\bset (a|an) (reminder|alarm)\b|\berinnere mich\b/i,
  ],
  [
    'call',
    /\b(can you |please )?(call|phone|ring|text|whatsapp) (me|them|him|her|the (client|operator))\b(?! (back )?(when|once))/i,
  ],
  [
    'undo',
    /^(please )?(undo|revert|roll back|take that back|go back|start over)( (that|it|this|the (last )?change))?$/i,
  ],
  [
    'booking',
    /^(please |ok,? |great,? |yes,? )?(book|confirm|reserve) (it|this|that|the (flight|jet|aircraft|trip|plane))( now| then| please)?$/i,
  ],
  [
    'discount',
    /\b(discount|knock .* off|(lower|reduce|drop|cut) (the|our|their) (price|quote|offer|total)|make it cheaper|better price|get (them|it|him|her|the price|the operator) down)\b/i,
  ],
  [
    'completion',
    /\b(mark|set|flag) (it|this|that|the (deal|trip|request)) (as )?(completed?|done|closed|won)\b|^close (it|the (deal|trip|request))$/i,
  ],
  [
    'recipient',
    /\b(send|forward|e-?mail|mail) (it|this|that|the (proposal|e-?mail|pdf|offer)) (to|also to) (?!(the |our |my )?(client|customer)\b|.*@)|\b(cc|bcc|copy)\b .*\b(assistant|colleague|her|him|them|me|boss|partner|secretary|pa)\b/i,
  ],
  ['empty_legs', /\bempty[- ]?legs?\b.*\?|^(any|show|find|search|list|are there|do you have)\b.*\bempty[- ]?legs?\b/i],
  [
    'permission',
    /^(and )?(can|could|may|are) (they|he|she|the (client|guests|passengers)) (allowed to |able to )?(bring|smoke|take|have|get|use|eat|drink)\b.*\?$/i,
  ],
  [
    'transport',
    /\b(helicopters?|chopper|yacht|boat|train|limo(usine)?|bus|hotel|restaurant|spaceship|rocket|commercial (flight|ticket)|first[- ]class ticket)\b/i,
  ],
  [
    'weather',
    /\b(weather|forecast)\b|\bwill it (rain|snow|be (cold|hot|sunny|foggy))\b|\bwie (ist|wird) das wetter\b/i,
  ],
  ['clock', /^what time is it\b/i],
]

/** In the order in which they are asked. */
const everyday: [Plain, RegExp][] = [
  [
    'cancel',
    /^(please )?(delete|remove) (it|this|that|(the |this |that )(whole |entire )?(trip|request|deal))( please| again)?$|\bcall (it|this|that|the (trip|flight|deal)|everything) off\b|\b(the |our |my )?client(s| has| have)? (just )?(cancell?ed|called it off|backed out|pulled out)\b/i,
  ],
  [
    'repeat',
    /\bsame (trip|flight|route)( again)?\b(?!.*\b(status|quotes?)\b)|\b(trip|flight) (once )?(again|more)\b|\b(repeat|copy|duplicate) (the|this|that) (trip|request|flight)\b/i,
  ],
  [
    'resend',
    /\bre-?send\b|\bsend (it|that|this|the (e-?mail|proposal|offer)) (once )?(again|more)\b|\b(client|customer|he|she|they) (did not|didn't|never|hasn't|haven't|has not) (get|got|receive|received|see|seen) (the|our|any|an?|your|it|that)\b/i,
  ],
  [
    'list_approvals',
    /\bwhat('s| is| are)? (still )?(pending|waiting for me|open for approval)\b|\bwhat (do|must|should) i (have to )?(approve|decide|sign off)\b|\b(pending|open) approvals?\b|\bwho('s| is)? (still )?waiting (on|for) (me|us)\b|\b(anything|something) (is )?(waiting|pending|open) (for|on) me\b|\bwhat (do|does) (you|they|everyone) need from me\b/i,
  ],
  [
    'operator_words',
    /\b(what|did|has|have|does|do)\b(?!.*\b(clients?|customers?|acme)\b).*\b(say|said|says|write|wrote|written|mention\w*|respond\w*)\b(?!.*\bto (him|her|the client)\b)/i,
  ],
  [
    'best_quote',
    /\b(cheapest|least expensive|lowest( price)?|best)( (one|option|offer|quote|price))?\?$|\bcompare (the |them|those|all|both)\b|\b(what('s| is) the )?difference between\b|\bwhy (is|are|did|does) .*\b(best|first|ranked|top|recommended|second|last|better)\b|\b(le|la) moins ch(er|ère)\b|\bm[áa]s barat[oa]\b|\b(welche[rs]?|was) .*\b(günstig|billig|best)\w*/i,
  ],
  [
    'margin_question',
    /\bwhat (are|do|will|would) we (be )?(making|make|earn|earning)\b|\b(how much|what) (would|will|does|do|is) (the |our )?(client|customer)('s)? (pay|price|total|cost)\b|\b(our|the) (profit|commission)\b/i,
  ],
  [
    'list_quotes',
    /\bwhat('s| are| were)? (the|their) prices\b|\bhow much (is|are|was|does|do|did) (?!it to|a |an )(?!.*\b(from|to) \p{Lu}).*\b(one|quote|offer|they|cost|want|ask|charge)\b|\b(when|how long|until when)\b.*\b(quotes?|offers?|prices?)\b.*\b(expires?|valid|good|runs? out)\b|\b(is|are) (the|that|this|it|they|the .*) (still )?available\b/iu,
  ],
  [
    'included',
    /\bwhat('s| is)( all)? included\b|\b(price|quote|offer|that) .*\b(include|including|incl\.?) .*\b(tax|taxes|fees?|catering|fuel|handling|landing)\b|\b(are|is) (the )?(taxes|fees|catering|tax|fuel|handling) included\b/i,
  ],
  [
    'preferences',
    /\b(what|which)\b.*\b(preferences?|likes?|prefers?|favou?rites?)\b(?!.*\b(budget|quote)\b)|\bpreferences of\b|^(show|tell)\b.*\bpreferences\b/i,
  ],
  [
    'show_proposal',
    /\b(show|see|open|download|view|give me|where('s| is)|get)\b.*\b(proposal|pdf|document)\b(?!.*\b(to|for) (the )?client\b)/i,
  ],
  [
    'open_avinode',
    /\b(more|other|another|additional|different) operators?\b|\b(get|ask for|collect|find|want|need)\b.*\b(more|other|another|additional) (quotes?|offers?)\b/i,
  ],
  [
    'put_aside',
    /^(please )?(reject|decline|turn down|put aside|dismiss|skip)\b.*\b(quote|offer|one|first|second|third|option|number)\b/i,
  ],
  [
    'status',
    /\b(stands?|standing|latest|anything new|news)\b(?! (up|for|by))|\bwhere('s| is) (this|that|it)\b|\bwhat('s| is| about) (up |going on )?with (the|our)\b|^((can|could) you )?(please )?(give me |send me )?(an? |the )?(quick )?(update|recap|summary|overview)( me)?( please| on (it|this|that))?$|\bupdate me\b|\b(any|some) (word|answers?|replies|reply|response|feedback) (from|by)\b|\b(has|have|did) (anyone|anybody|someone|they|any)\b.*\b(quoted?|answer\w*|repl\w+|respond\w*|come back)\b|\b(who|which)\b.*(\b(not|missing|silent|outstanding|open|still|yet)\b|n't\b)|\bhow many operators\b|\bremind me (what|of|where|which|who|how|when)\b|\bwhat('s| is| was) (the|their|our) (itinerary|route|budget|schedule|plan|details)\b|\bwho('s| is) (the|our) client\b|\bwhen (do|does|are|is) (they|he|she|the client|it|we)\b|\bhow many (passengers|people|pax|guests)\b.*\?|\bwhat (aircraft|jet|plane) (is|are|did|was)\b|\b(has|did|is) \S+ (already |yet )?(signed|accepted?|opened?|answered?|confirmed|paid|decided?|read)\b|\bdid you (already )?(send|e-?mail|create|do|make)\b|\b(was|is|has) (the|it|that)( e-?mail| proposal| offer)? ?(been )?(sent|delivered|out|ready|done)( yet)?\?|\bare (they|the quotes|we) (ready|in|done|all in)\b|\b(next steps?|what (should|do|must) (i|we) do( next| now)?|what now)\b|\bstatus\b|\bwo stehen wir\b|\bstand\?$|\bnoch nicht geantwortet\b|\bgibt es (was |etwas )?neues\b|\bwas (gibt's|gibt es) neues\b|\boù en (est|sommes|sont)\b|\bdu nouveau\b|\bcómo (va|vamos)\b|\bqué tal va\b|\ben qué punto\b/i,
  ],
  [
    'bye',
    /^(ok,? |great,? |thanks,? |alright,? )?(bye|good ?bye|see you|talk (to you )?(later|soon|tomorrow)|good night|have a (good|nice|great) .{2,20}|tschüss|bis (später|morgen)|au revoir|adiós|hasta luego)( then| now)?$/i,
  ],
  [
    'thanks',
    /^(ok|okay|great|perfect|alright|all right|good|cool|super|nice)?[,!. ]*(thanks?|thank you|thx|cheers|ta|danke|merci|gracias)\b/i,
  ],
  ['yes', /^(that )?(sounds|looks) (good|great|fine|right)$/i],
]

/** "book a helicopter", but not "they also need a helicopter transfer", which is a wish of a flight. */
const isWanted =
  /^(?:please |can you |could you |i |we )*(?:want |need |book |get |find |arrange |charter |rent |order )?(?:me |us |him |her |them )?(?:on |in )?(?:a |an |the )?(?:helicopters?|chopper|yacht|boat|train|limo\w*|bus|hotel|restaurant|spaceship|rocket|commercial|first)\b(?! (?:transfer|ride|pick|to the (?:hotel|city|plane)))/i

/**
 * What brokers say all day about a deal that is there already. A text that describes a flight is none of it: it says where from
 * and where to, and when or for how many.
 */
export function readEveryday(text: string, trip: TripReading): Intent | undefined {
  const has_leg = trip.legs.some(({ from, to }) => from && to)
  const is_trip = has_leg && (trip.passengers !== null || trip.legs.some(({ date }) => date !== null))
  const bare = text.replace(/[.!]+$/, '').trim()
  if (bare.length > 160 || (is_trip && !/\?$|\bempty[- ]?legs?\b/.test(bare))) return undefined
  const about = cannot.find(([, pattern]) => pattern.test(bare))?.[0]
  const is_wish =
    (about === 'empty_legs' && trip.passengers !== null) || (about === 'transport' && !isWanted.test(bare))
  if (about && !is_wish) return { kind: 'beyond', about }
  const kind = is_trip ? undefined : everyday.find(([, pattern]) => pattern.test(bare))?.[0]
  return kind && { kind }
}
