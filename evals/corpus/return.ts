import type { Sample } from './sample.ts'

/** There and back. */
export const returns: Sample[] = [
  {
    text: 'Teterboro to LA for Acme, 8 people, Nov 24, back the 27th, they like the G650, about $120k',
    flights: ['KTEB KLAX~ 2026-11-24', 'KLAX~ KTEB 2026-11-27'],
    passengers: 8,
    client: 'Acme',
    aircraft: 'Gulfstream G650',
    budget: '120000 USD',
  },
  {
    text: 'round trip TEB-OPF, out Dec 4 at 10am, back Dec 7 at 5pm, 6 pax',
    flights: ['KTEB KOPF 2026-12-04 10:00', 'KOPF KTEB 2026-12-07 17:00'],
    passengers: 6,
  },
  {
    text: 'VNY-SUN Fri Dec 18 return Sun Dec 27, 4 adults 3 kids, skis',
    flights: ['KVNY KSUN 2026-12-18', 'KSUN KVNY 2026-12-27'],
    passengers: 7,
    wishes: ['skis'],
  },
  {
    text: 'HPN to ACK and back same day, Dec 12, 4 pax',
    flights: ['KHPN KACK 2026-12-12', 'KACK KHPN 2026-12-12'],
    passengers: 4,
  },
  {
    text: 'day trip Boston Bedford to Dulles this Thursday, 5 people, leave 7am return 6pm',
    today: '2026-03-11',
    flights: ['KBED KIAD 2026-03-12 07:00', 'KIAD KBED 2026-03-12 18:00'],
    passengers: 5,
  },
  {
    text: 'Naples Florida to Teterboro Dec 1, staying 3 nights then back, 2 pax',
    flights: ['KAPF KTEB 2026-12-01', 'KTEB KAPF 2026-12-04'],
    passengers: 2,
  },
  {
    text: 'EGGW-LFMN 4 Dec, returning the following Monday, 7 pax',
    flights: ['EGGW LFMN 2026-12-04', 'LFMN EGGW 2026-12-07'],
    passengers: 7,
  },
  {
    text: 'We need RT Chicago Midway to Palm Beach, 12/26 - 1/2, 9 passengers, super midsize',
    flights: ['KMDW KPBI 2026-12-26', 'KPBI KMDW 2027-01-02'],
    passengers: 9,
    category: 'Super midsize jet',
  },
  {
    text: 'Geneva to London Farnborough and back, 1 to 3 December, 3 pax',
    flights: ['LSGG EGLF 2026-12-01', 'EGLF LSGG 2026-12-03'],
    passengers: 3,
  },
  {
    text: 'TEB-MYNN round trip Dec 4-8, 8 out and 6 back',
    flights: ['KTEB MYNN 2026-12-04 x8', 'MYNN KTEB 2026-12-08 x6'],
  },
  {
    text: 'Round trip Dallas Love to Aspen leaving Dec 19, 6 pax',
    flights: ['KDAL KASE 2026-12-19', 'KASE KDAL ?'],
    passengers: 6,
  },
  {
    text: 'Need a return from Biggin Hill to Le Bourget tomorrow, there in the morning and back in the evening, 4 pax',
    flights: ['EGKB LFPB 2026-11-23', 'LFPB EGKB 2026-11-23'],
    passengers: 4,
    wishes: ['morning', 'evening'],
  },
  {
    text: 'SFO to Honolulu on January 5 coming home January 12, 10 pax, budget 150,000 dollars',
    flights: ['KSFO PHNL 2027-01-05', 'PHNL KSFO 2027-01-12'],
    passengers: 10,
    budget: '150000 USD',
  },
  {
    text: 'KFXE-MBPV 20DEC RTN 02JAN 6PAX BUDGET USD 45K',
    flights: ['KFXE MBPV 2026-12-20', 'MBPV KFXE 2027-01-02'],
    passengers: 6,
    budget: '45000 USD',
  },
  {
    text: 'out Friday back Sunday, Van Nuys to Vegas, 6 guys',
    today: '2026-03-11',
    flights: ['KVNY KLAS~ 2026-03-13', 'KLAS~ KVNY 2026-03-15'],
    passengers: 6,
  },
  {
    text: 'Redwood wants San Carlos to Aspen Dec 20, back a week later, 4 pax and two dogs, Challenger 350',
    flights: ['KSQL KASE 2026-12-20', 'KASE KSQL 2026-12-27'],
    passengers: 4,
    client: 'Redwood',
    aircraft: 'Challenger 350',
    wishes: ['two dogs'],
  },
  {
    text: 'TEB to Mustique? 5th Jan til 15th Jan, couple + nanny + 2 kids',
    flights: ['KTEB TVSM 2027-01-05', 'TVSM KTEB 2027-01-15'],
    passengers: 5,
  },
  {
    text: 'Roundtrip KADS-KCOS, depart 12/4 9a, return 12/6 4p, 3 pax, PC-12 preferred',
    flights: ['KADS KCOS 2026-12-04 09:00', 'KCOS KADS 2026-12-06 16:00'],
    passengers: 3,
    aircraft: 'PC-12',
  },
  {
    text: 'fly the Okafor Group from PDK to DCA on the 1st and home on the 3rd, 11 people',
    flights: ['KPDK KDCA 2026-12-01', 'KDCA KPDK 2026-12-03'],
    passengers: 11,
    client: 'Okafor Group',
  },
  {
    text: 'Milan Linate to Moscow? no sorry, to Athens, Dec 11, back Dec 14, 5 pax',
    flights: ['LIML LGAV 2026-12-11', 'LGAV LIML 2026-12-14'],
    passengers: 5,
  },
  {
    text: 'OPF-TEB Dec 2 and TEB-OPF Dec 5, 4 pax',
    flights: ['KOPF KTEB 2026-12-02', 'KTEB KOPF 2026-12-05'],
    passengers: 4,
  },
  {
    text: 'Leave Teterboro Tuesday 6am, land Chicago Exec, return same evening 7pm, 2 lawyers',
    flights: ['KTEB KPWK 2026-11-24 06:00', 'KPWK KTEB 2026-11-24 19:00'],
    passengers: 2,
  },
]
