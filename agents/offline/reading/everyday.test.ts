import { describe, expect, it } from 'vitest'
import { readIntent } from './intent.ts'
import { isRelativeDay, readMorePassengers } from './relative.ts'
import { readTrip } from './trip.ts'

const kindOf = (text: string) => readIntent(text, readTrip(text, { today: '2026-11-02' })).kind

const said: Record<string, string[]> = {
  list_requests: ['what do I have open?', "what's on my plate?"],
  no: ['hold on', 'wait a minute', 'hang on please', "no wait, don't cancel", "stop, don't send it"],
  status: [
    'Where does this deal stand?',
    'where are we on Acme?',
    "where's this at?",
    "what's the latest?",
    "what's with the Acme one?",
    'anything new on this one?',
    'update me please',
    'any word from the operators?',
    'has anyone quoted yet?',
    'which operators have not answered?',
    "who hasn't replied yet?",
    'how many operators did we ask?',
    'remind me what the client wants',
    "who's the client?",
    'when do they fly?',
    'what aircraft is it?',
    'did the client answer?',
    'has Acme signed?',
    'was the email sent?',
    'what should I do next?',
    'Wo stehen wir?',
    'Où en sommes-nous ?',
    '¿Cómo va esto?',
  ],
  best_quote: ['cheapest option?', 'compare the top two', 'why is elite ranked first?', 'Quel est le moins cher ?'],
  list_quotes: ['what are the prices', 'how much is the Elite one?', 'when does the quote expire?'],
  margin_question: ['how much would the client pay?', 'what are we making on this?'],
  operator_words: ['what did they say?', 'what did elite say', 'did Elite write anything?'],
  operator_message: ['ask Elite for a better price', 'negotiate with Elite'],
  send_proposal: ['go with Elite', "let's go with the second one", 'book the cheapest', 'accept the first quote'],
  resend: ['resend the proposal', 'send it again', 'the client did not get the email'],
  put_aside: ['reject the second one', "decline Northern Air's quote"],
  show_proposal: ['show me the proposal', 'download the pdf'],
  open_avinode: ['ask more operators', 'can we get more quotes?'],
  list_approvals: ["what's pending?", 'who is waiting on me?', 'what do I have to approve?'],
  preferences: ['what does Acme like?', "what are Acme's preferences?"],
  repeat: ['do the same trip again for December 5', 'same trip as last time'],
  cancel: ['call it off', 'delete it', 'the client cancelled', 'nevermind, cancel'],
  beyond: [
    'remind me tomorrow to call Acme',
    'send it to her assistant instead',
    'cc her assistant',
    'book it',
    'give them a 5% discount',
    'lower the price by 2000',
    'undo that',
    'any empty legs?',
    'do you have an empty leg to Miami?',
    'mark it as completed',
    'can you call me?',
    'can they bring skis?',
    'what time is it in LA?',
    "how's the weather in Aspen?",
    'need a helicopter to the moon for 2',
    'book me on a commercial flight to Paris',
  ],
  included: ["what's included?", 'is the price including taxes?'],
  distance: ["what's the flight time?"],
  thanks: ['ok thanks', 'thank you so much!'],
  bye: ['bye', 'talk later', 'good night'],
  yes: ['sounds good'],
  change: [
    'one more passenger',
    "they're bringing a pet",
    'change the date to Nov 22',
    'make it one way',
    'no return after all',
    'drop the return',
    "scratch that, it's White Plains not Teterboro",
    'from Morristown',
    'White Plains would be better',
    'an hour later',
    'budget -3000',
    'drop the Acme, it is for Redwood',
  ],
  // A flight that is described is one, whatever else the text says.
  new_trip: [
    'TEB to VNY Nov 20, 4 pax, empty leg if possible',
    'TEB to VNY Nov 20, 4 pax, with a helicopter transfer',
    'same client again: TEB to VNY Nov 20, 4 pax',
    'where can we stand on this: TEB to VNY Nov 20, 4 pax',
  ],
}

describe('what is said all day', () => {
  it.each(Object.entries(said).flatMap(([kind, texts]) => texts.map((text) => [text, kind] as const)))(
    '%s: %s',
    (text, kind) => {
      expect(kindOf(text)).toBe(kind)
    },
  )

  it.each([
    ['one more passenger', 1],
    ['add two people', 2],
    ['another 3 guests', 3],
    ['2 fewer passengers', -2],
    ['remove one passenger', -1],
    ['two of the guests dropped out', -2],
    ['make it 10 pax', null],
    ['8 passengers and more luggage', null],
  ])('%s counts %s from what it was', (text, more) => {
    expect(readMorePassengers(text)).toBe(more)
  })

  it('knows a day that is told by another', () => {
    expect(['a day later', 'push it back by two days', 'leave one week earlier'].map(isRelativeDay)).toEqual([
      true,
      true,
      true,
    ])
    expect(['leave on Nov 20', 'in two days', '3 day trip'].map(isRelativeDay)).toEqual([false, false, false])
  })

  it('calls no client what is a verb', () => {
    expect(readTrip('the client did not get the email', { today: '2026-11-02' }).client).toBeNull()
    expect(readTrip('make it one way', { today: '2026-11-02' }).passengers).toBeNull()
  })
})
