import type { Sample } from './sample.ts'

/** Three flights and more, or two that do not return. */
export const multiLeg: Sample[] = [
  {
    text: 'Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax',
    flights: ['KTEB KOPF 2026-12-01', 'KOPF MYNN 2026-12-03', 'MYNN KTEB 2026-12-07'],
    passengers: 6,
    client: 'Redwood',
  },
  {
    text: 'TEB-LAX 1 Dec, LAX-LAS 3 Dec, LAS-TEB 6 Dec 8 pax G550',
    flights: ['KTEB KLAX 2026-12-01', 'KLAX KLAS 2026-12-03', 'KLAS KTEB 2026-12-06'],
    passengers: 8,
    aircraft: 'Gulfstream G550',
  },
  {
    text: 'Road show: Dec 7 HPN to MDW, Dec 8 MDW to APA, Dec 9 APA to VNY, Dec 10 VNY to HPN. 5 pax throughout. Client is Lattimer & Co',
    flights: ['KHPN KMDW 2026-12-07', 'KMDW KAPA 2026-12-08', 'KAPA KVNY 2026-12-09', 'KVNY KHPN 2026-12-10'],
    passengers: 5,
    client: 'Lattimer & Co',
  },
  {
    text: 'Le Bourget to Nice Dec 4, then Nice to Geneva Dec 6 and Geneva back to Le Bourget Dec 9, 4 passengers',
    flights: ['LFPB LFMN~ 2026-12-04', 'LFMN~ LSGG 2026-12-06', 'LSGG LFPB 2026-12-09'],
    passengers: 4,
  },
  {
    text: 'EGLF - LFMN - LIML - EGLF on 1, 3 and 5 December, 7 pax',
    flights: ['EGLF LFMN 2026-12-01', 'LFMN LIML 2026-12-03', 'LIML EGLF 2026-12-05'],
    passengers: 7,
  },
  {
    text: 'Leg 1: KTEB-KBED 11/30 0800\nLeg 2: KBED-KIAD 11/30 1400\nLeg 3: KIAD-KTEB 12/1 1900\n3 pax',
    flights: ['KTEB KBED 2026-11-30 08:00', 'KBED KIAD 2026-11-30 14:00', 'KIAD KTEB 2026-12-01 19:00'],
    passengers: 3,
  },
  {
    text: '1) VNY-SJC Mon 30 Nov 9am\n2) SJC-SEA BFI Mon 30 Nov 4pm\n3) BFI-VNY Wed 2 Dec 10am\n6 people, light jet',
    flights: ['KVNY KSJC 2026-11-30 09:00', 'KSJC KBFI 2026-11-30 16:00', 'KBFI KVNY 2026-12-02 10:00'],
    passengers: 6,
    category: 'Light jet',
  },
  {
    text: 'open jaw: Teterboro-Luton Jan 10, Le Bourget-Teterboro Jan 16, 9 pax, heavy',
    flights: ['KTEB EGGW 2027-01-10', 'LFPB KTEB 2027-01-16'],
    passengers: 9,
    category: 'Heavy jet',
  },
  {
    text: 'Miami Opa-locka to Exuma Dec 28, Exuma to St Barts Jan 2, St Barts to Opa-locka Jan 6. Six guests.',
    flights: ['KOPF MYEF~ 2026-12-28', 'MYEF~ TFFJ 2027-01-02', 'TFFJ KOPF 2027-01-06'],
    passengers: 6,
  },
  {
    text: 'TEB-ASE Dec 18 with 4 pax, ASE-VNY Dec 22 with 6 pax',
    flights: ['KTEB KASE 2026-12-18 x4', 'KASE KVNY 2026-12-22 x6'],
  },
  {
    text: 'Zurich to Olbia 4 July, Olbia to Ibiza 8 July, Ibiza to Zurich 12 July 2027, 8 guests',
    flights: ['LSZH LIEO 2027-07-04', 'LIEO LEIB 2027-07-08', 'LEIB LSZH 2027-07-12'],
    passengers: 8,
  },
  {
    text: 'AUS-DAL-HOU-AUS all on Dec 3, 4 pax',
    flights: ['KAUS KDAL 2026-12-03', 'KDAL KHOU 2026-12-03', 'KHOU KAUS 2026-12-03'],
    passengers: 4,
  },
  {
    text: 'need TEB to VNY to SDL to TEB, 5 pax, first leg dec 8',
    flights: ['KTEB KVNY 2026-12-08', 'KVNY KSDL ?', 'KSDL KTEB ?'],
    passengers: 5,
  },
  {
    text: 'From Dublin to Farnborough on Monday, on to Geneva Tuesday, home to Dublin Thursday, 3 pax',
    flights: ['EIDW~ EGLF 2026-11-23', 'EGLF LSGG 2026-11-24', 'LSGG EIDW~ 2026-11-26'],
    passengers: 3,
  },
]
