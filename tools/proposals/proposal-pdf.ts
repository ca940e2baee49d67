import PDFDocument from 'pdfkit'
import type { ItineraryLine, Place } from './itinerary-lines.ts'
import { type Fonts, loadFonts } from './pdf-fonts.ts'
import { heightOfLines, writeLines } from './pdf-lines.ts'
import { isStandard, isWhole, printable } from './pdf-text.ts'

/** Everything that a client reads in a proposal. It has no place for operator, net price or margin. */
export type ProposalDocument = {
  proposal_number: string
  title: string
  description: string | null
  broker: { full_name: string; email: string }
  client: { company_name: string; contact_name: string | null; email: string | null }
  issued_on: string
  valid_until: string
  itinerary: ItineraryLine[]
  aircraft: { label: string; value: string }[]
  wishes: string[]
  /** With its currency: `USD 128,800.00`. */
  price: string
}

const INK = '#16202c'
const GREY = '#5b6675'
const LINE = '#d5dae1'
const ACCENT = '#0f4c75'
const PALE = '#f2f5f8'
const MARGIN = 54
const WIDTH = 612 - 2 * MARGIN
const BOTTOM = 792 - 56

const INCLUDED = [
  'The aircraft with its crew for every flight listed above',
  'Fuel, landing, handling and navigation charges',
  'The taxes and fees that apply to this itinerary as planned',
  'Standard catering and refreshments on board',
]

const TERMS = [
  'The price is for the itinerary above as a whole. Changes of route, times or passengers may change it.',
  'The aircraft is offered subject to availability until you accept and the booking is confirmed in writing.',
  'Not included unless listed: special catering, ground transport, de-icing, and on-board internet where it is charged by use. They are charged at cost.',
  'Flights are operated by a licensed air carrier, which has operational control of them at all times.',
]

/** Renders a proposal, one page for most trips, two for long ones. The same document always gives the same text. */
export async function renderProposal(proposal: ProposalDocument): Promise<Uint8Array> {
  const fonts = await loadFonts(textsIn(proposal))
  const document = new PDFDocument({
    size: 'LETTER',
    margins: { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN },
    bufferPages: true,
    lang: 'en-US',
    displayTitle: true,
    info: {
      Title: printable(`${proposal.title} (${proposal.proposal_number})`, fonts),
      Author: printable(proposal.broker.full_name, fonts),
      Subject: 'Private jet charter proposal',
    },
  })
  for (const { name, regular, bold } of fonts.files) {
    document.registerFont(name, Buffer.from(regular)).registerFont(`${name}-bold`, Buffer.from(bold))
  }
  const pdf: Pdf = Object.assign(document, { fonts })
  const rendered = new Promise<Uint8Array>((resolve, reject) => {
    const chunks: Uint8Array[] = []
    pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk))
    pdf.on('end', () => resolve(Buffer.concat(chunks)))
    pdf.on('error', reject)
  })
  writeHead(pdf, proposal)
  writeItinerary(pdf, proposal.itinerary)
  writeAircraft(pdf, proposal.aircraft)
  if (proposal.wishes.length > 0) writeList(pdf, 'Your wishes, to be confirmed with the booking', proposal.wishes)
  writeList(pdf, 'What is included', INCLUDED)
  writePrice(pdf, proposal)
  writeList(pdf, 'Terms', TERMS, 8)
  writeFeet(pdf, proposal)
  pdf.end()
  return rendered
}

type Pdf = InstanceType<typeof PDFDocument> & { fonts: Fonts }
type Style = { font?: 'Helvetica' | 'Helvetica-Bold'; size?: number; color?: string; width?: number; align?: 'right' }

/** Every text of a document, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}

function write(pdf: Pdf, text: string, x: number, y: number, style: Style = {}) {
  const { font = 'Helvetica', size = 10, color = INK, width = WIDTH, align } = style
  const words = printable(text, pdf.fonts)
  pdf.fillColor(color)
  const look = { size, width, isBold: font === 'Helvetica-Bold', ...(align ? { align } : {}) }
  if (!isStandard(words)) return writeLines(pdf, words, x, y, look, pdf.fonts)
  pdf.font(font).fontSize(size)
  pdf.text(words, x, y, { width, lineGap: 1.5, ...(align ? { align } : {}) })
  return pdf.y
}

function height(pdf: Pdf, text: string, { font = 'Helvetica', size = 10, width = WIDTH }: Style) {
  const words = printable(text, pdf.fonts)
  const look = { size, width, isBold: font === 'Helvetica-Bold' }
  if (!isStandard(words)) return heightOfLines(pdf, words, look, pdf.fonts)
  return pdf.font(font).fontSize(size).heightOfString(words, { width, lineGap: 1.5 })
}

/** Starts a new page unless this much still fits. */
function keep(pdf: Pdf, space: number) {
  if (pdf.y + space > BOTTOM) pdf.addPage()
}

function writeHead(
  pdf: Pdf,
  { broker, client, proposal_number, title, description, issued_on, valid_until }: ProposalDocument,
) {
  pdf.rect(0, 0, 612, 8).fill(ACCENT)
  const half = WIDTH / 2
  write(pdf, broker.full_name, MARGIN, MARGIN, { font: 'Helvetica-Bold', size: 15, color: ACCENT, width: half })
  const left = write(pdf, `Private jet charter\n${broker.email}`, MARGIN, pdf.y, { size: 9, color: GREY, width: half })
  const right: Style = { size: 9, color: GREY, width: half, align: 'right' }
  write(pdf, proposal_number, MARGIN + half, MARGIN, { ...right, font: 'Helvetica-Bold', size: 11, color: INK })
  write(pdf, `Issued ${issued_on}\nValid until ${valid_until}`, MARGIN + half, pdf.y + 3, right)
  rule(pdf, Math.max(left, pdf.y) + 12)

  write(pdf, title, MARGIN, pdf.y + 16, { font: 'Helvetica-Bold', size: 20 })
  write(pdf, `Prepared for ${addressee(client, pdf.fonts)}`, MARGIN, pdf.y + 2, { size: 11, color: GREY })
  if (description) write(pdf, description, MARGIN, pdf.y + 10)
}

/** A name in a script that no font has is left to the e-mail, which can show it. */
function addressee({ company_name, contact_name, email }: ProposalDocument['client'], fonts: Fonts): string {
  const names = [company_name, contact_name].filter((name) => name !== null).filter((name) => isWhole(name, fonts))
  return [...new Set(names)].join(', ') || email || 'our client'
}

function writeItinerary(pdf: Pdf, lines: ItineraryLine[]) {
  heading(pdf, lines.length === 1 ? 'Your flight' : 'Your flights', 90)
  const columns = { when: MARGIN + 8, from: MARGIN + 150, to: MARGIN + 300, pax: MARGIN + 448 }
  const top = pdf.y
  pdf.rect(MARGIN, top, WIDTH, 18).fill(PALE)
  const label: Style = { font: 'Helvetica-Bold', size: 8, color: GREY, width: 140 }
  write(pdf, 'DEPARTURE (LOCAL TIME)', columns.when, top + 5, label)
  write(pdf, 'FROM', columns.from, top + 5, label)
  write(pdf, 'TO', columns.to, top + 5, label)
  write(pdf, 'GUESTS', columns.pax, top + 5, { ...label, width: 50 })
  pdf.y = top + 18
  for (const line of lines) {
    keep(pdf, 64)
    const start = pdf.y + 7
    write(pdf, line.day, columns.when, start, { font: 'Helvetica-Bold', width: 136 })
    write(pdf, [line.time, ...(line.distance ? [line.distance] : [])].join('\n'), columns.when, pdf.y, {
      size: 9,
      color: GREY,
      width: 136,
    })
    const ends = [pdf.y]
    ends.push(writePlace(pdf, line.from, columns.from, start), writePlace(pdf, line.to, columns.to, start))
    write(pdf, String(line.passengers), columns.pax, start, { width: 50 })
    rule(pdf, Math.max(...ends) + 6)
  }
}

function writePlace(pdf: Pdf, { code, city, name, zone }: Place, x: number, y: number) {
  write(pdf, `${city} (${code})`, x, y, { font: 'Helvetica-Bold', width: 142 })
  return write(pdf, `${name}\nLocal time zone: ${zone}`, x, pdf.y, { size: 9, color: GREY, width: 142 })
}

function writeAircraft(pdf: Pdf, facts: { label: string; value: string }[]) {
  heading(pdf, 'Your aircraft', 20 + facts.length * 16)
  for (const { label, value } of facts) {
    const y = pdf.y
    write(pdf, label, MARGIN, y, { color: GREY, width: 120 })
    write(pdf, value, MARGIN + 130, y, { width: WIDTH - 130 })
    pdf.y += 2
  }
}

function writeList(pdf: Pdf, title: string, entries: string[], size = 10) {
  const style = { size, width: WIDTH - 14 }
  heading(pdf, title, height(pdf, entries[0] ?? '', style))
  for (const entry of entries) {
    keep(pdf, height(pdf, entry, style) + 3)
    const y = pdf.y
    write(pdf, '•', MARGIN, y, { size, color: ACCENT, width: 10 })
    write(pdf, entry, MARGIN + 14, y, style)
    pdf.y += 2
  }
}

function writePrice(pdf: Pdf, { price, valid_until }: ProposalDocument) {
  keep(pdf, 96)
  const top = pdf.y + 12
  pdf.rect(MARGIN, top, WIDTH, 54).fill(PALE)
  pdf.rect(MARGIN, top, 4, 54).fill(ACCENT)
  write(pdf, 'Total price', MARGIN + 18, top + 12, { font: 'Helvetica-Bold', size: 12, width: 200 })
  write(pdf, `For all flights and guests, valid until ${valid_until}`, MARGIN + 18, pdf.y + 2, {
    size: 9,
    color: GREY,
    width: 240,
  })
  write(pdf, price, MARGIN + 230, top + 17, { font: 'Helvetica-Bold', size: 20, width: WIDTH - 248, align: 'right' })
  pdf.y = top + 54
}

function heading(pdf: Pdf, title: string, below: number) {
  keep(pdf, 40 + below)
  write(pdf, title, MARGIN, pdf.y + 12, { font: 'Helvetica-Bold', size: 12, color: ACCENT })
  pdf.y += 3
}

function rule(pdf: Pdf, y: number) {
  pdf
    .moveTo(MARGIN, y)
    .lineTo(MARGIN + WIDTH, y)
    .lineWidth(0.75)
    .strokeColor(LINE)
    .stroke()
  pdf.y = y
}

function writeFeet(pdf: Pdf, { broker, proposal_number }: ProposalDocument) {
  const { start, count } = pdf.bufferedPageRange()
  for (let page = start; page < start + count; page++) {
    pdf.switchToPage(page)
    pdf.page.margins.bottom = 0 // or a line this low would open a page of its own
    const style: Style = { size: 8, color: GREY, width: WIDTH - 80 }
    write(pdf, `${proposal_number}  ·  ${broker.full_name}  ·  ${broker.email}`, MARGIN, 792 - 44, style)
    write(pdf, `Page ${page + 1} of ${count}`, MARGIN + WIDTH - 80, 792 - 44, { ...style, width: 80, align: 'right' })
  }
}
