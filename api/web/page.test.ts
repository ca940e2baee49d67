import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  answered,
  askForTrip,
  findChromium,
  PATIENT,
  part,
  say,
  startTestDesk,
  type TestDesk,
  told,
} from './test-desk.ts'

const chromium = findChromium()

describe.skipIf(!chromium)('the page', PATIENT, () => {
  let desk: TestDesk
  beforeAll(async () => {
    desk = await startTestDesk(chromium ?? '')
  }, PATIENT.timeout)
  afterEach(async () => {
    await desk.closeTabs()
    await desk.endFaults()
  }, PATIENT.timeout)
  afterAll(async () => desk?.[Symbol.asyncDispose](), PATIENT.timeout)

  it('takes a deal from the first sentence to the acceptance of the client', async () => {
    const before = await desk.mailTo('jordan.avery@')
    const { page, context, complaints } = await desk.signIn('Dana Whitfield')
    const trip = await askForTrip(
      page,
      'Teterboro to Van Nuys for Acme, 8 people, Feb 20, back the 23rd, G650, about $120k',
    )
    await page.getByRole('heading', { name: 'KTEB Teterboro' }).waitFor()

    const [marketplace] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('region', { name: 'Trip in Avinode' }).getByRole('link', { name: 'Open Avinode' }).click(),
    ])
    for (const at of [0, 1, 2]) await marketplace.getByRole('checkbox').nth(at).check()
    await marketplace.getByRole('button', { name: 'Send RFQs' }).click()
    await marketplace.waitForURL(/\/trips\/buying\//)
    await marketplace.close() // a tab in the background is drawn once a second
    await page.getByText('3 operators are asked').waitFor()
    await page.getByText('0 of 3 quotes in').first().waitFor()

    await part(page, 'Quotes').click()
    await page.getByText('No quote yet').waitFor()
    for (const total_price of [98_000, 105_500, 91_250]) {
      await desk.simulate(`/trips/${trip}/operator-quote`, { total_price })
    }
    await page.getByRole('region', { name: 'Quotes compared' }).waitFor()
    const table = page.getByRole('table')
    for (const price of ['$98,000', '$105,500', '$91,250']) await table.getByText(price, { exact: true }).waitFor()
    await expect.poll(() => table.getByText('Best', { exact: true }).count()).toBe(1)
    await table
      .getByText(/6 d \d+ h left/)
      .first()
      .waitFor()
    await table.getByRole('button', { name: 'Choose' }).first().click()

    const approval = page.getByRole('region', { name: 'E-mail to the client' })
    await approval.getByRole('button', { name: /Approve and send/ }).waitFor()
    expect(await approval.evaluate((card) => card.contains(document.activeElement))).toBe(false)
    expect(await desk.mailTo('jordan.avery@')).toEqual(before)
    await approval.getByRole('button', { name: 'Edit' }).click()
    await approval.getByRole('textbox', { name: 'Subject' }).fill('Your flight to California')
    await approval.getByText('changed').waitFor()
    await approval.getByRole('textbox', { name: 'Subject' }).press('Control+Enter')
    await approval.getByText(/Approved by you.*with changes.*Sent/).waitFor()
    await page.getByText('Client reads the proposal').first().waitFor()

    const mail = await desk.mailTo('jordan.avery@acme.example.com')
    expect(mail?.subject).toBe('Your flight to California')
    const client = await (await context.browser()?.newContext())?.newPage()
    if (!client) throw new Error('The client has no browser')
    await client.goto(/https?:\/\/\S+\/p\/[\w-]+/.exec(mail?.text ?? '')?.[0] ?? 'the mail holds no link')
    await client.getByRole('checkbox').check()
    await client.getByRole('button', { name: 'Accept proposal' }).click()
    await client
      .getByText(/accepted/i)
      .first()
      .waitFor()
    await page.getByText('Accepted by the client').first().waitFor()

    await part(page, 'Proposal').click()
    await page
      .getByRole('tabpanel', { name: 'Proposal' })
      .getByText(/^[12] views?$/)
      .waitFor()
    await part(page, 'Timeline').click()
    await page.getByText('14 states since').waitFor()
    await part(page, 'Activity').click()
    await page.getByRole('list', { name: 'Runs of Assistant' }).first().waitFor()
    await expect.poll(() => page.locator('.run').count()).toBeGreaterThan(4)
    expect(complaints).toEqual([])
  })

  it('shows a broker nothing of another broker', async () => {
    const dana = await desk.signIn('Dana Whitfield')
    await askForTrip(dana.page, 'Boston to Miami for Redwood, 3 people, March 3')
    const address = dana.page.url()
    const lena = await desk.signIn('Lena Brandt')
    await lena.page.getByText('No deals yet').waitFor()
    await lena.page.goto(address)
    await lena.page.getByText('This deal does not exist, or is not yours').waitFor()
    expect(await lena.page.getByText('Redwood').count()).toBe(0)
  })

  it('goes on with an answer after a reload, and shows it once', async () => {
    const { page } = await desk.signIn('Omar Haddad')
    await desk.simulate('/faults', { calls: 1, delay_ms: HELD_MS, path: '/trips' })
    await say(page, 'London Luton to Nice for Harbor Lights Media, 6 people, April 12')
    await page.getByRole('button', { name: 'Stop' }).waitFor()
    await page.reload()
    await page.getByText('Assistant is working').first().waitFor()
    await desk.endFaults()
    const log = page.getByRole('log')
    await log.getByText('I created the request').first().waitFor()
    await answered(page)
    await log.locator('.steps').getByText('create the trip in Avinode').waitFor({ state: 'attached' })
    await expect.poll(() => log.getByText('I created the request').count()).toBe(1)
    await expect.poll(() => log.getByText('London Luton to Nice').count()).toBe(1)
  })

  it('stops an answer', async () => {
    const { page } = await desk.signIn('Omar Haddad')
    await desk.simulate('/faults', { calls: 1, delay_ms: HELD_MS, path: '/trips' })
    await say(page, 'Geneva to Olbia for Harbor Lights Media, 4 people, May 2')
    await page.getByText('create the trip in Avinode').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('You stopped the answer').waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' })
  })

  it('keeps a second tab in step, live answer included', async () => {
    const { page, context } = await desk.signIn('Omar Haddad')
    await askForTrip(page, 'Zurich to Palma for Harbor Lights Media, 5 people, June 6')
    const second = await context.newPage()
    await second.goto(page.url())
    await second.getByRole('log').getByText('I created the request').waitFor()
    await page.bringToFront()
    await say(page, 'make it 7 people')
    await second.getByText('make it 7 people', { exact: true }).waitFor()
    await second.getByText('7 pax').first().waitFor()
    const answersIn = (tab: Page) => tab.locator('.message[data-sender="ai_assistant"] .words').allTextContents()
    await expect.poll(async () => (await answersIn(page)).length).toBe(2)
    for (const tab of [page, second]) await answered(tab)
    await expect.poll(async () => [await answersIn(second), await answersIn(page)]).toSatisfy(areTheSame)
  })

  it('says when the network is gone, keeps what was typed, and catches up', async () => {
    const { page, context } = await desk.signIn('Omar Haddad')
    const trip = await askForTrip(page, 'Vienna to Ibiza for Harbor Lights Media, 5 people, July 6')
    await desk.simulate(`/trips/${trip}/send-rfqs`, { operators: 2 })
    await page.getByText('2 operators are asked').waitFor()
    await context.setOffline(true)
    await page.getByText('Connection lost').waitFor()
    await say(page, 'which quote is best?')
    await page.getByText('Not sent.').waitFor()
    await desk.simulate(`/trips/${trip}/operator-quote`, { total_price: 41_000 })
    await Promise.all([told(page, 'Connected again'), context.setOffline(false)])
    await part(page, 'Quotes').click()
    await page.getByRole('table').getByText('$41,000').first().waitFor()
    const field = page.getByRole('textbox', { name: 'Message', exact: true })
    await expect.poll(() => field.inputValue()).toBe('which quote is best?')
    await field.press('Enter')
    await page.locator('.message[data-sender="iso_agent"]').getByText('which quote is best?').waitFor()
    expect(await page.locator('.message[data-sender="iso_agent"]').getByText('which quote is best?').count()).toBe(1)
  })
})

/** How long Avinode takes, so that an answer is still being given: less than the ten seconds after which a call to it is given up. */
const HELD_MS = 9_000

const areTheSame = ([one, other]: string[][]) => JSON.stringify(one) === JSON.stringify(other)
