import { agentName } from '../conversation/step-names.ts'
import type { Execution, Request } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatDuration, formatMoment, formatNumber } from '../look/format.ts'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { type Node, treesOf } from './execution-tree.ts'
import { RunRow } from './run-row.tsx'
import { useRows } from './use-rows.ts'

/** Every run of the agents for this deal: who called whom, how long each took, and what it cost. */
export function Activity({ request }: { request: Request }) {
  const { store } = useDesk()
  const answering = useStore(
    store,
    ({ answers }) => request.primary_conversation_id !== null && request.primary_conversation_id in answers,
  )
  const { rows, problem, retry } = useRows<Execution>(request, 'executions', answering)
  if (!rows)
    return problem ? <Alert onRetry={retry}>{problem}</Alert> : <Skeleton lines={8} label="Loading the agents’ work" />
  if (rows.length === 0) {
    return (
      <EmptyNote icon="clock" title="No agent has worked on this deal yet">
        Runs appear here with their tools, times and cost.
      </EmptyNote>
    )
  }
  const tokens = rows.reduce((sum, { metadata }) => sum + (metadata.tokens?.total ?? 0), 0)
  const cost = rows.reduce((sum, { metadata }) => sum + (metadata.cost_usd ?? 0), 0)
  return (
    <section className="side">
      <p className="soft">
        {rows.length} runs · {formatNumber(tokens)} tokens · ${cost.toFixed(4)}
      </p>
      {treesOf(rows).map((tree) => (
        <Tree key={tree.run.id} tree={tree} />
      ))}
    </section>
  )
}

function Tree({ tree }: { tree: Node }) {
  const { run } = tree
  const begin = Date.parse(run.started_at ?? '')
  return (
    <article className="run-tree">
      <header>
        <h2>{run.metadata.background ? 'In the background' : 'In the conversation'}</h2>
        <span className="soft">
          {run.started_at && formatMoment(run.started_at)}
          {run.execution_time_ms !== null && ` · ${formatDuration(run.execution_time_ms)}`}
        </span>
      </header>
      <ul aria-label={`Runs of ${agentName(run.agent_type)}`}>
        <Branch node={tree} begin={begin} length={Math.max(1, tree.end - begin)} depth={0} />
      </ul>
    </article>
  )
}

type BranchProps = { node: Node; begin: number; length: number; depth: number }

function Branch({ node, begin, length, depth }: BranchProps) {
  return (
    <li>
      <RunRow run={node.run} begin={begin} length={length} depth={depth} />
      {node.children.length > 0 && (
        <ul>
          {node.children.map((child) => (
            <Branch key={child.run.id} node={child} begin={begin} length={length} depth={depth + 1} />
          ))}
        </ul>
      )}
    </li>
  )
}
