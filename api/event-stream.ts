import type { Log } from '../tools/context.ts'

/** One reader of a server-sent event stream. */
export type EventStream = {
  /** Resolves once the reader has room again. Throws when the reader is gone or too slow. */
  write(text: string | Uint8Array): Promise<void>
  /** Aborted when the reader is gone or the service closes. */
  signal: AbortSignal
}

type Options = {
  log: Log
  closing: AbortSignal | undefined
  headers?: Record<string, string>
  heartbeat_ms?: number
  stall_ms?: number
  lifetime_ms?: number
}

const encoder = new TextEncoder()

/** What may wait in memory for one reader. Text that is written at once when it is exceeded still fits into 1 MiB. */
const BUFFER_BYTES = 64 * 1024
const HEARTBEAT_MS = 15_000
const STALL_MS = 30_000
/** Readers come back by themselves, with a token that is still good. */
const LIFETIME_MS = 60 * 60_000

/** Answers with server-sent events: heartbeats, bounded memory, and an end for readers that take nothing for half a minute. */
export function eventStream(produce: (stream: EventStream) => Promise<void>, options: Options): Response {
  const { log, closing, heartbeat_ms = HEARTBEAT_MS, stall_ms = STALL_MS, lifetime_ms = LIFETIME_MS } = options
  const gone = new AbortController()
  let room: PromiseWithResolvers<void> | undefined
  let hasReader = true

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const stop = closing ? () => gone.abort('closing') : undefined
        if (closing?.aborted) gone.abort('closing')
        if (stop) closing?.addEventListener('abort', stop, { once: true })
        const full = () => (controller.desiredSize ?? 0) <= 0
        const write = async (text: string | Uint8Array) => {
          if (full()) await hasRoom(full)
          gone.signal.throwIfAborted()
          controller.enqueue(typeof text === 'string' ? encoder.encode(text) : text)
        }
        const hasRoom = async (isFull: () => boolean) => {
          const slow = setTimeout(() => gone.abort('slow'), stall_ms)
          try {
            while (isFull() && !gone.signal.aborted) {
              room = Promise.withResolvers()
              await Promise.race([room.promise, aborted(gone.signal)])
            }
          } finally {
            clearTimeout(slow)
          }
        }
        const heartbeat = setInterval(() => {
          if (!full()) controller.enqueue(encoder.encode(': heartbeat\n\n'))
        }, heartbeat_ms)
        const end = setTimeout(() => gone.abort('lifetime'), lifetime_ms)
        controller.enqueue(encoder.encode('retry: 1000\n\n'))
        void produce({ write, signal: gone.signal })
          .catch((error: unknown) => {
            if (!gone.signal.aborted) log.error({ err: error }, 'a stream ended with an error')
          })
          .finally(() => {
            clearInterval(heartbeat)
            clearTimeout(end)
            if (stop) closing?.removeEventListener('abort', stop)
            const reason = gone.signal.aborted ? gone.signal.reason : 'done'
            gone.abort('done')
            if (reason === 'slow') {
              log.warn({}, 'a reader that took nothing was dropped')
              controller.error(new Error('The reader was too slow'))
            } else if (hasReader) {
              controller.close()
            }
          })
      },
      pull() {
        room?.resolve()
      },
      cancel() {
        hasReader = false // also where something else had ended the stream a moment before
        gone.abort('left')
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_BYTES }),
  )

  return new Response(body, {
    headers: {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache, no-transform',
      'X-Accel-Buffering': 'no',
      ...options.headers,
    },
  })
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** One event with its id and type. JSON has no line breaks, so it is one line of data. */
export const eventText = ({ id, event, data }: { id?: string; event: string; data: unknown }) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
