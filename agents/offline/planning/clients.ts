import { hasDetails } from '../reading/intent.ts'
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
  return say(
    clientSentence(name, outcome),
    outcome.ok && outcome.value.client && wants_client && 'It is attached to the request.',
    !has_email && 'It has no e-mail address yet; tell me one before a proposal goes out.',
  )
}

/** Contact data that the broker typed along, for the specialist to keep. */
function contactIn(text: string): string {
  const email = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(text)?.[0]
  const phone = /\+\d[\d ()-]{6,}\d/.exec(text)?.[0]
  const contact = /\b(?:contact|attn\.?|ask for|speak to)(?: person| name)?(?: is|:)? ((?:\p{Lu}[\p{L}'.-]+ ?){1,4})/u
    .exec(text)?.[1]
    ?.trim()
  return [contact && `Contact: ${contact}.`, email && `E-mail: ${email}`, phone && `Phone: ${phone}`]
    .filter(Boolean)
    .join(' ')
}
