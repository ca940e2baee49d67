export type ServerEvent = { id?: string; event: string; data: string }

/** Longer than two heartbeats of the service: silence for that long means that the connection is dead. */
const SILENCE_MS = 40_000

/** Server-sent events over fetch, because an `EventSource` cannot carry a bearer token. Ends when the service closes the stream, throws when it falls silent. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) return
  let buffer = ''
  try {
    for (;;) {
      const { done, value } = await within(SILENCE_MS, reader.read())
      if (done) return
      buffer += value
      const blocks = buffer.split('\n\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = parseEvent(block)
        if (event) yield event
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined) // it may be broken already
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The stream fell silent')), ms)
  })
  try {
    return await Promise.race([work, silence])
  } finally {
    clearTimeout(timer)
  }
}

function parseEvent(block: string): ServerEvent | undefined {
  const fields: ServerEvent = { event: 'message', data: '' }
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (name === 'data') fields.data += value
    else if (name === 'id' || name === 'event') fields[name] = value
  }
  return fields.data ? fields : undefined
}
