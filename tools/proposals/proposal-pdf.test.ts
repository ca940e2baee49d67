import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type ProposalDocument, renderProposal } from './proposal-pdf.ts'

const place = { code: 'KTEB', city: 'Teterboro', name: 'Teterboro Airport', zone: 'EST' }
const document: ProposalDocument = {
  proposal_number: 'PROP-2026-001',
  title: 'Teterboro and back',
  description: null,
  broker: { full_name: 'Радмила Николић', email: 'dana@desk.example' },
  client: { company_name: 'Acme Corporation', contact_name: null, email: 'acme@acme.example' },
  issued_on: 'November 22, 2026',
  valid_until: 'November 29, 2026',
  itinerary: [{ day: 'Fri, Nov 20', time: '09:00 EST', distance: null, from: place, to: place, passengers: 8 }],
  aircraft: [{ label: 'Type', value: 'Gulfstream G650' }],
  wishes: [],
  price: 'USD 128,800.00',
}

const hasReader = spawnSync('pdftotext', ['-v']).error === undefined

/** What a PDF reader takes from the page, without the marks by which it tells directions. */
async function read(changes: Partial<ProposalDocument>) {
  const pdf = await renderProposal({ ...document, ...changes })
  const { stdout } = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' })
  return { bytes: pdf.byteLength, text: stdout.replace(/[\u202a-\u202e]/g, '').replace(/ +/g, ' ') }
}

describe.runIf(hasReader)('a proposal, as a PDF reader shows it', () => {
  it('has names and wishes in the letters in which they are written, and stays small', async () => {
    const client = { company_name: '株式会社東京航空', contact_name: 'Łukasz Dvořák', email: null }
    const wishes = ['Икра и шампанское', 'Χωρίς γλουτένη', '素食餐點及輪椅協助', '한식 도시락']

    const { text, bytes } = await read({ client, wishes })

    expect(text).toContain('Prepared for 株式会社東京航空, Łukasz Dvořák')
    expect(text).toContain('PROP-2026-001 · Радмила Николић')
    for (const wish of wishes) expect(text).toContain(wish)
    expect(text).not.toContain('?')
    expect(bytes).toBeLessThan(100_000)
  })

  it('sets Hebrew and Arabic from right to left, and what is Latin in them from left to right', async () => {
    const { text } = await read({ wishes: ['ארוחה כשרה', 'شركة الخليج ABC Air'] })

    // A reader turns round what runs from the right: only what stands in its place comes out as it went in.
    expect(text).toContain('ארוחה כשרה')
    expect(text).toMatch(/شركة الخليج ?ABC Air/)
  })

  it('breaks a long text of a script without spaces, and one that fills more than a page', async () => {
    const { text } = await read({ description: '機内は静かにお願いします。'.repeat(150) })

    expect(text.match(/機内は静かにお願いします/g)?.length).toBeGreaterThan(100)
    expect(text).toMatch(/Page 2 of \d/)
  })

  it('names a client in a script that no font has by the address', async () => {
    const client = { company_name: 'ပျံ', contact_name: null, email: 'flights@yangon.example' }
    expect((await read({ client })).text).toContain('Prepared for flights@yangon.example')
  })
})
