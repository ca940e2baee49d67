import { readContact } from './contact.ts'
import { hasDetails } from './details.ts'
import type { Intent } from './intent-kinds.ts'
import { readOrdinal } from './numbers.ts'
import type { TripReading } from './trip.ts'

/** Orders that carry something: which quote, what margin, whose address, what to write to whom. */

export function marginRule(text: string): Intent | undefined {
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
export function namedChoiceRule(text: string, trip: TripReading): Intent | undefined {
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

export function sendRule(text: string): Intent | undefined {
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
export function contactRule(text: string, trip: TripReading): Intent | undefined {
  const is_other =
    trip.legs.length > 0 ||
    text.length > 200 ||
    /^(yes|ok|sure|ja|oui|sí)\b|\b(create|new) (a |the )?(new )?client\b/i.test(text)
  const contact = is_other ? null : readContact(text)
  return contact ? { kind: 'client_contact', contact } : undefined
}

export function clientRule(text: string, trip: TripReading): Intent | undefined {
  const asked =
    /\b(create|add|set up|register|new|make|lege?|crée[rz]?|crea[r]?)\b.*\b(clients?|customers?|accounts?|kunden?|cliente)\b/i.test(
      text,
    )
  return asked && trip.legs.length === 0 ? { kind: 'create_client', name: trip.client } : undefined
}

export function operatorRule(text: string): Intent | undefined {
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
