import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export type LoadResult = {
  answers: number
  refused: number
  seconds: number
  per_second: number
  p50_ms: number
  p99_ms: number
}

type Load = {
  port: number
  path: string
  headers: Record<string, string>
  body(index: number): string
  connections: number
  seconds: number
  /** Requests for each second, sent when they are due whether or not earlier ones were answered; without it, as fast as answers come. */
  rate?: number
  onAnswer?(index: number, status: number): void
}

/** POSTs over kept-alive sockets with as little work as can be done, because both ends share the machine. */
export async function load({
  port,
  path,
  headers,
  body,
  connections,
  seconds,
  rate,
  onAnswer,
}: Load): Promise<LoadResult> {
  const head = Object.entries({ host: `127.0.0.1:${port}`, 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')
  const sockets = await Promise.all(Array.from({ length: connections }, () => open(port)))
  const took: number[] = []
  let refused = 0
  let index = 0
  const began = performance.now()
  const end = began + seconds * 1_000
  const runs = sockets.map(async (socket) => {
    while (performance.now() < end) {
      const number = index
      index += 1
      // With a rate, a request counts from when it was due: waiting for a free socket is waiting too. Timers may be early.
      const due = rate === undefined ? performance.now() : began + (number / rate) * 1_000
      if (due >= end) return
      const early_ms = due - performance.now()
      if (early_ms > 0) await delay(early_ms)
      const from = Math.min(due, performance.now())
      const text = body(number)
      const status = await socket.exchange(
        `POST ${path} HTTP/1.1\r\n${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      )
      took.push(performance.now() - from)
      if (status !== 200) refused += 1
      onAnswer?.(number, status)
    }
  })
  await Promise.all(runs)
  const elapsed = (performance.now() - began) / 1_000
  for (const socket of sockets) socket.close()
  return {
    answers: took.length,
    refused,
    seconds: elapsed,
    per_second: took.length / elapsed,
    p50_ms: percentile(took, 0.5),
    p99_ms: percentile(took, 0.99),
  }
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export const median = (values: number[]) => percentile(values, 0.5)

type Exchanger = { exchange(request: string): Promise<number>; close(): void }

/** One request after the other over a socket, which is opened anew when the server has had enough of it. */
async function open(port: number): Promise<Exchanger> {
  let socket = await dial(port)
  return {
    async exchange(request) {
      const { status, last } = await socket.exchange(request)
      if (last) {
        socket.close()
        socket = await dial(port)
      }
      return status
    },
    close: () => socket.close(),
  }
}

async function dial(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve()
    })
  })
  let text = ''
  let waiting: PromiseWithResolvers<Answer> | undefined
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    text += chunk
    const answer = wholeAnswer(text)
    if (!answer) return
    text = ''
    waiting?.resolve(answer)
  })
  socket.on('error', (error) => waiting?.reject(error))
  socket.on('close', () => waiting?.reject(new Error('The server closed the connection')))
  return {
    exchange(request: string) {
      waiting = Promise.withResolvers<Answer>()
      socket.write(request)
      return waiting.promise
    },
    close() {
      waiting = undefined
      socket.destroy()
    },
  }
}

type Answer = { status: number; last: boolean }

/** An answer that has arrived as a whole, else undefined. */
function wholeAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end).toLowerCase()
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1]
  const isWhole = /\r\ntransfer-encoding: chunked/.test(head)
    ? text.endsWith('0\r\n\r\n')
    : text.length >= end + 4 + Number(length ?? 0)
  return isWhole ? { status: Number(text.slice(9, 12)), last: head.includes('\r\nconnection: close') } : undefined
}
