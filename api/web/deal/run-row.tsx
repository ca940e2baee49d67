import { agentName, toolName } from '../conversation/step-names.ts'
import { Verbatim } from '../conversation/verbatim.tsx'
import type { Execution } from '../data/rows.ts'
import { formatDuration, formatNumber } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { startOf } from './execution-tree.ts'

type Props = { run: Execution; begin: number; length: number; depth: number }

const STATES: Record<Execution['status'], string> = {
  pending: 'waits for you',
  running: 'running',
  completed: 'done',
  failed: 'failed',
  timeout: 'timed out',
}

/** One run as a bar in time, with the tools it called; opened, what went in and what came out. */
export function RunRow({ run, begin, length, depth }: Props) {
  const { metadata, execution_time_ms: took } = run
  const from = Math.min(99, Math.max(0, ((startOf(run) - begin) / length) * 100))
  const wide = Math.max(1, Math.min(100 - from, ((took ?? 0) / length) * 100))
  const calls = metadata.tool_calls ?? []
  return (
    <details className="run" data-status={run.status} data-depth={Math.min(depth, 3)}>
      <summary>
        <span className="run-name">
          <strong>{agentName(run.agent_type)}</strong>
          <span className={run.status === 'failed' || run.status === 'timeout' ? 'problem' : 'soft'}>
            {STATES[run.status]}
          </span>
          <span className="figure">
            {metadata.tokens?.total ? (
              <span className="soft">
                {formatNumber(metadata.tokens.total)} tokens · ${(metadata.cost_usd ?? 0).toFixed(4)} ·{' '}
              </span>
            ) : null}
            {took !== null && formatDuration(took)}
          </span>
        </span>
        <svg className="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
          <rect x={from} width={wide} height="2" />
        </svg>
        <span className="calls">
          {calls.map((toolCall, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a call that waited for a person comes twice; the order never changes
            <span key={at} className="tag" data-failed={!toolCall.ok}>
              {!toolCall.ok && <Icon name="alert" />}
              {toolName(toolCall.name)}
              {toolCall.duration_ms !== null && <span className="figure"> {formatDuration(toolCall.duration_ms)}</span>}
            </span>
          ))}
        </span>
      </summary>
      <dl className="facts">
        <div>
          <dt>Model</dt>
          <dd>{metadata.model ?? 'Unknown'}</dd>
        </div>
        <div>
          <dt>Tokens</dt>
          <dd className="figure">
            {formatNumber(metadata.tokens?.input ?? 0)} in, {formatNumber(metadata.tokens?.output ?? 0)} out, $
            {(metadata.cost_usd ?? 0).toFixed(4)}
          </dd>
        </div>
      </dl>
      {run.error_message && <p className="problem">{run.error_message}</p>}
      {calls.flatMap(({ name, error }, at) =>
        error ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <p key={at} className="problem">
            {toolName(name)}: {error}
          </p>
        ) : (
          []
        ),
      )}
      <Raw name="Input" value={run.input_data} />
      <Raw name="Output" value={run.output_data} />
    </details>
  )
}

function Raw({ name, value }: { name: string; value: unknown }) {
  if (value === null || value === undefined) return null
  return (
    <details className="raw">
      <summary>{name}</summary>
      <pre>
        <Verbatim text={JSON.stringify(value, null, 2)} />
      </pre>
    </details>
  )
}
