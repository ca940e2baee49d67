import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Stage, startStage } from '../drill/stage.ts'
import type { Bench } from './main.ts'
import { type Burst, measureBurst } from './webhooks/burst.ts'
import { type Growth, measureClaim } from './webhooks/claim.ts'
import { type Comparison, measureComparison } from './webhooks/compare.ts'
import { type Intake, measureIntake } from './webhooks/intake.ts'
import { measureScreen, type Screen } from './webhooks/screen.ts'

const PARTS = ['intake', 'screen', 'claim', 'compare', 'burst'] as const
type Part = (typeof PARTS)[number]
/** What makes half an hour of work is measured only when it is named. */
const USUAL: readonly Part[] = ['intake', 'screen', 'claim', 'compare']
const QUEUES = ['redis', 'postgres'] as const

const HELP = `npm run bench -- webhooks [--only ${PARTS.join('|')}] [--queue ${QUEUES.join('|')}] [--seconds 2] [--samples 60]
  [--rows 1000000] [--comparisons 1000000] [--burst 2000] [--burst-seconds 30]`

function oneOf<Name extends string>(names: readonly Name[], flag: string, given: string): Name {
  const name = names.find((known) => known === given)
  if (name !== undefined) return name
  console.error(`--${flag} knows ${names.join(', ')}, not ${JSON.stringify(given)}`)
  process.exit(2)
}

/**
 * What a notification costs on its way in, on its way to the broker's screen, and at a million of its kind: ratios in one run. And
 * whether the time of a refusal tells anything, and what becomes of a burst.
 */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      only: { type: 'string', default: '' },
      queue: { type: 'string', default: 'redis' },
      seconds: { type: 'string', default: '2' },
      samples: { type: 'string', default: '60' },
      rows: { type: 'string', default: '1000000' },
      comparisons: { type: 'string', default: '1000000' },
      burst: { type: 'string', default: '2000' },
      'burst-seconds': { type: 'string', default: '30' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return true
  }
  const parts: readonly Part[] = values.only === '' ? USUAL : [oneOf(PARTS, 'only', values.only)]
  const wants = (part: Part) => parts.includes(part)
  const queue = oneOf(QUEUES, 'queue', values.queue)
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
  if (wants('compare')) goals.push(reportComparison(measureComparison(Number(values.comparisons))))
  if (wants('burst')) {
    const options = { rate: Number(values.burst), seconds: Number(values['burst-seconds']) }
    const burst = await onStage({ queue, workers: 2 }, (stage, folder) => measureBurst(stage, folder, options))
    goals.push(reportBurst(burst, options))
  }
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

function reportComparison(comparison: Comparison) {
  const { samples, t, kept, t_of_all, median_ns, difference_ns } = comparison
  console.log('\nA password wrong in its first character, against one wrong in its last')
  const far = `${difference_ns.toFixed(2)} ns of ${median_ns.toFixed(0)} ns apart`
  const isMet = Math.abs(t) < 4.5
  console.log(
    goal(
      isMet,
      `|t| ${Math.abs(t).toFixed(2)} at most (of the fastest ${(kept * 100).toFixed(0)} %, ${far}), ${t_of_all.toFixed(2)} of all; ${samples} samples each; less than 4.5`,
    ),
  )
  console.log(JSON.stringify({ bench: 'webhooks', part: 'compare', ...comparison }))
  return isMet
}

function reportBurst(burst: Burst, { rate, seconds }: { rate: number; seconds: number }) {
  const { notifications, sent_per_second, ack_p99_ms, refused, backlog_s, lost, twice, open } = burst
  console.log(`\nA burst of ${rate} notifications a second for ${seconds} s`)
  console.log(
    `  ${notifications} sent, ${sent_per_second.toFixed(0)}/s; worked off ${burst.worked_off_per_second.toFixed(0)}/s`,
  )
  const goals = [
    [ack_p99_ms <= 1_000, `answered in ${ms(ack_p99_ms)} (p99), ${ms(burst.ack_p50_ms)} (p50); at most 1 s`],
    [refused === 0, `${refused} refused`],
    [lost + twice + open === 0, `${lost} lost, ${twice} twice, ${open} open`],
    [backlog_s <= 300, `all worked off ${backlog_s.toFixed(0)} s after the last; at most 5 min`],
  ] as const
  for (const [isMet, text] of goals) console.log(goal(isMet, text))
  console.log(JSON.stringify({ bench: 'webhooks', part: 'burst', ...burst }))
  return goals.every(([isMet]) => isMet)
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
