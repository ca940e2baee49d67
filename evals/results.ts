import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { Verdict } from './play-scenario.ts'

const Run = z.object({
  model: z.string(),
  at: z.string(),
  scenarios: z.record(z.string(), z.object({ passed: z.boolean(), ms: z.number() })),
})
type Run = z.output<typeof Run>

/** Beside the other data of a checkout, and not in the repository. */
const file = join(import.meta.dirname, '..', '.jetvision', 'last-eval.json')

export async function readLastRun(): Promise<Run | undefined> {
  try {
    return Run.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch {
    return undefined // the first run, or one of another version
  }
}

/** Keeps a run for the next one to be held against; scenarios that were not played stay as they were. */
export async function keepRun(model: string, verdicts: readonly Verdict[], last: Run | undefined) {
  const played = verdicts.map(({ name, ms }) => [
    name,
    { passed: verdicts.every((one) => one.name !== name || one.passed), ms },
  ])
  const scenarios = { ...(last?.model === model ? last.scenarios : {}), ...Object.fromEntries(played) }
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, JSON.stringify({ model, at: new Date().toISOString(), scenarios }))
}

/** One line for each scenario, with the run before beside it. */
export function tableOf(scenarios: readonly { name: string }[], verdicts: readonly Verdict[], last: Run | undefined) {
  return scenarios.map(({ name }) => {
    const played = verdicts.filter((verdict) => verdict.name === name)
    const average = (value: (verdict: Verdict) => number) =>
      Math.round(played.reduce((sum, verdict) => sum + value(verdict), 0) / played.length)
    const costs = played.map(({ cost_usd }) => cost_usd)
    const before = last?.scenarios[name]
    return {
      scenario: name.length > 90 ? `${name.slice(0, 89)}…` : name,
      pass: played.every(({ passed }) => passed)
        ? 'yes'
        : `no (${played.filter(({ passed }) => passed).length}/${played.length})`,
      before: before ? (before.passed ? 'yes' : 'no') : '-',
      ms: average(({ ms }) => ms),
      'ms before': before?.ms ?? '-',
      'tool calls': average(({ tool_calls }) => tool_calls),
      tokens: average(({ tokens }) => tokens),
      'cost $': costs.includes(null) ? '-' : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0).toFixed(4),
    }
  })
}
