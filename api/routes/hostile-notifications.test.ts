import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RunningApi, serveApi } from '../serve.ts'
import { startTestApi, type TestApi, WEBHOOK } from '../testing.ts'

const SECOND = { username: 'second', password: 'the password of the second desk', connection: 'second-desk' }
const BEFORE = { username: 'avinode-before', password: 'the one from last month' }

let api: TestApi
let server: RunningApi
beforeAll(async () => {
  api = await startTestApi({ webhook: { credentials: [WEBHOOK, BEFORE, SECOND] } })
  server = await serveApi({ app: api.app, port: 0, host: '127.0.0.1', log: api.log, onClosing: () => {} })
})
beforeEach(() => api.sql.query('truncate avinode_webhook_events cascade'))
afterAll(async () => {
  await server?.close()
  await api?.close()
})

const encode = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const basic = ({ username, password }: { username: string; password: string }) => encode(`${username}:${password}`)
const good = basic(WEBHOOK)
const notification = (id: string, more: object = {}) => ({
  id,
  type: 'tripmsgs',
  href: `https://sandbox.avinode.com/api/tripmsgs/${id}`,
  tripId: 'K7M2QD',
  ...more,
})
const send = (body: string | Uint8Array, authorization: string | null, headers: Record<string, string> = {}) =>
  api.app.request('/api/webhooks/avinode/seller-response', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== null && { authorization }), ...headers },
    body: body as BodyInit,
  })
const rows = async () => (await api.sql.query('select * from avinode_webhook_events order by received_at')).rows
const rowCount = async () => (await api.sql.query('select count(*)::int from avinode_webhook_events')).rows[0].count

/** Numbers that look random and are the same every time. */
function seeded(seed: number) {
  let state = seed
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
  return {
    below: (limit: number) => Math.floor(next() * limit),
    pick: <T>(of: readonly T[]): T => of[Math.floor(next() * of.length)] as T,
  }
}
type Random = ReturnType<typeof seeded>

const collect = (() => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
})()
const heapMegabytes = () => {
  collect()
  return process.memoryUsage().heapUsed / 1024 / 1024
}

/** An Authorization header that is almost right. */
function forged(random: Random): string | null {
  const { username, password } = random.pick([WEBHOOK, BEFORE, SECOND])
  const whole = basic({ username, password })
  const at = random.below(whole.length - 7) + 6
  return random.pick([
    () => null,
    () => '',
    () => whole.slice(0, at),
    () =>
      whole.slice(0, at) +
      String.fromCharCode(whole.charCodeAt(at) ^ (1 << random.below(5)) || 65) +
      whole.slice(at + 1),
    () => `${whole}${random.pick(['A', '=', 'AAAA', ' x', ',', '\u00e9'])}`,
    () => `${random.pick(['Bearer', 'Digest', 'Basic:', 'Basi', 'BasicX', ''])} ${whole.slice(6)}`,
    () => encode(`${username}:${swapCase(password)}`),
    () => encode(`${username.toUpperCase()}:${password}`),
    () => encode(`${username}:${password.slice(0, random.below(password.length))}`),
    () => encode(`${username}:${password}\u0000`),
    () => encode(`${username}:${password} `),
    () => encode(`${username.replace('a', '\u0430').replace('s', '\u0455')}:${password}`), // Cyrillic look-alikes
    () => encode(`${username}${password}`),
    () => encode(`:${password}`),
    () => encode(`${username}:`),
    () =>
      encode(
        `${username}:${random.pick([WEBHOOK, BEFORE, SECOND].filter((one) => one.username !== username)).password}`,
      ),
    () => encode(`${password}:${username}`),
    () => `${whole}, ${whole}`,
    () => `Basic ${Buffer.from(`${username}:${password}`).toString('hex')}`,
    () => (whole.endsWith('=') ? whole.replaceAll('=', '') : `${whole}=`), // the same bytes, not encoded as they should be
    () => 'x'.repeat(random.below(4_000)),
  ])()
}
const swapCase = (text: string) =>
  [...text].map((letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase())).join('')

/** A body that is none of Avinode's, whatever else it may be. */
function malformed(random: Random): string | Uint8Array {
  const whole = JSON.stringify(notification(`asellermsg-${random.below(1_000_000)}`))
  const field = random.pick(['id', 'href', 'type'])
  const wrong = random.pick([1, 1e308, -0, true, null, [], {}, [['x']], '', 'x'.repeat(2_001)])
  const bytes = Buffer.from(whole)
  return random.pick([
    () => whole.slice(0, random.below(whole.length)),
    () => JSON.stringify({ ...JSON.parse(whole), [field]: wrong }),
    () => JSON.stringify({ ...JSON.parse(whole), [field]: undefined }),
    () =>
      Buffer.concat([
        bytes.subarray(0, 8),
        Buffer.from(random.pick([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0x80]])),
        bytes.subarray(8),
      ]),
    () => whole.replace('asellermsg', '\\u0000'),
    () =>
      random.pick(['null', 'true', '0', '1e999', '"text"', '[]', '{}', '[[]]', ' ', '\ufeff', 'NaN', '{]', '<xml/>']),
    () => `[${whole}]`,
    () => `${whole}${whole}`,
    () => `${whole.slice(0, -1)},"x":${'['.repeat(65 + random.below(5_000))}`,
    () => whole.replace('"id":', `"x":${'{"x":'.repeat(80)}1${'}'.repeat(80)},"id":`),
    () => whole.replace('{', '{,'),
    () => whole.replaceAll('"', "'"),
    () => whole.replace(/"id":"[^"]*"/, `"id":${'9'.repeat(1 + random.below(400))}`),
    () => whole.replace('"tripId"', `"x":"${'x'.repeat(65_536)}","tripId"`),
  ])()
}

describe('ten thousand hostile requests', () => {
  it('forged or malformed, none is accepted, none breaks anything, and memory stays as it is', async () => {
    const random = seeded(20_261_122)
    const answers = new Map<string, number>()
    const attackOnce = async (isForged: boolean) => {
      const body = isForged ? JSON.stringify(notification('asellermsg-forged')) : malformed(random)
      const response = await send(body, isForged ? forged(random) : good)
      await response.arrayBuffer()
      const kind = `${isForged ? 'forged' : 'malformed'} ${response.status}`
      answers.set(kind, (answers.get(kind) ?? 0) + 1)
    }
    const attack = async (count: number) => {
      for (let sent = 0; sent < count; sent += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, n) => attackOnce(n % 2 === 0)))
      }
    }

    await attack(2_000)
    const before = heapMegabytes()
    await attack(8_000)
    const grown = heapMegabytes() - before

    expect(answers.get('forged 401')).toBe(5_000)
    expect([...answers.keys()].sort()).toEqual(['forged 401', 'malformed 400', 'malformed 413', 'malformed 422'])
    expect(await rowCount()).toBe(0)
    expect(grown).toBeLessThan(16)
  })
})

describe('a notification', () => {
  it('that comes a thousand times, fifty at once, is one piece of work', async () => {
    const statuses: number[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      const body = JSON.stringify(notification('asellermsg-again'))
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(body, good)))
      statuses.push(...answers.map(({ status }) => status))
    }

    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(await rows()).toMatchObject([{ parsed_data: { source: 'seller-response', notifications: 1_000 } }])
  })

  it('belongs to the connection whose credentials it came with', async () => {
    const body = JSON.stringify(notification('asellermsg-1', { connection: 'default', company: 'somebody else' }))

    await send(body, good)
    await send(body, basic(SECOND))

    expect(
      (await rows()).map(({ avinode_event_id, parsed_data }) => [avinode_event_id, parsed_data.connection]),
    ).toEqual([
      ['tripmsgs:asellermsg-1', undefined],
      ['second-desk/tripmsgs:asellermsg-1', 'second-desk'],
    ])
  })

  it('cannot name its kind so that it counts as one of another connection', async () => {
    const id = `arfq-${randomUUID()}`
    const theirs = JSON.stringify(notification(id, { type: 'rfqs' }))
    const alike = JSON.stringify(notification(id, { type: 'second-desk/rfqs' }))

    await send(alike, good)
    await send(theirs, basic(SECOND))
    await send(alike, good)

    const found = await rows()
    expect(found.filter(({ processing_status }) => processing_status === 'pending')).toMatchObject([
      { avinode_event_id: `second-desk/rfqs:${id}:1`, parsed_data: { connection: 'second-desk' } },
    ])
    for (const { parsed_data } of found) expect(parsed_data.notifications).toBeUndefined()
  })

  it('of an unknown kind, with unknown values and fields, is kept and marked', async () => {
    const bodies = [
      { ...notification('x-1'), type: 'a-kind-of-tomorrow' },
      { ...notification('x-2'), type: 'SchedAeroTrip', platformTripId: 7 },
      { ...notification('x-3'), status: 'AN_ENUM_OF_TOMORROW', nested: { any: ['thing', 1, null] } },
    ]

    for (const body of bodies) expect((await send(JSON.stringify(body), good)).status).toBe(200)

    expect((await rows()).map(({ raw_payload, processing_status }) => [raw_payload, processing_status])).toEqual([
      [bodies[0], 'skipped'],
      [bodies[1], 'skipped'],
      [bodies[2], 'pending'],
    ])
  })

  it.each([
    ['names of prototypes', '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'],
    ['the same key twice', '"type":"tripmsgs","type":"tripmsgs"'],
    ['very many keys', Array.from({ length: 5_000 }, (_, n) => `"k${n}":0`).join(',')],
    ['a number beyond all numbers', '"n":1e400,"m":-1e400'],
    ['half a character', '"s":"\\ud800"'],
  ])('with %s is stored safely or refused', async (_what, extra) => {
    const response = await send(JSON.stringify(notification('asellermsg-odd')).replace('{', `{${extra},`), good)

    expect([200, 400, 422]).toContain(response.status)
    expect(await rowCount()).toBe(response.status === 200 ? 1 : 0)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  it('is not unpacked: a packed body is refused before it is read', async () => {
    const bomb = gzipSync(Buffer.alloc(1024 * 1024, ' '))

    expect((await send(bomb, good, { 'content-encoding': 'gzip' })).status).toBe(415)
    expect(await rowCount()).toBe(0)
  })

  it.each([
    'https://sandbox.avinode.com.evil.example/api/tripmsgs/asellermsg-1',
    'http://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
  ])('with the address %s is stored, and nothing is fetched', async (href) => {
    expect((await send(JSON.stringify(notification('asellermsg-1', { href })), good)).status).toBe(200)

    // The Avinode of these tests throws when it is asked anything, and the worker's own tests follow such an address.
    expect(await rowCount()).toBe(1)
    expect(api.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  })
})

/** What a socket gets back for exactly these bytes. */
function exchange(request: string, continued = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      answer += chunk
      if (answer.includes('\r\n\r\n')) socket.end()
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', (error: NodeJS.ErrnoException) => (answer ? resolve(answer) : reject(error)))
    socket.write(request)
    if (continued) socket.write(continued)
  })
}
const head = (...lines: string[]) =>
  [
    'POST /api/webhooks/avinode/seller-chat HTTP/1.1',
    'Host: x',
    'Content-Type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n')
const statusOf = (answer: string) => Number(answer.slice(9, 12))

describe('over the wire', () => {
  const body = JSON.stringify(notification('asellermsg-wire'))
  const authorized = `Authorization: ${good}`

  it('a body is taken up to the limit, declared or in chunks, and not a byte more', async () => {
    const padded = (bytes: number) => {
      const empty = JSON.stringify(notification('asellermsg-edge', { padding: '' }))
      return JSON.stringify(notification('asellermsg-edge', { padding: 'x'.repeat(bytes - empty.length) }))
    }
    const limit = 64 * 1024
    const declared = (text: string) => exchange(head(authorized, `Content-Length: ${text.length}`), text)
    const chunked = (text: string) =>
      exchange(head(authorized, 'Transfer-Encoding: chunked'), `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`)

    expect(statusOf(await declared(padded(limit)))).toBe(200)
    expect(statusOf(await chunked(padded(limit)))).toBe(200)
    expect(statusOf(await declared(padded(limit + 1)))).toBe(413)
    expect(statusOf(await chunked(padded(limit + 1)))).toBe(413)
    expect(await rowCount()).toBe(1)
  })

  it.each([
    ['two lengths', ['Content-Length: 10', `Content-Length: ${body.length}`]],
    ['a length and chunks', [`Content-Length: ${body.length}`, 'Transfer-Encoding: chunked']],
    ['a length that is none', ['Content-Length: 1e3']],
    ['a negative length', ['Content-Length: -1']],
  ])('%s are refused', async (_what, lines) => {
    expect(statusOf(await exchange(head(authorized, ...lines), body))).toBe(400)
    expect(await rowCount()).toBe(0)
  })

  it('of two Authorization headers, one wrong, nothing is taken that the first alone would not be', async () => {
    const wrong = `Authorization: ${basic({ ...WEBHOOK, password: 'wrong' })}`
    const length = `Content-Length: ${body.length}`

    expect(statusOf(await exchange(head(wrong, authorized, length), body))).toBe(401)
    expect(await rowCount()).toBe(0)
  })

  it('whoever shows no credentials is asked for them', async () => {
    const answer = await exchange(head(`Content-Length: ${body.length}`), body)

    expect(statusOf(answer)).toBe(401)
    expect(answer).toMatch(/www-authenticate: Basic realm=/i)
  })
})

describe('while the queue is away', () => {
  it.each([
    ['refuses', () => Promise.reject(new Error('no queue'))],
    ['says nothing', () => new Promise<void>(() => {})],
  ])('and %s, a notification is stored and answered all the same', async (_how, webhooks) => {
    const nothing = async () => {}
    const beside = await startTestApi({ enqueue: { webhooks, turn: nothing, outbox: nothing } }, api)
    try {
      const answer = await beside.app.request('/api/webhooks/avinode/seller-chat', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: good },
        body: JSON.stringify(notification('asellermsg-unqueued')),
      })

      expect(answer.status).toBe(200)
      expect(await rows()).toMatchObject([{ processing_status: 'pending' }]) // which is what the sweeper looks for
    } finally {
      await beside.close()
    }
  })
})

describe('while the database is slow or away', () => {
  it('the answer is 503 and never 200, and what is sent again later is stored', async () => {
    const gate = await api.sql.connect()
    try {
      await gate.query('begin')
      await gate.query('lock table avinode_webhook_events in exclusive mode') // no INSERT gets through
      const answer = await send(JSON.stringify(notification('asellermsg-slow')), good)

      expect(answer.status).toBe(503)
    } finally {
      await gate.query('rollback')
      gate.release()
    }
    expect((await send(JSON.stringify(notification('asellermsg-slow')), good)).status).toBe(200)
    expect(await rowCount()).toBe(1)
  })
})
