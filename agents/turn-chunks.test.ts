import { describe, expect, it } from 'vitest'
import { createChunkWriter, type TurnChunk } from './turn-chunks.ts'

describe('the parts of an answer', () => {
  it('are stored in order and numbered without a gap, with the pieces of a text joined', async () => {
    const stored: [number, TurnChunk[]][] = []
    const writer = createChunkWriter({
      append: async (first_seq, chunks) => void stored.push([first_seq, chunks]),
      onFailure: () => undefined,
    })

    writer.write({ type: 'text-start', id: '0' })
    writer.write({ type: 'text-delta', id: '0', delta: 'Good ' })
    writer.write({ type: 'text-delta', id: '0', delta: 'morning' })
    await writer.flush()
    writer.write({ type: 'text-end', id: '0' })
    await writer.flush()

    expect(stored).toEqual([
      [
        0,
        [
          { type: 'text-start', id: '0' },
          { type: 'text-delta', id: '0', delta: 'Good morning' },
        ],
      ],
      [2, [{ type: 'text-end', id: '0' }]],
    ])
  })

  it('are not stored out of order behind a failure, which is reported once', async () => {
    const failures: unknown[] = []
    let calls = 0
    const writer = createChunkWriter({
      async append() {
        calls += 1
        throw new Error('down')
      },
      onFailure: (error) => void failures.push(error),
    })

    writer.write({ type: 'start' })
    await expect(writer.flush()).rejects.toThrow('down')
    writer.write({ type: 'finish' })
    await expect(writer.flush()).rejects.toThrow('down')

    expect({ calls, failures: failures.length }).toEqual({ calls: 1, failures: 1 })
  })
})
