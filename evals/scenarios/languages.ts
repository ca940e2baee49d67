import { noRequest, requestIs } from './checks.ts'
import { comingWeekday } from './days.ts'
import type { Scenario } from './scenario.ts'

/** German, French, Spanish and Italian are understood. */
export const languages: Scenario[] = [
  {
    name: 'German: a return with client, people in words and a budget in euros',
    says: [
      'Für Acme: Hamburg nach Sylt am 12. Dezember um 9 Uhr, zurück am 14. um 18 Uhr, zu viert, höchstens 20.000 Euro',
    ],
    expect: [
      requestIs({
        flights: ['EDDH EDXW 12-12 09:00', 'EDXW EDDH 12-14 18:00'],
        passengers: 4,
        client: 'Acme',
        wishes: ['eur 20,000'],
      }),
    ],
  },
  {
    name: 'German: a holiday, and two people',
    says: ['Wir sind zu zweit und möchten an Heiligabend von Wien nach Genf'],
    expect: [requestIs({ flights: ['LOWW LSGG 12-24'], passengers: 2 })],
  },
  {
    name: 'German: what is missing is asked for',
    says: ['Was kostet ein Jet nach Mallorca?'],
    expect: [noRequest],
  },
  {
    name: 'French: there and back with times',
    says: ['Aller-retour Le Bourget - Genève, départ le 12 décembre à 9h, retour le 14 décembre à 18h30, 6 personnes'],
    expect: [requestIs({ flights: ['LFPB LSGG 12-12 09:00', 'LSGG LFPB 12-14 18:30'], passengers: 6 })],
  },
  {
    name: 'French: tomorrow, with a dog',
    says: ['Bordeaux - Figari demain, juste moi et ma femme, avec un chien'],
    expect: [requestIs({ flights: ['LFBD LFKF +1'], passengers: 2, wishes: ['chien'] })],
  },
  {
    name: 'Italian: there and back, people in words',
    says: ['Ciao, ci serve un volo da Milano Linate a Olbia il 12 dicembre alle 9:30, siamo in cinque, ritorno il 14'],
    expect: [requestIs({ flights: ['LIML LIEO 12-12 09:30', 'LIEO LIML 12-14'], passengers: 5 })],
  },
  {
    name: 'Spanish: tomorrow at half past ten',
    says: ['Necesito un vuelo de Ibiza a Málaga mañana a las 10:30 para 5 pasajeros'],
    expect: [requestIs({ flights: ['LEIB LEMG +1 10:30'], passengers: 5 })],
  },
  {
    name: 'Spanish: a weekday and a light jet',
    says: ['Barcelona a Ginebra el viernes, somos 6, jet ligero'],
    expect: [requestIs({ flights: [`LEBL LSGG ${comingWeekday(5)}`], passengers: 6, category: 'Light jet' })],
  },
]
