import type { Execution } from '../data/rows.ts'

export type Node = { run: Execution; children: Node[] /** When the last of it ended, in milliseconds. */; end: number }

/** The runs as trees, newest first; a run whose caller is not among them stands for itself. */
export function treesOf(runs: Execution[]): Node[] {
  const known = new Set(runs.map(({ id }) => id))
  const parentOf = ({ metadata }: Execution) =>
    metadata.parent_execution_id && known.has(metadata.parent_execution_id) ? metadata.parent_execution_id : null
  const inOrder = [...runs].sort((a, b) => startOf(a) - startOf(b))
  const byParent = Map.groupBy(inOrder, parentOf)
  const node = (run: Execution): Node => {
    const children = (byParent.get(run.id) ?? []).map(node)
    return { run, children, end: Math.max(endOf(run), ...children.map(({ end }) => end)) }
  }
  return (byParent.get(null) ?? []).map(node).reverse()
}

export const startOf = ({ started_at }: Execution) => Date.parse(started_at ?? '') || 0

export const endOf = (run: Execution) =>
  run.completed_at ? Date.parse(run.completed_at) : startOf(run) + (run.execution_time_ms ?? 0)
