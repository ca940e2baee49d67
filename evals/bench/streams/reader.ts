import { get, type IncomingMessage } from 'node:http'

export type Reader = {
  /** When the marked event came, in ms; undefined until then. */
  heardAt(mark: string): number | undefined
  close(): void
}

/** Opens a stream and keeps, for every mark in it, the moment when it came. Resolves when the stream has begun. */
export function openReader(url: string, broker: string, onHeard: () => void): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, headers: { authorization: `Bearer ${broker}` } }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`The stream was answered with ${response.statusCode}`))
      const heard = listen(response, onHeard)
      response.once('data', () => resolve({ heardAt: (mark) => heard.get(mark), close: () => request.destroy() }))
    })
    request.on('error', reject)
  })
}

function listen(response: IncomingMessage, onHeard: () => void) {
  const heard = new Map<string, number>()
  let rest = ''
  response.setEncoding('utf8')
  response.on('error', () => undefined) // it was closed by us
  response.on('data', (text: string) => {
    rest += text
    const end = rest.lastIndexOf('\n\n')
    if (end < 0) return
    const whole = rest.slice(0, end)
    rest = rest.slice(end)
    for (const [, mark] of whole.matchAll(/event: message\.created\n.*?"(mark-\d+)"/gs)) {
      if (mark && !heard.has(mark)) {
        heard.set(mark, performance.timeOrigin + performance.now())
        onHeard()
      }
    }
  })
  return heard
}
