import type { Sample } from './sample.ts'

/** Texts that were typed without a look at the rules, by people in a hurry; each was misread once. */
export const unprepared: readonly Sample[] = [
  {
    text: 'guten tag, brauche für Montag in einer Woche nen Jet von München nach Mallorca, 7 Personen inkl. 2 Kinder, Rückflug am Freitag drauf abends',
    flights: ['EDDM~ LEPA 2026-11-30', 'LEPA EDDM~ 2026-12-04'],
    passengers: 7,
    wishes: ['abends'],
  },
  {
    text: 'redwood wants to go to St Barts for new years, 8 guests, from white plains, out 28 dec back 4 jan',
    flights: ['KHPN TFFJ 2026-12-28', 'TFFJ KHPN 2027-01-04'],
    passengers: 8,
    client: 'redwood',
  },
  {
    text: 'Dallas Love to Aspen on 19DEC ETD 1430LCL 4PAX RTN 26DEC ETD 1000LCL CJ3 OR SIMILAR',
    flights: ['KDAL KASE 2026-12-19 14:30', 'KASE KDAL 2026-12-26 10:00'],
    passengers: 4,
    aircraft: 'Citation CJ3',
    wishes: ['similar'],
  },
  {
    text: 'JFK-LHR or maybe Luton, Jan 5, 10 people, overnight flight leaving 9pm, need beds',
    flights: ['KJFK ? 2027-01-05 21:00'],
    passengers: 10,
    wishes: ['beds'],
    unclear: ['place'],
  },
  {
    text: 'Chicago to Scottsdale w/ stop in Omaha to pick up 2 more',
    flights: ['KMDW~ KOMA ?', 'KOMA KSDL ?'],
  },
  {
    text: 'Ich will am 3.1. mit meiner Frau und drei Kindern von Zürich nach Dubai, Abflug mittags, Budget so 80k Franken',
    flights: ['LSZH OMDW~ 2027-01-03 12:00'],
    passengers: 5,
    budget: '80000 CHF',
  },
  { text: 'what about LAX-SFO tonight at 8, two passengers?', flights: ['KLAX KSFO 2026-11-22 20:00'], passengers: 2 },
  {
    text: 'Fly 6 from Austin to Cabo on Dec 5, back the 9th',
    flights: ['KAUS~ MMSD~ 2026-12-05', 'MMSD~ KAUS~ 2026-12-09'],
    passengers: 6,
  },
  {
    text: 'Need two planes: one from TEB to MIA Dec 4 4pax and another from BOS to MIA same day 6pax',
    unclear: ['trip'],
  },
  {
    text: 'our guy needs Bedford - Teterboro tmrw 7a, back 7p, solo',
    flights: ['KBED KTEB 2026-11-23 07:00', 'KTEB KBED 2026-11-23 19:00'],
    passengers: 1,
  },
  {
    text: '1) TEB-BED 12/1 0700 2) BED-IAD 12/1 1300 3) IAD-TEB 12/2 1700 - 4 pax throughout',
    flights: ['KTEB KBED 2026-12-01 07:00', 'KBED KIAD 2026-12-01 13:00', 'KIAD KTEB 2026-12-02 17:00'],
    passengers: 4,
  },
  {
    text: 'KVNY KTEX 23 DEC 0900 / KTEX KVNY 02 JAN 1500 / 8 PAX / PETS',
    flights: ['KVNY KTEX 2026-12-23 09:00', 'KTEX KVNY 2027-01-02 15:00'],
    passengers: 8,
    wishes: ['pets'],
  },
  { text: 'Boston to Nantucket on 12/12 – 4 pax', flights: ['KBED~ KACK 2026-12-12'], passengers: 4 },
  {
    text: 'TEB-ASE Dec 20 6 pax. oh and the return is Dec 27, only 4 coming back',
    flights: ['KTEB KASE 2026-12-20 x6', 'KASE KTEB 2026-12-27 x4'],
  },
  {
    text: 'i want to go from la to ny next thursday w 3 friends',
    flights: ['KLAX~ KTEB~ 2026-11-26'],
    passengers: 4,
  },
  {
    text: 'SFO>HND 2/10 at 11:55pm for 5, needs to arrive by 5am on the 12th',
    flights: ['KSFO RJTT 2027-02-10 23:55'],
    passengers: 5,
    wishes: ['arrive by 5am'],
  },
  {
    text: ['TEB to PBI, 4 pax, same back sunday', 'saturday instead of friday'],
    flights: ['KTEB KPBI 2026-11-28', 'KPBI KTEB 2026-11-29'],
    passengers: 4,
  },
  {
    text: 'pop over from the Big Apple to Miami the day after tmrw, wheels up around 0730, 5 souls',
    flights: ['KTEB~ KOPF~ 2026-11-24 07:30'],
    passengers: 5,
  },
  {
    text: 'TEB-PBI Dec 11, Pax: 4, Notes: gluten free meals',
    flights: ['KTEB KPBI 2026-12-11'],
    passengers: 4,
    wishes: ['gluten free meals'],
  },
  {
    text: 'they want to be in London for a 2pm meeting on Jan 14, leaving NY the night before, 4 execs',
    flights: ['KTEB~ EGGW~ 2027-01-13'],
    passengers: 4,
    wishes: ['2pm meeting on 2027-01-14', 'night'],
  },
  {
    text: '10 guests, Farmingdale-Turks and Caicos 20 Dec, return 27 Dec but 2 fewer on the way back',
    flights: ['KFRG MBPV 2026-12-20 x10', 'MBPV KFRG 2026-12-27 x8'],
  },
  {
    text: 'TEB-LAX on 12/4 for 7 and then LAX-SFO 12/6 for 7, then back home 12/8 with 5',
    flights: ['KTEB KLAX 2026-12-04 x7', 'KLAX KSFO 2026-12-06 x7', 'KSFO KTEB 2026-12-08 x5'],
  },
  {
    text: 'DAL - HOU - AUS - DAL, all on Dec 8, wheels up 7am, 3 pax',
    flights: ['KDAL KHOU 2026-12-08 07:00', 'KHOU KAUS 2026-12-08', 'KAUS KDAL 2026-12-08'],
    passengers: 3,
  },
  {
    text: 'trip for 8 to Cabo from Van Nuys, depart Feb 4 at 10 in the morning, back Feb 8',
    flights: ['KVNY MMSD~ 2027-02-04 10:00', 'MMSD~ KVNY 2027-02-08'],
    passengers: 8,
  },
  {
    text: ['TEB to OPF, 4 pax', 'change the date from the 9th to the 10th'],
    flights: ['KTEB KOPF 2026-12-10'],
    passengers: 4,
  },
  { text: ['TEB to OPF on Dec 9', 'change pax from 4 to 6'], flights: ['KTEB KOPF 2026-12-09'], passengers: 6 },
  {
    text: ['JFK to LHR or maybe Luton, Jan 5, 10 people', 'Luton is fine'],
    flights: ['KJFK EGGW 2027-01-05'],
    passengers: 10,
  },
  {
    text: 'salut, vol de Paris à Nice demain soir pour 3 + 1 bébé, retour lundi matin',
    flights: ['LFPB~ LFMN~ 2026-11-23', 'LFMN~ LFPB~ 2026-11-30'],
    passengers: 4,
    wishes: ['soir', 'matin'],
  },
  {
    text: 'Three couples, Charleston to Turks & Caicos, Feb 13-17',
    flights: ['KCHS MBPV 2027-02-13', 'MBPV KCHS 2027-02-17'],
    passengers: 6,
  },
]
