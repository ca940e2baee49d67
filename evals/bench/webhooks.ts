import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Stage, startStage } from '../drill/stage.ts'
import type { Bench } from './main.ts'
import { type Growth, measureClaim } from './webhooks/claim.ts'
import { type Intake, measureIntake } from './webhooks/intake.ts'
import { measureScreen, type Screen } from './webhooks/screen.ts'

const HELP = `npm run bench -- webhooks [--only intake|screen|claim] [--queue redis|postgres] [--seconds 2] [--samples 60] [--rows 1000000]`

const queueOf = (name: string) => (name === 'postgres' ? 'postgres' : 'redis')

/** What a notification costs on its way in, on its way to the broker's screen, and at a million of its kind: ratios in one run. */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      only: { type: 'string', default: '' },
      queue: { type: 'string', default: 'redis' },
      seconds: { type: 'string', default: '2' },
      samples: { type: 'string', default: '60' },
      rows: { type: 'string', default: '1000000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return true
  }
  const wants = (part: string) => values.only === '' || values.only === part
  const queue = queueOf(values.queue)
  const goals: boolean[] = []
  if (wants('intake')) {
    const intake = await onStage({ queue, workers: 0 }, (stage) => measureIntake(stage, Number(values.seconds)))
    goals.push(reportIntake(intake))
  }
  if (wants('screen')) {
    const screen = await onStage({ queue, workers: 1 }, (stage, folder) =>
      measureScreen(stage, folder, Number(values.samples)),
    )
    goals.push(reportScreen(screen))
  }
  if (wants('claim')) goals.push(reportGrowth(await measureClaim(Number(values.rows))))
  return goals.every(Boolean)
}

const ms = (value: number) => `${value.toFixed(1)} ms`
const goal = (isMet: boolean, text: string) => `${isMet ? 'met   ' : 'MISSED'}  ${text}`

function reportIntake(intake: Intake) {
  const { bare_per_second, ours_per_second, ratio, rate, bare_p99_ms, ours_p99_ms, p99_ratio, p99_ratios } = intake
  console.log('\nIntake, against a bare Hono route that does one committed INSERT')
  console.log(
    goal(
      ratio >= 0.5,
      `${ours_per_second.toFixed(0)}/s of ${bare_per_second.toFixed(0)}/s: ${ratio.toFixed(2)} x, at least 0.5 x`,
    ),
  )
  const late = `p99 ${ms(ours_p99_ms)} against ${ms(bare_p99_ms)} at ${rate.toFixed(0)}/s: ${p99_ratio.toFixed(2)} x, at most 3 x (rounds: ${p99_ratios.map((one) => one.toFixed(1)).join(' ')})`
  console.log(goal(p99_ratio <= 3, late))
  console.log(JSON.stringify({ bench: 'webhooks', part: 'intake', ...intake }))
  return ratio >= 0.5 && p99_ratio <= 3
}

function reportScreen(screen: Screen) {
  console.log("\nFrom the notification to the event on the broker's screen")
  for (const [name, took] of Object.entries(screen.steps)) console.log(`  ${name.padEnd(42)} ${ms(took)}`)
  const text = `p50 ${ms(screen.ours_p50_ms)} against ${ms(screen.sum_ms)} for the bare steps: ${screen.ratio.toFixed(2)} x, at most 2 x`
  console.log(goal(screen.ratio <= 2, text))
  console.log(JSON.stringify({ bench: 'webhooks', part: 'screen', ...screen }))
  return screen.ratio <= 2
}

function reportGrowth(found: Growth[]) {
  console.log('\nThe inbox as it grows')
  const verbs = [...new Set(found.map(({ verb }) => verb))]
  const results = verbs.map((verb) => {
    const [small, large] = found.filter((one) => one.verb === verb)
    if (!small || !large) throw new Error(`${verb} was not measured`)
    const isFlat = large.p50_ms <= 2 * small.p50_ms || large.p95_ms <= 5
    const sizes = `p50 ${ms(large.p50_ms)}, p95 ${ms(large.p95_ms)} at ${large.rows} rows; ${ms(small.p50_ms)}, ${ms(small.p95_ms)} at ${small.rows}`
    console.log(goal(isFlat, `${verb}: ${sizes}`))
    return isFlat
  })
  console.log(JSON.stringify({ bench: 'webhooks', part: 'claim', found }))
  return results.every(Boolean)
}

type Options = { queue: 'redis' | 'postgres'; workers: number }

async function onStage<T>(options: Options, measure: (stage: Stage, folder: string) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-bench-'))
  const stage = await startStage({ ...options, folder, apis: 1, log_level: 'warn', breakable: false })
  try {
    return await measure(stage, folder)
  } finally {
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}
