import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { z } from 'zod'
import type { Keys } from '../lite.ts'
import { createChanges } from './changes.ts'
import { type Connection, LIMITS, type Limits, serveConnection } from './connection.ts'
import { formatFor } from './frames.ts'
import { createGate } from './gate.ts'
import { createIdentifier, type VerifyExternalToken } from './identity.ts'
import { createTopics } from './topics.ts'

type Log = { error(fields: object, message: string): void }

export type RealtimeOptions = Keys & {
  databaseUrl: string
  log: Log
  verifyExternalToken?: VerifyExternalToken
  limits?: Partial<Limits>
}

export type Realtime = {
  /** Takes over a websocket; false for another path than ours. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean
  /** Broadcasts sent by HTTP; null for another path. */
  fetch(request: Request): Promise<Response | null>
  close(): Promise<void>
}

const PUBLICATION = 'supabase_realtime'
const WEBSOCKET = '/realtime/v1/websocket'
const BROADCAST = '/realtime/v1/api/broadcast'
const INSPECTION_MS = 30_000
/**
 * supabase-js asks for its token and for the socket at the same moment, and joins with what it has when the socket opens.
 * A socket that is open at once would be joined by nobody.
 */
const TOKEN_TIME_MS = 150

/**
 * What Supabase Realtime is to us: database changes under each subscriber's own row level security, broadcast and
 * presence under the policies on realtime.messages, for supabase-js as it is. It costs nothing while nobody listens.
 */
export function createRealtime({ databaseUrl, log, verifyExternalToken, limits: given, ...keys }: RealtimeOptions) {
  const limits = { ...LIMITS, ...given }
  const identify = createIdentifier(keys, verifyExternalToken)
  const gate = createGate(databaseUrl, PUBLICATION)
  const changes = createChanges({ databaseUrl, publication: PUBLICATION, gate, log })
  const topics = createTopics()
  const deps = { identify, gate, changes, topics }
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.frame, clientTracking: false })
  const connections = new Set<Connection>()
  let isClosed = false

  const inspection = setInterval(async () => {
    for (const connection of [...connections]) {
      await connection
        .inspect()
        .catch((error: unknown) => log.error({ err: error }, 'a realtime client was not inspected'))
    }
  }, INSPECTION_MS).unref()

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (url.pathname !== WEBSOCKET) return false
    socket.on('error', () => socket.destroy()) // gone before it was a websocket
    const apiKey = url.searchParams.get('apikey') ?? ''
    const format = formatFor(url.searchParams.get('vsn'))
    accept().catch(() => socket.destroy())
    return true

    async function accept() {
      const client = await identify(apiKey)
      if (!client) return refuse(socket, '401 Unauthorized')
      if (client.role === 'anon') await delay(TOKEN_TIME_MS, undefined, { ref: false })
      if (isClosed) return refuse(socket, '503 Service Unavailable')
      if (!format) return refuse(socket, '400 Bad Request')
      server.handleUpgrade(request, socket, head, (websocket) => {
        const connection = serveConnection(websocket, { deps, format, apiKey, limits, log })
        connections.add(connection)
        connection.closed.then(() => connections.delete(connection))
      })
    }
  }

  async function answerBroadcast(request: Request): Promise<Response | null> {
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith(BROADCAST)) return null
    const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    const identity = await identify(bearer ?? request.headers.get('apikey') ?? '')
    if (!identity) return answered(401, 'The token is not valid, or has expired')
    const messages = request.method === 'POST' ? await readMessages(request) : null // nothing is read for a stranger
    if (!messages) return answered(422, 'A broadcast has a topic, an event and a payload')
    for (const { topic } of messages) {
      const rights = await gate.topicRights(identity, topic)
      if (!rights.broadcast.send) return answered(403, `You may not send to ${topic}`)
    }
    for (const { topic, event, payload, private: isPrivate } of messages) {
      topics.broadcast(`${isPrivate ? 'private' : 'public'} ${topic}`, { event, payload })
    }
    return new Response(null, { status: 202 })
  }

  return {
    upgrade,
    fetch: answerBroadcast,
    async close() {
      isClosed = true
      clearInterval(inspection)
      await Promise.all([...connections].map((connection) => connection.close()))
      await changes.close()
      await gate.close()
    },
  } satisfies Realtime
}

function refuse(socket: Duplex, status: string) {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

const answered = (status: number, error: string) =>
  Response.json({ error }, { status, headers: { 'access-control-allow-origin': '*' } })

const Message = z.object({
  topic: z.string().min(1).max(255),
  event: z.string().min(1).max(255),
  payload: z.unknown(),
  private: z.boolean().default(false),
})
const Messages = z.object({ messages: z.array(Message).min(1).max(100) })

/** Several at once in the body, or one whose topic and event stand in the path. */
async function readMessages(request: Request) {
  const { pathname, searchParams } = new URL(request.url)
  const [topic, word, event, ...rest] = pathname.slice(BROADCAST.length + 1).split('/')
  const body: unknown = await request.json().catch(() => undefined)
  if (!topic) return Messages.safeParse(body).data?.messages ?? null
  if (word !== 'events' || !event || rest.length > 0 || body === undefined) return null
  const message = {
    topic: decode(topic),
    event: decode(event),
    payload: body,
    private: searchParams.get('private') === 'true',
  }
  return Messages.safeParse({ messages: [message] }).data?.messages ?? null
}

function decode(part: string) {
  try {
    return decodeURIComponent(part)
  } catch {
    return ''
  }
}
