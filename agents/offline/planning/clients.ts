import type { ContactReading } from '../reading/contact.ts'
import { hasDetails } from '../reading/details.ts'
import type { TripReading } from '../reading/trip.ts'
import { changeRequest, clientSentence } from './change.ts'
import { ClientAnswer } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { isOpen } from './which-request.ts'

/** "create a client called Brightwater Capital": created, and attached where the conversation's request has none. */
export function planCreateClient(turn: Turn, name: string | null, trip: TripReading): Step {
  if (!name)
    return say(
      'What is the name of the client? A contact name and an e-mail address help, as proposals are sent there.',
    )
  const { request } = turn.situation
  const outcome = resultOf(turn, 'client_data', ClientAnswer)
  const wants_client = request && isOpen(request) && !request.client
  if (!outcome) {
    const task =
      `Create the client "${name}"${wants_client ? ' and attach it to the request' : ''}. The broker agreed. ${contactIn(turn.text)}`.trim()
    return call('client_data', { task, request_id: wants_client ? request.id : null })
  }
  const rest = { ...trip, client: null }
  if (outcome.ok && request && wants_client && hasDetails(rest)) return changeRequest(turn, trip, request)
  const has_email = !outcome.ok || !outcome.value.client || Boolean(outcome.value.client.email)
  const sentences = [
    clientSentence(name, outcome),
    outcome.ok && outcome.value.client && wants_client && 'It is attached to the request.',
    !has_email && 'It has no e-mail address yet; tell me one before a proposal goes out.',
  ]
  return say(sentences.filter(Boolean).join(' '))
}

/** "Acme's email is jordan@acme.com": kept with the client, or with the one of this conversation where none is named. */
export function planClientContact(turn: Turn, { client, email, phone, contact_name }: ContactReading): Step {
  const { request } = turn.situation
  const name = client ?? request?.client?.company_name
  if (!name) return say('To which client does this belong?')
  const outcome = resultOf(turn, 'client_data', ClientAnswer)
  if (!outcome) {
    const task = `Update the client "${name}". ${contactLine({ email, phone, contact_name })}`
    return call('client_data', { task, request_id: null })
  }
  if (!outcome.ok || !outcome.value.client) return say(clientSentence(name, outcome))
  const goes_on =
    request?.status === 'generating_email' && 'Say "send the proposal" and I put the e-mail up for your approval.'
  return say(outcome.value.note, goes_on)
}

/** Contact data that the broker typed along, for the specialist to keep. */
function contactIn(text: string): string {
  const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(text)?.[0]
  const phone = /\+\d[\d ()-]{6,}\d/.exec(text)?.[0]
  const contact = /\b(?:contact|attn\.?|ask for|speak to)(?: person| name)?(?: is|:)? ((?:\p{Lu}[\p{L}'.-]+ ?){1,4})/u
    .exec(text)?.[1]
    ?.trim()
  return contactLine({ contact_name: contact, email, phone })
}

const contactLine = ({ contact_name, email, phone }: Partial<Omit<ContactReading, 'client'>>) =>
  [contact_name && `Contact: ${contact_name}.`, email && `E-mail: ${email}`, phone && `Phone: ${phone}`]
    .filter(Boolean)
    .join(' ')
