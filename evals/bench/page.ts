import { parseArgs } from 'node:util'
import { findChromium, startTestDesk, type TestDesk } from '../../api/web/test-desk.ts'
import type { Bench } from './main.ts'
import { ask, type Figures, load, openMeasured, readFigures } from './page/figures.ts'
import { fillDesk } from './page/fill-desk.ts'

const HELP = `npm run bench -- page [--deals 1000] [--runs 3]
Loads the desk with --deals deals, as a laptop and as a phone, and lets an answer stream in. The median of --runs counts.`

/** What Lighthouse calls good. */
const GOALS = { lcp_ms: 2_500, cls: 0.1, tbt_ms: 200 }

const PROFILES = {
  laptop: { viewport: { width: 1440, height: 900 }, cpu: 1, network: null },
  // Lighthouse's phone: a processor four times slower, 150 ms away, 1.6 Mbit/s.
  phone: { viewport: { width: 360, height: 740 }, cpu: 4, network: { latency: 150, down: 204_800, up: 96_000 } },
} as const

/** How fast the desk is there, how much it moves, and how long it is deaf; in a real browser, on this machine. */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      deals: { type: 'string', default: '1000' },
      runs: { type: 'string', default: '3' },
      help: { type: 'boolean', default: false },
    },
  })
  const [deals, runs] = [Number(values.deals), Number(values.runs)]
  const chromium = findChromium()
  if (values.help || !chromium || !(deals >= 0) || !(runs > 0)) {
    console.log(HELP)
    return Boolean(values.help)
  }
  const desk = await startTestDesk(chromium)
  try {
    await fillDesk(desk, deals)
    const goals: boolean[] = []
    for (const [name, profile] of Object.entries(PROFILES)) {
      const loads: Figures[] = []
      for (let run = 0; run < runs; run++) loads.push(await measureLoad(desk, profile, deals))
      goals.push(report(`${name}, ${deals} deals`, medians(loads)))
      const answers: Figures[] = []
      for (let run = 0; run < runs; run++) answers.push(await measureAnswer(desk, profile, deals))
      goals.push(report(`${name}, an answer streams in`, medians(answers)))
    }
    return goals.every(Boolean)
  } finally {
    await desk[Symbol.asyncDispose]()
  }
}

type Profile = (typeof PROFILES)[keyof typeof PROFILES]

/** From an empty cache to the whole list of deals. */
async function measureLoad(desk: TestDesk, profile: Profile, deals: number) {
  const tab = await openMeasured(desk, profile)
  await load(tab.page, deals)
  const figures = await readFigures(tab)
  await tab.context.close()
  return figures
}

/** A sentence, and the assistant's whole answer to it. */
async function measureAnswer(desk: TestDesk, profile: Profile, deals: number) {
  const tab = await openMeasured(desk, profile)
  await load(tab.page, deals)
  const before = await ask(tab, 'Teterboro to Van Nuys for Acme, 8 people, Feb 20, back the 23rd, G650, about $120k')
  const figures = await readFigures(tab, before)
  await tab.context.close()
  return { ...figures, lcp_ms: undefined, fcp_ms: undefined, kilobytes: undefined }
}

function medians(runs: Figures[]): Figures {
  const medianOf = (name: keyof Figures) => {
    const values = runs.map((figures) => figures[name] ?? 0).sort((a, b) => a - b)
    return runs[0]?.[name] === undefined ? undefined : values[Math.floor(values.length / 2)]
  }
  const names = Object.keys(runs[0] ?? {}) as (keyof Figures)[]
  return Object.fromEntries(names.map((name) => [name, medianOf(name)])) as Figures
}

function report(what: string, { fcp_ms, lcp_ms, tbt_ms, cls, work_ms, kilobytes, longest_ms }: Figures) {
  const isGood = (lcp_ms ?? 0) <= GOALS.lcp_ms && cls <= GOALS.cls && tbt_ms <= GOALS.tbt_ms
  const parts = [
    fcp_ms !== undefined && `first paint ${Math.round(fcp_ms)} ms`,
    lcp_ms !== undefined && `largest ${Math.round(lcp_ms)} ms`,
    `blocked ${Math.round(tbt_ms)} ms`,
    `longest task ${Math.round(longest_ms)} ms`,
    `worked ${Math.round(work_ms)} ms`,
    `moved ${cls.toFixed(4)}`,
    kilobytes !== undefined && `${Math.round(kilobytes)} KB over the wire`,
  ]
  console.log(`${isGood ? 'good' : 'NOT GOOD'}  ${what}: ${parts.filter(Boolean).join(', ')}`)
  return isGood
}
