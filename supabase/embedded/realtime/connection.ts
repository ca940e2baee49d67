import type { WebSocket } from 'ws'
import { type Channel, type ChannelDeps, joinChannel, refusal } from './channel.ts'
import { RefusedError } from './filter.ts'
import type { Format, Frame, Payload } from './frames.ts'

export type Limits = {
  /** Bytes that wait for a client that does not read; above, it is disconnected. */
  buffered: number
  /** Bytes of one message. */
  frame: number
  channels: number
  /** Messages of one client that wait to be handled. */
  pending: number
  /** Without a sign of life for so long, a client is gone. */
  idle_ms: number
}

export const LIMITS: Limits = {
  buffered: 4 * 1024 * 1024,
  frame: 1024 * 1024,
  channels: 100,
  pending: 500,
  idle_ms: 90_000,
}

type Log = { error(fields: object, message: string): void }

type Options = { deps: ChannelDeps; format: Format; apiKey: string; limits: Limits; log: Log }

const POLICY_VIOLATION = 1008
const TRY_AGAIN_LATER = 1013

/** Serves one client: its channels by topic, its messages one after the other. */
export function serveConnection(socket: WebSocket, { deps, format, apiKey, limits, log }: Options) {
  type Joined = { channel: Channel; join_ref: string | null }
  const channels = new Map<string, Joined>()
  let lastSeen = Date.now()
  let pending = 0
  let work = Promise.resolve()

  function send(data: string | Buffer) {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > limits.buffered) return socket.terminate() // it would eat our memory
    socket.send(data)
  }

  const reply = ({ join_ref, ref, topic }: Frame, payload: Payload) =>
    send(format.encode({ join_ref, ref, topic, event: 'phx_reply', payload }))

  async function join(frame: Frame) {
    channels.get(frame.topic)?.channel.leave()
    channels.delete(frame.topic)
    if (channels.size >= limits.channels) return reply(frame, refusal('ChannelRateLimitReached: Too many channels'))
    const { topic, join_ref } = frame
    const outlet = {
      push: (event: string, payload: Payload) =>
        send(format.encode({ join_ref, ref: event.startsWith('phx_') ? join_ref : null, topic, event, payload })),
      pushBroadcast: (message: Parameters<Format['encodeBroadcast']>[1]) =>
        send(format.encodeBroadcast(topic, message)),
      ended() {
        if (channels.get(topic)?.join_ref === join_ref) channels.delete(topic)
      },
    }
    const joined = await joinChannel(deps, frame, apiKey, outlet)
    if (socket.readyState !== socket.OPEN) return joined.channel.leave()
    channels.set(topic, { channel: joined.channel, join_ref })
    reply(frame, { status: 'ok', response: joined.reply })
    joined.greet()
  }

  async function handle(frame: Frame) {
    if (frame.event === 'heartbeat') return reply(frame, { status: 'ok', response: {} })
    if (frame.event === 'phx_join') return join(frame)
    const joined = channels.get(frame.topic)
    if (frame.event === 'phx_leave') {
      joined?.channel.leave()
      channels.delete(frame.topic)
      return reply(frame, { status: 'ok', response: {} })
    }
    const answer = joined ? await joined.channel.handle(frame) : refusal('unmatched topic')
    if (answer) reply(frame, answer)
  }

  async function answerSafely(frame: Frame) {
    try {
      await handle(frame)
    } catch (error) {
      if (error instanceof RefusedError) return reply(frame, refusal(error.message))
      log.error({ err: error, event: frame.event }, 'a realtime message could not be handled')
      reply(frame, refusal('Realtime was unable to connect to the project database'))
    }
  }

  socket.on('message', (data: Buffer, isBinary: boolean) => {
    lastSeen = Date.now()
    const frame = format.decode(data, isBinary)
    if (!frame) return socket.close(POLICY_VIOLATION, 'That was no message')
    if (pending >= limits.pending) return socket.close(POLICY_VIOLATION, 'Too many messages at once')
    pending += 1
    work = work
      .then(() => answerSafely(frame))
      .finally(() => {
        pending -= 1
      })
  })
  socket.on('error', () => socket.terminate())
  const closed = new Promise<void>((done) =>
    socket.once('close', () => {
      for (const { channel } of channels.values()) channel.leave()
      channels.clear()
      done()
    }),
  )

  return {
    closed,
    /** Ends what is idle, and what has lost its rights. */
    async inspect() {
      if (Date.now() - lastSeen > limits.idle_ms) return socket.terminate()
      for (const { channel } of [...channels.values()]) await channel.recheck()
    },
    async close() {
      socket.close(TRY_AGAIN_LATER, 'The server is shutting down')
      socket.terminate()
      await closed
      await work
    },
  }
}

export type Connection = ReturnType<typeof serveConnection>
