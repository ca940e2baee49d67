import type { Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { Backoff } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'

export type AnalysisDeps = {
  /** Scores and ranks the request's quotes as its broker, and tells the broker. `key` names the state of the quotes. */
  analyseQuotes(request_id: string, key: string, signal: AbortSignal): Promise<void>
  enqueue: Pick<Enqueue, 'analysis'>
  backoff: Backoff
  shutdown: AbortSignal
  log: Log
}

const longestMs = 5 * 60_000

/** Analyses the quotes of one request. Run twice, it finds quotes that are scored already and leaves them. */
export async function processAnalysis(
  { request_id, key }: { request_id: string; key: string },
  deps: AnalysisDeps,
): Promise<void> {
  const backoffKey = `${request_id}/${key}`
  if (deps.backoff.pausing(backoffKey)) return // the sweeper asks every few seconds for what is still due
  try {
    await deps.analyseQuotes(request_id, key, AbortSignal.any([deps.shutdown, AbortSignal.timeout(longestMs)]))
    deps.backoff.succeeded(backoffKey)
  } catch (error) {
    const retry_at = deps.backoff.next(backoffKey)
    const fields = { err: error, request_id, retry_at }
    if (error instanceof UpstreamError) deps.log.warn(fields, 'an analysis waits for a service that does not answer')
    else deps.log.error(fields, 'the quotes of a request could not be analysed')
    await deps.enqueue.analysis(request_id, key, retry_at)
  }
}
