import { describe, expect, it } from 'vitest'
import { readIntent } from './intent.ts'
import { readTrip } from './trip.ts'

const read = (text: string) => readIntent(text, readTrip(text, { today: '2026-11-02' }))

describe('readIntent', () => {
  it.each([
    ['Teterboro to LA for Acme, 8 people, Nov 20', 'new_trip'],
    ['Can you get me a quote to Paris?', 'new_trip'],
    ['I need a flight', 'new_trip'],
    ['from XYZQ to LAX on Friday, 3 pax', 'new_trip'],
    ['send me a quote for TEB to LAX Dec 3, 4 pax', 'new_trip'],
    ['make it 10 pax', 'change'],
    ['change the date to Dec 5', 'change'],
    ['budget is 90k', 'change'],
    ['client is Acme', 'change'],
    ["what's the status of the Acme trip?", 'status'],
    ['any news from the operators?', 'status'],
    ['how far are we with the Acme trip?', 'status'],
    ['how far is it from TEB to VNY?', 'distance'],
    ['how long is the flight from TEB to VNY?', 'distance'],
    ['drop the ski bag', 'change'],
    ['drop the trip', 'cancel'],
    ['which quote is best and why?', 'best_quote'],
    ['compare the quotes', 'best_quote'],
    ['what do you recommend?', 'best_quote'],
    ['show me the quotes', 'list_quotes'],
    ['send the proposal for the second one', 'send_proposal'],
    ["let's go with the cheapest one", 'send_proposal'],
    ['prepare a proposal for Elite Jets', 'send_proposal'],
    ['cancel it', 'cancel'],
    ['please cancel the Acme trip', 'cancel'],
    ["what's the cancellation policy?", 'terms'],
    ["don't cancel anything", 'no'],
    ['no longer need the child seat', 'change'],
    ['how much will it cost?', 'list_quotes'],
    ['what would a jet to Aspen cost', 'new_trip'],
    ['how are you?', 'greeting'],
    ['what is our margin on this?', 'margin_question'],
    ['what did the operators write?', 'operator_words'],
    ['tell Elite Jets that our margin is 15 %', 'operator_message'],
    ['write an email to the client', 'unknown'],
    ["Acme's email is jordan@acme.example", 'client_contact'],
    ['move it to November 31', 'change'],
    ['create a client called Brightwater Capital', 'create_client'],
    ['yes', 'yes'],
    ['yes please, create it', 'yes'],
    ['no, leave it', 'no'],
    ['approve', 'approve'],
    ['hello', 'greeting'],
    ['thanks a lot', 'thanks'],
    ['what can you do?', 'help'],
    ['list my trips', 'list_requests'],
    ['why did it fail?', 'problem'],
    ['ask Elite Jets if they have wifi', 'operator_message'],
    ['tell the operator that we need it by noon', 'operator_message'],
    ['set the margin to 12%', 'margin'],
    ['where is the link?', 'open_avinode'],
    ['search flights', 'search_flights'],
    ['[JetVision] An approval was settled.', 'notice'],
    ['Zeig mir den Stand der Anfrage', 'status'],
    ['asdf', 'unknown'],
  ])('%s: %s', (text, kind) => {
    expect(read(text).kind).toBe(kind)
  })

  it('reads which quote is meant', () => {
    expect(read('send the proposal for the second one')).toMatchObject({ choice: { ordinal: 2, quote_id: null } })
    expect(read('go with #3')).toMatchObject({ choice: { ordinal: 3 } })
    expect(read('send the proposal for the best one')).toMatchObject({ choice: { ordinal: 1 } })
    expect(read('take the cheapest one')).toMatchObject({ choice: { ordinal: null, cheapest: true } })
    const id = '0190b5a1-7e2d-7c33-9a51-0123456789ab'
    expect(read(`Send the proposal for quote ${id}.`)).toMatchObject({ choice: { quote_id: id } })
  })

  it('reads margins in percent and in money', () => {
    expect(read('make the margin 12.5 %')).toMatchObject({ margin_type: 'percentage', margin_value: '12.5' })
    expect(read('margin 9,000 please')).toMatchObject({ margin_type: 'fixed', margin_value: '9000' })
  })

  it('turns what is to be asked into a question', () => {
    expect(read('ask Elite Jets if they have wifi')).toMatchObject({
      to: 'Elite Jets',
      text: 'Could you tell us whether you have wifi?',
    })
  })
})
