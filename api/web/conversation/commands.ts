/** What can be said with a slash. A text that ends with a space is to be completed, the others only to be sent. */
export type Command = { name: string; hint: string; text: string }

export const COMMANDS: readonly Command[] = [
  { name: '/best', hint: 'Which quote is best, and why', text: 'Which quote is best, and why?' },
  { name: '/propose', hint: 'Proposal and e-mail for the best quote', text: 'Send the proposal for the best one' },
  { name: '/status', hint: 'Where the deal stands', text: 'What is the status?' },
  { name: '/summary', hint: 'The deal and its threads in short', text: 'Sum up what happened so far' },
  { name: '/client', hint: 'Say who the client is', text: 'The client is ' },
  { name: '/change', hint: 'Change date, route or passengers', text: 'Change the trip: ' },
  { name: '/ask', hint: 'Draft a question to an operator: name, then the words', text: 'Ask ' },
  { name: '/why', hint: 'What went wrong', text: 'What went wrong, and what can I do about it?' },
  { name: '/cancel', hint: 'Cancel the request', text: 'Cancel this request' },
]

/** The commands that a text in the composer may mean: it is a slash and letters, and nothing else. */
export function commandsFor(text: string): readonly Command[] {
  const typed = /^\/(\w*)$/.exec(text)?.[1]?.toLowerCase()
  return typed === undefined ? [] : COMMANDS.filter(({ name }) => name.slice(1).startsWith(typed))
}
