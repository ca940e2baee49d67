import type { UIMessageChunk } from 'ai'
import type { ApprovalWarning } from '../tools/approvals/approval-warnings.ts'
import type { Step } from './execution.ts'

/** The parts of our own in an assistant's message, beside its text. */
export type TurnData = {
  /** A tool or specialist at work; comes again under the same id when it is done. */
  step: Step
  /** An outward action that waits for the broker's yes. */
  approval: {
    approval_id: string
    action: string
    request_id: string | null
    payload: Record<string, unknown>
    expires_at: string
    /** What to look at before saying yes. */
    warnings: ApprovalWarning[]
  }
  /** The request that this turn is about. */
  request: { request_id: string }
}

export type TurnMetadata = { turn_id: string; model: string; offline: boolean; stopped?: boolean; steps?: Step[] }

export type TurnChunk = UIMessageChunk<TurnMetadata, TurnData>

export type ChunkWriter = {
  write(chunk: TurnChunk): void
  /** Resolves when everything written so far is stored. Throws what storing it threw. */
  flush(): Promise<void>
  close(): void
}

type WriterOptions = {
  /** Stores chunks under the numbers from `first_seq` on. */
  append(first_seq: number, chunks: TurnChunk[]): Promise<void>
  /** Called once, when chunks could not be stored. */
  onFailure(error: unknown): void
  interval_ms?: number
}

/** Gathers chunks and stores them in batches, in order; neighbouring pieces of one text become one. */
export function createChunkWriter({ append, onFailure, interval_ms = 50 }: WriterOptions): ChunkWriter {
  let waiting: TurnChunk[] = []
  let next_seq = 0
  let timer: NodeJS.Timeout | undefined
  let stored = Promise.resolve()
  let failure: { error: unknown } | undefined

  const store = () => {
    clearTimeout(timer)
    timer = undefined
    const batch = joinTexts(waiting)
    waiting = []
    if (batch.length === 0) return
    const first_seq = next_seq
    next_seq += batch.length
    stored = stored.then(async () => {
      if (failure) return
      try {
        await append(first_seq, batch)
      } catch (error) {
        failure = { error }
        onFailure(error)
      }
    })
  }

  return {
    write(chunk) {
      waiting.push(chunk)
      timer ??= setTimeout(store, interval_ms)
    },
    async flush() {
      store()
      await stored
      if (failure) throw failure.error
    },
    close() {
      clearTimeout(timer)
    },
  }
}

function joinTexts(chunks: TurnChunk[]): TurnChunk[] {
  const joined: TurnChunk[] = []
  for (const chunk of chunks) {
    const last = joined.at(-1)
    if (chunk.type === 'text-delta' && last?.type === 'text-delta' && last.id === chunk.id) {
      joined[joined.length - 1] = { ...last, delta: last.delta + chunk.delta }
    } else {
      joined.push(chunk)
    }
  }
  return joined
}
