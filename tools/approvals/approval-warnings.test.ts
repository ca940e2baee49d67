import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolContext } from '../context.ts'
import { startTestDesk, type TestDesk } from '../test-context.ts'
import { approvalWarnings } from './approval-warnings.ts'
import { lookAlike } from './look-alike.ts'

let desk: TestDesk
let dana: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  dana = await desk.broker()
})
afterAll(() => desk[Symbol.asyncDispose]())

const insert = async (text: string, params: unknown[]) => String((await desk.sql.query(text, params)).rows[0].id)

/** A client, and a proposal for it; `sent_to` was written on an earlier one. */
async function proposalFor(email: string | null, sent_to: string | null = null, broker = dana) {
  const agent = broker.broker.iso_agent_id
  const client = await insert(
    `insert into client_profiles (iso_agent_id, company_name, contact_name, email) values ($1, 'Client ' || gen_random_uuid(), 'C', $2) returning id`,
    [agent, email],
  )
  const request = await insert(
    `insert into requests (iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers, metadata)
     values ($1, $2, 'KTEB', 'KVNY', current_date + 20, 2, '{"segments": []}') returning id`,
    [agent, client],
  )
  const proposal = (to: string | null) =>
    insert(
      `insert into proposals (request_id, iso_agent_id, client_profile_id, sent_to_email, sent_at) values ($1, $2, $3, $4::text, case when $4::text is null then null else now() end) returning id`,
      [request, agent, client, to],
    )
  if (sent_to) await proposal(sent_to)
  return proposal(null)
}

const looked = async (payload: Record<string, unknown>, context = dana) =>
  (await approvalWarnings({ status: 'pending', action: 'send_proposal', payload }, context)).map(
    ({ code, field }) => `${code} ${field}`,
  )

describe('before a yes, the broker is told of', () => {
  it('nothing, where nothing is odd', async () => {
    const proposal_id = await proposalFor('kim@quietriver.example.com', 'kim@quietriver.example.com')
    const body = `Dear Kim,\n\nplease read and accept:\n${dana.publicUrl}/p/abc\n\nÀ bientôt, Zoë`

    expect(await looked({ proposal_id, to_email: 'kim@quietriver.example.com', subject: 'Your flight', body })).toEqual(
      [],
    )
  })

  it.each([
    ['a zero-width space', 'pay\u200bable'],
    ['a direction mark', 'invoice\u202Etxt.exe'],
    ['letters of the tag block', `Hello${String.fromCodePoint(0xe0041)}`],
    ['a variation selector', 'Hello\uFE00'],
    ['a control character', 'Hello\u0007'],
    ['a Hangul filler', 'Hello\u3164'],
  ])('%s in any text', async (_what, text) => {
    expect(await looked({ text })).toEqual(['hidden_characters text'])
    expect(await looked({ attachments: [{ file_name: text }] })).toEqual(['hidden_characters attachments.0.file_name'])
  })

  it('an address other than the one that the last e-mail went to', async () => {
    const proposal_id = await proposalFor('kim@newdomain.example.com', 'kim@olddomain.example.com')

    expect(await looked({ proposal_id, to_email: 'kim@newdomain.example.com' })).toEqual(['changed_recipient to_email'])
  })

  it('an address other than the one that this very proposal went to the first time, and what it imitates', async () => {
    const proposal_id = await proposalFor('jordan@acrneworks.example')
    await desk.sql.query(
      "update proposals set sent_to_email = 'jordan@acmeworks.example', sent_at = now() where id = $1",
      [proposal_id],
    )

    expect(await looked({ proposal_id, to_email: 'jordan@acrneworks.example' })).toEqual([
      'changed_recipient to_email',
      'look_alike_domain to_email',
    ])
  })

  it('an address that was changed after the e-mail was drafted', async () => {
    const proposal_id = await proposalFor('lee@afterwards.example.com')

    expect(await looked({ proposal_id, to_email: 'lee@before.example.com' })).toEqual(['changed_recipient to_email'])
  })

  it('a domain that looks like that of another client of theirs, but of nobody else', async () => {
    await proposalFor('jo@brightwater-capital.com')
    const omar = await desk.broker()
    const to_email = 'jo@brightwater-capitaI.com'.replace('I', '1')
    const proposal_id = await proposalFor(to_email)

    expect(await looked({ proposal_id, to_email })).toEqual(['look_alike_domain to_email'])
    expect(await looked({ proposal_id: await proposalFor(to_email, null, omar), to_email }, omar)).toEqual([])
  })

  it('links that lead elsewhere, above all to what looks like our own house', async () => {
    const own = new URL(dana.publicUrl).hostname
    const twin = own.replace(/\.(\w)/, '-.$1')

    expect(await looked({ text: 'Pay at https://evil.example.net/now or www.other.example.org' })).toEqual([
      'foreign_link text',
      'foreign_link text',
    ])
    expect(await looked({ text: `Read https://${twin}/p/abc` })).toEqual(['look_alike_domain text'])
  })

  it('nothing any more, once it is decided', async () => {
    expect(
      await approvalWarnings({ status: 'executed', action: 'reply_to_operator', payload: { text: 'a\u200bb' } }, dana),
    ).toEqual([])
  })
})

it.each([
  ['acrne.example.com', 'acme.example.com'],
  ['acme.exampel.com', 'acme.example.com'],
  ['gmai1.com', 'gmail.com'],
  ['outlook.co', 'outlook.com'],
  ['xn--acm-dma.example.com', 'acme.example.com'],
  ['аcme.example.com', 'acme.example.com'], // begins with a Cyrillic letter
  ['vvideopen.example.com', 'wideopen.example.com'],
])('%s looks like %s', (domain, known) => {
  expect(lookAlike(domain, ['acme.example.com', 'wideopen.example.com'])).toBe(`looks like ${known}, but is not`)
})

it.each(['acme.example.com', 'gmail.com', 'me.com', 'redwood.example.org', 'münchen.de'.replace('ü', 'u')])(
  '%s looks like nothing but itself',
  (domain) => {
    expect(lookAlike(domain, ['acme.example.com'])).toBeUndefined()
  },
)

it('other alphabets are named where no known domain is meant', () => {
  expect(lookAlike('пример.example', ['acme.example.com'])).toMatch(/another alphabet/)
})
