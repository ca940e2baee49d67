import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { startLocalService } from '../local/start-local.ts'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine, or undefined, which is said aloud: without one the page's tests are skipped. */
export function findChromium(): string | undefined {
  const found = PLACES.find((path) => existsSync(path))
  if (!found) console.warn(`The page’s tests are skipped: no Chromium at ${PLACES.join(', ')}`)
  return found
}

/** A machine may be busy: what a test waits for is a state, however long that takes. */
export const PATIENT = { timeout: 900_000 }
const STEP_MS = 180_000

export type TestDesk = Awaited<ReturnType<typeof startTestDesk>>

/** The whole service in a temporary folder, and a browser in front of it. */
export async function startTestDesk(executablePath: string) {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-page-'))
  const ports = { api: 0, sandbox: 0, supabase: 0, postgres: 0, mail: 0 }
  const [service, browser] = await Promise.all([
    startLocalService({ dataDir: folder, ports, logLevel: 'error', environment: {} }),
    launch(executablePath),
  ])
  const simulate = async (path: string, body: object) => {
    const response = await fetch(`${service.sandboxUrl}/_sim${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} was answered with ${response.status}: ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  /** A tab. What the page complains about on the console fails the test. */
  const open = async (address: string, options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ locale: 'en-US', reducedMotion: 'reduce', ...options })
    const page = await context.newPage()
    page.setDefaultTimeout(STEP_MS)
    const complaints = complaintsOf(page)
    await page.goto(address)
    return { page, context, complaints }
  }
  return {
    ...service,
    simulate,
    open,
    /** A tab in which that broker is signed in. */
    async signIn(name: string, options: BrowserContextOptions = {}) {
      const opened = await open(service.url, options)
      await opened.page.getByRole('button', { name }).click()
      await opened.page.getByRole('navigation', { name: 'Deals' }).waitFor({ state: 'attached' })
      return opened
    },
    /** Avinode answers as usual again, at once also those who are kept waiting. */
    async endFaults() {
      const response = await fetch(`${service.sandboxUrl}/_sim/faults`, { method: 'DELETE' })
      if (!response.ok) throw new Error(`The faults were not ended: ${response.status}`)
    },
    /** Closes every tab: what one test left open is no load on the next. */
    async closeTabs() {
      for (const context of browser.contexts()) await context.close()
    },
    /** The newest mail to that address. */
    async mailTo(address: string) {
      const mails = (await (await fetch(`${service.mailboxUrl}/messages`)).json()) as {
        to: string
        text: string
        subject: string
      }[]
      return mails.find(({ to }) => to.includes(address))
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await service.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })

/** Errors of the page and refusals of its content policy. A call that fails is the service's business. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
  return complaints
}

/** Types into the composer and sends. */
export async function say(page: Page, text: string) {
  const field = page.getByRole('textbox', { name: 'Message', exact: true })
  await field.fill(text)
  await field.press('Enter')
}

/** Says a trip, waits for the answer, and returns the trip's id in Avinode. */
export async function askForTrip(page: Page, sentence: string): Promise<string> {
  await say(page, sentence)
  const button = page.getByRole('region', { name: 'Trip in Avinode' }).getByRole('link', { name: 'Open Avinode' })
  await button.waitFor()
  await answered(page)
  return /atrip-\d+/.exec((await button.getAttribute('href')) ?? '')?.[0] ?? ''
}

/** Waits until no answer is being given, and the words of the last one stand there. */
export async function answered(page: Page) {
  await page.locator('.live-foot').waitFor({ state: 'detached' })
  await page.locator('.message[aria-busy="true"]').waitFor({ state: 'detached' })
}

/** Waits for words that the page says for a few seconds only. Begin before what brings them: the page itself looks, at every frame. */
export const told = (page: Page, words: string) =>
  page.waitForFunction(
    (expected) =>
      [...document.querySelectorAll('[role="status"]')].some(({ textContent }) => textContent?.includes(expected)),
    words,
    { polling: 'raf', timeout: STEP_MS },
  )

export const part = (page: Page, name: string) => page.getByRole('tab', { name })
