import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startStage } from '../drill/stage.ts'
import type { Bench } from './main.ts'
import { measureIntake } from './webhooks/intake.ts'

const HELP = `npm run bench -- webhooks [--only intake|screen|claim] [--queue redis|postgres] [--seconds 5] [--rows 1000000]`

const queueOf = (name: string) => (name === 'postgres' ? 'postgres' : 'redis')

/** What a notification costs on its way in, on its way to the broker's screen, and at a million of its kind: ratios in one run. */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      only: { type: 'string', default: '' },
      queue: { type: 'string', default: 'redis' },
      seconds: { type: 'string', default: '5' },
      rows: { type: 'string', default: '1000000' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return true
  }
  const wants = (part: string) => values.only === '' || values.only === part
  const results: Record<string, unknown> = {}
  if (wants('intake')) {
    results.intake = await onStage({ queue: queueOf(values.queue), workers: 0 }, (stage) =>
      measureIntake(stage, Number(values.seconds)),
    )
  }
  console.log(JSON.stringify(results))
  return true
}

type Options = { queue: 'redis' | 'postgres'; workers: number }

async function onStage<T>(options: Options, measure: (stage: Awaited<ReturnType<typeof startStage>>) => Promise<T>) {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-bench-'))
  const stage = await startStage({ ...options, folder, apis: 1, log_level: 'warn', breakable: false })
  try {
    return await measure(stage)
  } finally {
    await stage.close()
    await rm(folder, { recursive: true, force: true })
  }
}
