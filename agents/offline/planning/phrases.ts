/**
 * What the assistant asks, and how it knows its own question again in the next turn: only the words of the conversation are kept
 * between turns.
 */

const once_known = 'I create the request as soon as I know.'

/** Ends every question on which a new request waits. */
export const waitingForTrip = (question: string) => `${question} ${once_known}`

/** An offer to which "yes" is an answer. */
export const offerClient = (name: string) => `You have no client called "${name}" yet. Shall I create it?`

export const severalClients = (name: string, names: readonly string[]) =>
  `Several clients fit "${name}": ${names.join(', ')}. Which one is it?`

/** Asked beside the best quote. */
export const offerProposal = 'Shall I make the proposal for it, and put the e-mail up for your approval?'

export const whoIsTheClient = 'who is the client'

export type OpenQuestion = {
  /** The request is not created yet: more of its details are awaited. */
  trip: boolean
  passengers: boolean
  destination: boolean
  origin: boolean
  /** The client whose creation was offered. */
  new_client: string | null
  /** The client was asked for. */
  client: boolean
  /** A proposal for the best quote was offered. */
  proposal: boolean
}

/** What the assistant's last words left open. */
export function openQuestion(said: readonly string[]): OpenQuestion {
  const text = said.join('\n')
  const lower = text.toLowerCase()
  const trip = text.includes(once_known)
  return {
    trip,
    passengers: trip && lower.includes('how many passengers'),
    destination: trip && lower.includes('where to'),
    origin: trip && lower.includes('where from'),
    new_client: /You have no client called "([^"]+)" yet\. Shall I create it\?/.exec(text)?.[1] ?? null,
    proposal: text.includes(offerProposal),
    client: /Several clients fit "/.test(text) || lower.includes(whoIsTheClient),
  }
}
