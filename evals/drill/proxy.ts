import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export type Proxy = {
  port: number
  /** Breaks every connection, at both ends. */
  cut(): number
  /** Nothing passes any more, and nobody is told; until `cut`. */
  swallow(): void
  /** Nothing passes any more over the connections that are open, and nobody is told; new ones are as always. */
  forget(): void
  close(): Promise<void>
}

/** Stands between a process and what it connects to, to be able to break that. */
export async function startProxy(target: { port: number }): Promise<Proxy> {
  const pairs = new Set<[Socket, Socket]>()
  const forgotten = new WeakSet<[Socket, Socket]>()
  let swallowing = false
  const cut = () => {
    const broken = pairs.size
    swallowing = false
    for (const pair of pairs) for (const socket of pair) socket.destroy()
    return broken
  }
  const server = createServer((near) => {
    const far = connect({ port: target.port, host: '127.0.0.1' })
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    for (const [from, to] of [pair, [far, near] as const]) {
      from.setNoDelay(true)
      from.on('data', (data) => {
        if (swallowing || forgotten.has(pair)) return
        if (!to.write(data)) from.pause()
      })
      to.on('drain', () => from.resume())
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port, // it listens on a port, not on a pipe
    cut,
    swallow() {
      swallowing = true
    },
    forget() {
      for (const pair of pairs) forgotten.add(pair)
    },
    async close() {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
