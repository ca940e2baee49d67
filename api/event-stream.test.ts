import { describe, expect, it } from 'vitest'
import { aborted, eventStream } from './event-stream.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const kilobyte = 'x'.repeat(1024)

describe('an event stream', () => {
  it('beats while nothing happens', async () => {
    const response = eventStream(({ signal }) => aborted(signal), { log, closing: undefined, heartbeat_ms: 5 })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()

    expect((await reader?.read())?.value).toBe('retry: 1000\n\n')
    expect((await reader?.read())?.value).toBe(': heartbeat\n\n')
    await reader?.cancel()
  })

  it('holds back, in bounded memory, for a reader that takes nothing, and then lets it go', async () => {
    let written = 0
    const ended = Promise.withResolvers<unknown>()
    const response = eventStream(
      async (stream) => {
        try {
          for (;;) {
            await stream.write(kilobyte)
            written += 1
          }
        } catch (error) {
          ended.resolve(error)
          throw error
        }
      },
      { log, closing: undefined, stall_ms: 20 },
    )

    expect(await ended.promise).toBe('slow')
    expect(written).toBeLessThanOrEqual(65)
    await expect(response.text()).rejects.toThrow('slow')
  })

  it('goes on for a reader that takes its time but takes', async () => {
    const response = eventStream(
      async (stream) => {
        for (let count = 0; count < 300; count += 1) await stream.write(kilobyte)
      },
      { log, closing: undefined, stall_ms: 5_000 },
    )

    expect((await response.text()).length).toBe(300 * 1024 + 'retry: 1000\n\n'.length)
  })

  it('ends quietly when the reader leaves in the moment in which the service closes', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    const closing = new AbortController()
    const response = eventStream(({ signal }) => aborted(signal), { log, closing: closing.signal })

    closing.abort()
    await response.body?.cancel()
    await new Promise((resolve) => setImmediate(resolve)) // by now it would have been reported
    process.off('unhandledRejection', note)

    expect(unhandled).toEqual([])
  })

  it('stops its producer when the reader leaves, and when the service closes', async () => {
    const closing = new AbortController()
    const producing = () => {
      const stopped = Promise.withResolvers<unknown>()
      const response = eventStream(
        async ({ signal }) => {
          await aborted(signal)
          stopped.resolve(signal.reason)
        },
        { log, closing: closing.signal },
      )
      return { response, stopped: stopped.promise }
    }
    const [leaving, staying] = [producing(), producing()]

    await leaving.response.body?.cancel()
    closing.abort()

    expect(await leaving.stopped).toBe('left')
    expect(await staying.stopped).toBe('closing')
    expect(await staying.response.text()).toBe('retry: 1000\n\n')
  })
})
