import * as crypto from 'node:crypto'
import { beforeEach, expect, it, vi } from 'vitest'
import { createIdentification } from './webhook-credentials.ts'

vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>()
  return { ...actual, timingSafeEqual: vi.fn(actual.timingSafeEqual) }
})
const compare = vi.mocked(crypto.timingSafeEqual)
beforeEach(() => void compare.mockClear())

const FIRST = { username: 'avinode', password: 'correct horse battery staple' }
const BEFORE = { username: 'avinode', password: 'the one from last month' }
const SECOND = { username: 'second', password: 'the password of the second desk', connection: 'second-desk' }
const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`

it.each([
  ['the first pair', basic(`avinode:${FIRST.password}`), 'default'],
  ['the one from before', basic(`avinode:${BEFORE.password}`), 'default'],
  ['the last pair', basic(`second:${SECOND.password}`), 'second-desk'],
  ['a password wrong in its first letter', basic('avinode:Xorrect horse battery staple'), undefined],
  ['a password wrong in its last letter', basic('avinode:correct horse battery staplX'), undefined],
  ['a password that only begins right', basic('avinode:correct horse'), undefined],
  ['a user nobody knows', basic(`nobody:${FIRST.password}`), undefined],
  ['nothing but a colon', basic(':'), undefined],
  ['a very long password', basic(`avinode:${'x'.repeat(1_000)}`), undefined],
])('%s is compared with every pair in full, so that time tells nothing', (_what, header, connection) => {
  const identify = createIdentification([FIRST, BEFORE, SECOND])

  expect(identify(header)).toBe(connection)

  expect(compare).toHaveBeenCalledTimes(3)
  for (const [given, known] of compare.mock.calls) expect([given.byteLength, known.byteLength]).toEqual([32, 32])
  expect(new Set(compare.mock.calls.map(([, known]) => String(known))).size).toBe(3)
})

it('one pair is known in one form only', () => {
  const identify = createIdentification([{ username: 'a', password: 'bc\u00e9' }])
  const right = Buffer.from('a:bc\u00e9').toString('base64') // YTpiY8Op: its bytes are a multiple of three

  expect(identify(`basic  ${right} `)).toBe('default')
  for (const header of [
    `Basic ${right}=`,
    `Basic ${right}AA==`,
    `Basic ${right.toLowerCase()}`,
    basic(Buffer.from('a:bc\u00e9', 'latin1')),
    basic('a:bc\u0065\u0301'),
    `Bearer ${right}`,
    right,
    '',
    undefined,
  ]) {
    expect(identify(header)).toBeUndefined()
  }
})

it('a username with a colon is refused at the start: it could not be told from its password', () => {
  expect(() => createIdentification([{ username: 'a:b', password: 'c' }])).toThrow(/colon/)
})
