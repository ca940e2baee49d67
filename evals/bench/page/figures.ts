import type { Page } from 'playwright-core'
import type { TestDesk } from '../../../api/web/test-desk.ts'

/** Lighthouse's figures, as far as they come from the browser itself. */
export type Figures = {
  fcp_ms: number | undefined
  lcp_ms: number | undefined
  /** What tasks took beyond 50 ms each. */
  tbt_ms: number
  cls: number
  /** What the processor did for the page: unlike the others it does not grow when the machine has other work. */
  work_ms: number
  kilobytes: number | undefined
  longest_ms: number
}

type Profile = {
  viewport: { width: number; height: number }
  cpu: number
  network: { latency: number; down: number; up: number } | null
}

type Measured = { lcp: number; tasks: number[]; shifts: { at: number; value: number }[] }

/** A signed-in tab that notes what happens in it, on a machine and a network as slow as the profile says. */
export async function openMeasured(desk: TestDesk, { viewport, cpu, network }: Profile) {
  const isPhone = viewport.width < 768
  const opened = await desk.signIn('Dana Whitfield', { viewport, isMobile: isPhone, hasTouch: isPhone })
  const { page, context } = opened
  await page.addInitScript(note)
  const session = await context.newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  if (network) {
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: network.latency,
      downloadThroughput: network.down,
      uploadThroughput: network.up,
    })
  }
  await session.send('Emulation.setCPUThrottlingRate', { rate: cpu })
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1_000
  }
  return { ...opened, worked }
}

export type MeasuredTab = Awaited<ReturnType<typeof openMeasured>>

/** Loads the desk anew, up to the last of so many deals. The page is asked seldom: asking is work for it too. */
export async function load(page: Page, deals: number) {
  await page.reload()
  await page.waitForFunction(
    (most) =>
      [...document.querySelectorAll('.count')].reduce((sum, { textContent }) => sum + Number(textContent), 0) >= most,
    deals,
    { polling: 250 },
  )
}

/** Runs in the page, before anything of ours. */
function note() {
  const measured: Measured = { lcp: 0, tasks: [], shifts: [] }
  Object.assign(globalThis, { measured })
  const observe = (type: string, take: (entry: PerformanceEntry) => void) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true })
  observe('largest-contentful-paint', ({ startTime }) => {
    measured.lcp = startTime
  })
  observe('longtask', ({ duration }) => measured.tasks.push(duration))
  observe('layout-shift', (entry) => {
    const {
      value,
      hadRecentInput,
      startTime: at,
    } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean }
    if (!hadRecentInput) measured.shifts.push({ at, value })
  })
}

/** Writes a sentence, forgets what that took, sends it and waits for the end of the answer. Writing by hand moves nothing that a reader is not moving. */
export async function ask({ page, worked }: MeasuredTab, sentence: string) {
  if ((page.viewportSize()?.width ?? 0) < 768) await page.getByRole('button', { name: 'New deal' }).tap()
  const field = page.getByRole('textbox', { name: 'Message', exact: true })
  await field.fill(sentence)
  await page.evaluate(() => {
    const { measured } = globalThis as unknown as { measured: Measured }
    Object.assign(measured, { tasks: [], shifts: [] })
  })
  const before = await worked()
  await field.press('Enter')
  await page.waitForFunction(
    () => document.querySelector('.message .card') && !document.querySelector('.live-foot'),
    undefined,
    { polling: 250, timeout: 90_000 },
  )
  return before
}

export async function readFigures({ page, worked }: MeasuredTab, workedBefore = 0): Promise<Figures> {
  const work_ms = (await worked()) - workedBefore
  const { shifts, ...figures } = await page.evaluate(() => {
    const { measured } = globalThis as unknown as { measured: Measured }
    const loaded = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    const [document] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
    const bytes = [document, ...loaded].reduce((sum, entry) => sum + (entry?.transferSize ?? 0), 0)
    return {
      fcp_ms: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
      lcp_ms: measured.lcp,
      tbt_ms: measured.tasks.reduce((sum, duration) => sum + Math.max(0, duration - 50), 0),
      shifts: measured.shifts,
      kilobytes: bytes / 1000,
      longest_ms: Math.max(0, ...measured.tasks),
    }
  })
  return { ...figures, work_ms, cls: worstBurst(shifts) }
}

/** As Lighthouse counts: the worst burst of shifts, which ends after a quiet second, and after five in any case. */
function worstBurst(shifts: Measured['shifts']) {
  let [worst, sum, first, last] = [0, 0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { at, value } of shifts) {
    if (at - last > 1_000 || at - first > 5_000) [sum, first] = [0, at]
    last = at
    sum += value
    worst = Math.max(worst, sum)
  }
  return worst
}
