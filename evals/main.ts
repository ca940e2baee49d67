import { z } from 'zod'
import { ModelConfig } from '../agents/models.ts'
import { signIn } from './client.ts'
import { playScenario, type Verdict } from './play-scenario.ts'
import { scenarios } from './scenarios/scenarios.ts'
import { startService } from './service.ts'

const Environment = z.object({
  /** How often each scenario is played: a client meets the worst run, so all of them must pass. */
  EVAL_RUNS: z.coerce.number().int().min(1).max(20).default(1),
  /** The share of scenarios that must pass. */
  EVAL_THRESHOLD: z.coerce.number().min(0).max(1).default(1),
})

/** `npm run eval [-- words of a scenario's name]`: plays the scenarios through the front door and prints what came of them. */
const { EVAL_RUNS: runs, EVAL_THRESHOLD: threshold } = Environment.parse(process.env)
const { OPENAI_API_KEY, OPENAI_MODEL } = ModelConfig.parse(process.env)
const wanted = process.argv.slice(2).join(' ').toLowerCase()
const chosen = scenarios.filter(({ name }) => name.toLowerCase().includes(wanted))

console.log(
  `${chosen.length} scenarios, ${runs} run${runs === 1 ? '' : 's'} each, ${OPENAI_API_KEY ? OPENAI_MODEL : 'offline rules'}, ${new Date().toISOString()}`,
)
const verdicts: Verdict[] = []
{
  await using service = await startService({ environment: process.env })
  const broker = await signIn(service.url)
  for (const scenario of chosen) {
    for (let run = 0; run < runs; run++) {
      const verdict = await playScenario(scenario, service, broker)
      verdicts.push(verdict)
      for (const failure of verdict.failures) console.log(`  ${scenario.name}: ${failure}`)
    }
  }
}

const table = chosen.map(({ name }) => {
  const played = verdicts.filter((verdict) => verdict.name === name)
  const average = (value: (verdict: Verdict) => number) =>
    Math.round(played.reduce((sum, verdict) => sum + value(verdict), 0) / played.length)
  const costs = played.map(({ cost_usd }) => cost_usd)
  return {
    scenario: name,
    pass: played.every(({ passed }) => passed)
      ? 'yes'
      : `no (${played.filter(({ passed }) => passed).length}/${played.length})`,
    ms: average(({ ms }) => ms),
    'tool calls': average(({ tool_calls }) => tool_calls),
    tokens: average(({ tokens }) => tokens),
    'cost $': costs.includes(null) ? '-' : costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0).toFixed(4),
  }
})
console.table(table)
const passed = table.filter(({ pass }) => pass === 'yes').length
const share = chosen.length === 0 ? 0 : passed / chosen.length
console.log(
  `${passed} of ${chosen.length} passed (${(share * 100).toFixed(0)} %, ${(threshold * 100).toFixed(0)} % needed)`,
)
if (share < threshold) process.exitCode = 1
