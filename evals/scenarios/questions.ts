import { lastAnswer, noRequest, oneQuestion, requestIs, requestsAre } from './checks.ts'
import { nextWeekWeekday } from './days.ts'
import type { Scenario } from './scenario.ts'

const asks = (name: string, says: string, about: RegExp): Scenario => ({
  name,
  says: [says],
  expect: [noRequest, oneQuestion, lastAnswer('asks about it', about)],
})

/** What is missing or in doubt is asked, never guessed; the answer completes the request. */
export const questions: Scenario[] = [
  {
    name: 'what is missing is asked for in one question, and nothing is created',
    says: ['Can you get me a quote to Paris?'],
    expect: [
      noRequest,
      oneQuestion,
      lastAnswer(
        'asks for day, origin and passengers',
        /(?=.*(from|depart))(?=.*(day|date|when))(?=.*(passengers|people|many))/is,
      ),
    ],
  },
  {
    name: 'the answer to that question completes the request',
    says: ['Can you get me a quote to Paris?', 'from Teterboro on December 5, 6 people'],
    expect: [requestIs({ flights: ['KTEB LFPB 12-05'], passengers: 6 })],
  },
  {
    name: 'a trip may be told in four messages',
    says: ['need a jet for Acme', 'TEB to VNY', 'Dec 4 in the morning', '5'],
    expect: [requestIs({ flights: ['KTEB KVNY 12-04'], passengers: 5, client: 'Acme', wishes: ['morning'] })],
  },
  asks('two places of one name are asked about', 'Teterboro to Portland on Dec 5, 4 pax', /Oregon.*Maine/s),
  {
    name: 'the answer picks the place',
    says: ['Teterboro to Portland on Dec 5, 4 pax', 'the one in Maine'],
    expect: [requestIs({ flights: ['KTEB KPWM 12-05'], passengers: 4 })],
  },
  asks('a range of passengers is asked about', 'TEB-OPF Dec 5, 6-8 pax', /6 or 8/),
  {
    name: 'the answer settles the number of passengers',
    says: ['TEB-OPF Dec 5, 6-8 pax', '8'],
    expect: [requestIs({ flights: ['KTEB KOPF 12-05'], passengers: 8 })],
  },
  asks('a vague day is asked about', 'TEB-VNY sometime next week, 4 pax', /which day/i),
  {
    name: 'the answer settles the day',
    says: ['TEB-VNY next week, 4 pax', 'Thursday'],
    expect: [requestIs({ flights: [`KTEB KVNY ${nextWeekWeekday(4)}`], passengers: 4 })],
  },
  asks('two days are asked about', 'TEB-OPF on Dec 5 or 6, 4 pax', /5 Dec.*6 Dec/s),
  asks('a holiday weekend is no day', 'HPN-ACK Labor Day weekend, 4 pax', /which day/i),
  asks('a day that does not exist is named', 'TEB-VNY on November 31, 4 pax', /November 31 does not exist/),
  asks('a weekday that contradicts its date is named', 'TEB-VNY on Friday 1 January 2028, 4 pax', /is not a Friday/),
  asks(
    'a return before the departure is named',
    'Teterboro to Opa-locka, December 20, back December 18, 4 people',
    /before the departure/,
  ),
  asks('one way with a way back is asked about', 'TEB-LAX Dec 4 one way, back on Dec 9, 4 pax', /one way or a return/),
  asks('midnight is asked about', 'LAS-VNY Dec 4 at midnight, 5 pax', /23:59 or 00:01/),
  asks('two numbers of passengers are asked about', 'TEB-OPF Dec 4, 8 pax, there will be 6 passengers', /8 or 6/),
  asks('a price per head is no budget', 'TEB-OPF Dec 4, 6 pax, 9k per person', /budget in all/),
  {
    name: 'two deals in one message are taken one after the other',
    says: [
      'Two trips: TEB-MIA Dec 4 with 4 pax for Acme, and separately VNY-ASE Dec 6 with 6 pax for Redwood',
      'TEB-MIA Dec 4 with 4 pax for Acme',
      'and VNY-ASE Dec 6 with 6 pax for Redwood',
    ],
    expect: [
      requestsAre(
        { flights: ['KTEB KMIA 12-04'], passengers: 4, client: 'Acme' },
        { flights: ['KVNY KASE 12-06'], passengers: 6, client: 'Redwood' },
      ),
    ],
  },
  {
    name: 'a question is dropped when the broker speaks of something else',
    says: ['Can you get me a quote to Paris?', 'hold on. TEB to PBI Dec 12, 3 pax for Redwood'],
    expect: [requestIs({ flights: ['KTEB KPBI 12-12'], passengers: 3, client: 'Redwood' })],
  },
]
