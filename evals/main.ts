import { parseArgs } from 'node:util'
import { z } from 'zod'
import { ModelConfig } from '../agents/models.ts'
import { hireBroker } from './brokers.ts'
import { corpus } from './corpus/corpus.ts'
import { scoreCorpus } from './corpus/score.ts'
import { playScenario, type Verdict } from './play-scenario.ts'
import { keepRun, readLastRun, tableOf } from './results.ts'
import type { Scenario } from './scenarios/scenario.ts'
import { scenarios, smokeTest } from './scenarios/scenarios.ts'
import { startService } from './service.ts'

const Environment = z.object({
  /** How often each scenario is played: a client meets the worst run, so all of them must pass. */
  EVAL_RUNS: z.coerce.number().int().min(1).max(20).default(1),
  /** The share of scenarios that must pass. */
  EVAL_THRESHOLD: z.coerce.number().min(0).max(1).default(1),
  /** How many scenarios are played side by side. */
  EVAL_PARALLEL: z.coerce.number().int().min(1).max(16).default(4),
  /** `1` prints who said what. */
  EVAL_TRANSCRIPTS: z.string().optional(),
})

/** `npm run eval [-- [--smoke] words of a scenario's name]`: plays the scenarios through the front door and prints what came of them. */
const {
  EVAL_RUNS: runs,
  EVAL_THRESHOLD: threshold,
  EVAL_PARALLEL: parallel,
  EVAL_TRANSCRIPTS,
} = Environment.parse(process.env)
const { OPENAI_API_KEY, OPENAI_MODEL } = ModelConfig.parse(process.env)
const { values, positionals } = parseArgs({ options: { smoke: { type: 'boolean' } }, allowPositionals: true })
const wanted = positionals.join(' ').toLowerCase()
const chosen = (values.smoke ? smokeTest : scenarios).filter(({ name }) => name.toLowerCase().includes(wanted))
const model = OPENAI_API_KEY ? OPENAI_MODEL : 'offline rules'

console.log(
  `${chosen.length} scenarios, ${runs} run${runs === 1 ? '' : 's'} each, ${model}, ${new Date().toISOString()}`,
)
const started = performance.now()
const verdicts = await playAll(chosen.flatMap((scenario) => Array.from({ length: runs }, () => scenario)))

for (const { name, failures, transcript } of verdicts) {
  if (EVAL_TRANSCRIPTS || failures.length > 0)
    console.log(`\n${name}\n${transcript.map((line) => `  ${line.replaceAll('\n', '\n    ')}`).join('\n')}`)
  for (const failure of failures) console.log(`  FAILED: ${failure}`)
}
const last = await readLastRun()
console.table(tableOf(chosen, verdicts, last))
await keepRun(model, verdicts, last)

const passed = chosen.filter(({ name }) => verdicts.every((verdict) => verdict.name !== name || verdict.passed)).length
const share = chosen.length === 0 ? 0 : passed / chosen.length
const percent = (part: number) => `${(part * 100).toFixed(1).replace('.0', '')} %`
const reading = scoreCorpus(corpus)
for (const line of reading.wrong) console.log(`  reading: ${line}`)
console.log(
  `Offline reading: ${reading.texts} texts, ${reading.right} of ${reading.fields} fields right (${percent(reading.share)}, 95 % needed), ${reading.missed} asked for again, ${reading.guessed} guessed (0 allowed)`,
)
console.log(
  `${passed} of ${chosen.length} scenarios passed (${percent(share)}, ${percent(threshold)} needed) in ${Math.round((performance.now() - started) / 1000)} s`,
)
if (share < threshold || reading.share < 0.95 || reading.guessed > 0) process.exitCode = 1

/** On one service, each scenario with a broker of its own, several at a time; the verdicts in the order of the scenarios. */
async function playAll(queue: readonly Scenario[]): Promise<Verdict[]> {
  await using service = await startService({ environment: process.env })
  const found: Verdict[] = []
  let next = 0
  const play = async () => {
    for (let at = next++; at < queue.length; at = next++) {
      const scenario = queue[at]
      if (scenario) found[at] = await playScenario(scenario, service, await hireBroker(service))
    }
  }
  await Promise.all(Array.from({ length: parallel }, play))
  return found
}
