import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askForTrip, findChromium, part, say, startTestDesk, type TestDesk } from './test-desk.ts'
import { exfiltrationForms } from './test-exfiltration.ts'

const chromium = findChromium()

describe.skipIf(!chromium)('the page', () => {
  let desk: TestDesk
  let trip = ''
  let address = ''
  beforeAll(async () => {
    desk = await startTestDesk(chromium ?? '')
    const { page, context } = await desk.signIn('Dana Whitfield')
    trip = await askForTrip(page, 'Teterboro to Van Nuys for Acme, 8 people, Feb 20, back the 23rd, G650, about $120k')
    await desk.simulate(`/trips/${trip}/send-rfqs`, { operators: 2 })
    for (const total_price of [98_000, 105_500]) await desk.simulate(`/trips/${trip}/operator-quote`, { total_price })
    await page.getByRole('region', { name: 'Quotes compared' }).waitFor()
    await say(page, 'send the proposal for the best one')
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' })
    address = page.url()
    await context.close()
  })
  afterAll(async () => desk?.[Symbol.asyncDispose]())

  it('has no accessibility fault that axe finds, in light and in dark', { timeout: 120_000 }, async () => {
    const { page, context } = await desk.signIn('Dana Whitfield', { viewport: { width: 1440, height: 900 } })
    const faults = async (part?: string) => {
      const inLight = await faultsOn(page, 'light', part)
      await page.emulateMedia({ colorScheme: 'dark' })
      const inDark = await faultsOn(page, 'dark', part)
      await page.emulateMedia({ colorScheme: 'light' })
      return [...inLight, ...inDark]
    }
    expect(await faults(), 'first visit').toEqual([])
    await page.goto(address)
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    expect(await faults(), 'a deal').toEqual([])
    for (const name of ['Quotes', 'Proposal', 'Timeline', 'Activity']) {
      await part(page, name).click()
      await page.locator('.panel .side').waitFor()
      expect(await faults('.panel'), name).toEqual([])
    }
    await page.locator('.room').nth(1).click()
    await page.getByText('leaves the house: Avinode carries it').waitFor()
    expect(await faults('.conversation'), 'operator’s room').toEqual([])
    await page.getByRole('button', { name: /^Room/ }).click()
    await page.getByRole('button', { name: 'People' }).click()
    await page.getByText('Dana Whitfield (you)').waitFor()
    expect(await faults('dialog'), 'people').toEqual([])
    await page.keyboard.press('Escape')
    await page
      .locator('.message')
      .last()
      .getByRole('button', { name: /^Actions/ })
      .press('Enter')
    expect(await faults('.message-tools'), 'actions of a message').toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    expect(await faults('dialog'), 'palette').toEqual([])
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Clients' }).click()
    await page.getByText('Redwood', { exact: true }).click()
    await page.getByRole('form', { name: 'Redwood' }).waitFor()
    expect(await faults('main'), 'clients').toEqual([])
    await page.getByRole('button', { name: 'Dana Whitfield' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Choose who you are' }).waitFor()
    expect(await faults(), 'sign-in').toEqual([])
    await context.close()
  })

  it('fits a phone: one pane at a time, nothing beside the screen, targets for thumbs', async () => {
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
    const { page, context } = await desk.signIn('Dana Whitfield', phone)
    const panes = page.getByRole('navigation', { name: 'Panes' })
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().tap()
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await expectToFit(page)
    expect(await faultsOn(page, 'light'), 'conversation').toEqual([])
    await panes.getByRole('button', { name: 'Deal', exact: true }).tap()
    for (const name of ['Overview', 'Quotes', 'Proposal', 'Timeline', 'Activity']) {
      await part(page, name).tap()
      await page.locator('.panel .side').waitFor()
      await expectToFit(page)
    }
    expect(await faultsOn(page, 'light'), 'deal').toEqual([])
    await panes.getByRole('button', { name: 'Deals' }).tap()
    await page.getByRole('heading', { name: 'Deals', exact: true }).waitFor()
    await expectToFit(page)
    await context.close()
  })

  it('is driven by the keyboard alone', async () => {
    const { page, context } = await desk.signIn('Dana Whitfield')
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to the conversation' }).press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('van nuys acme approve')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await page.keyboard.press('/')
    await page.getByRole('option', { name: '/best' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const field = page.getByRole('textbox', { name: 'Message', exact: true })
    expect(await field.inputValue()).toBe('Send the proposal for the best one')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('c')
    await page.getByRole('heading', { name: 'Where does your client want to fly?' }).waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Overview' }).waitFor()
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().click()
    await page.reload()
    await expect.poll(() => field.inputValue()).toBe('Send the proposal for the best one')
    await context.close()
  })

  it('shows hostile words for what they are, and fetches nothing for them', async () => {
    const { page, context, complaints } = await desk.signIn('Dana Whitfield')
    const fetched: string[] = []
    page.on('request', (request) => fetched.push(new URL(request.url()).origin))
    const text = [
      '<img src=x onerror="alert(1)"><script>alert(1)</script>',
      '![pixel](http://evil.example/pixel.png) [our offer](http://evil.example/login) [run](javascript:alert(1))',
      'Pay to \u202Eelpmaxe\u202C and \u200Bhidden\u{e0068}\u{e0069}',
    ].join('\n\n')
    const { operator } = await desk.simulate(`/trips/${trip}/operator-chat`, { text })
    await page.goto(address)
    const [room] = await desk.sql(
      `insert into public.messages (conversation_id, sender_type, content_type, content, status)
       select primary_conversation_id, 'ai_assistant', 'text', $1, 'sent' from public.requests where avinode_trip_id = $2
       returning conversation_id`,
      [`${exfiltrationForms.join('\n\n')}\n\nThe end of it`, trip],
    )
    expect(room).toBeDefined()
    const output = page.locator('.message[data-sender="ai_assistant"]').filter({ hasText: 'The end of it' })
    await output.getByText('The end of it').waitFor()
    expect(exfiltrationForms).toHaveLength(200)
    expect(await output.locator('a, img, svg image, iframe, object, style, link, video, form, script').count()).toBe(0)
    expect(await output.getByText('evil.example').count()).toBeGreaterThan(30) // shown in clear, not followed

    await page.getByRole('navigation', { name: 'Rooms' }).getByText(String(operator)).click()
    const said = page.locator('.message[data-sender="operator"]').last()
    await said.getByText('⟨U+202E⟩').waitFor()
    await said.getByText('⟨hidden text: hi⟩').waitFor()
    await said.getByText('http://evil.example/login').waitFor()
    expect(await said.locator('img, script, a, iframe').count()).toBe(0)
    expect([...new Set(fetched)]).toEqual([new URL(desk.url).origin])
    expect(complaints).toEqual([])
    await context.close()
  })

  it('takes a no with its reason, and sends nothing', async () => {
    const { page, context } = await desk.signIn('Dana Whitfield')
    await page.goto(address)
    const approval = page.getByRole('region', { name: 'E-mail to the client' })
    await approval.getByRole('button', { name: 'Reject' }).click()
    await approval.getByRole('textbox').fill('The price is too high for them')
    await page.keyboard.press('Enter')
    await approval.getByText(/Rejected by you.*“The price is too high for them”.*Nothing was sent/).waitFor()
    expect(await desk.mailTo('@')).toBeUndefined()
    await context.close()
  })

  it('writes numbers and dates as the reader does', async () => {
    const { page, context } = await desk.signIn('Dana Whitfield', { locale: 'de-DE' })
    await page.goto(address)
    await part(page, 'Quotes').click()
    await page.getByRole('table').getByText('98.000 $').waitFor()
    await page.getByText('20.–23. Feb.').first().waitFor()
    await part(page, 'Overview').click()
    await page.getByText('GMT-5').first().waitFor() // Teterboro's own time, as Germans name its zone
    await context.close()
  })

  it.each([1440, 360])(
    'does not move what is being read, nor read it out word by word, while an answer streams in, %i px wide',
    async (width) => {
      const { page, context } = await desk.signIn('Omar Haddad', { viewport: { width, height: 740 } })
      if (width < 768) await page.getByRole('button', { name: 'New deal' }).click()
      await page.evaluate(() => {
        const shifts: number[] = []
        const told = new Set<string>()
        Object.assign(globalThis, { shifts, told })
        new MutationObserver(() => {
          for (const region of document.querySelectorAll('.log-frame > [role="status"]'))
            told.add(region.textContent ?? '')
        }).observe(document.body, { subtree: true, childList: true, characterData: true })
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) {
            const { value, hadRecentInput, sources } = entry as PerformanceEntry & Shift
            // In the list a deal goes to where it belongs now; what is read is the conversation.
            const isRead = sources.some(({ node }) => node && document.querySelector('#main')?.contains(node))
            if (!hadRecentInput && isRead) shifts.push(value)
          }
        }).observe({ type: 'layout-shift' })
      })
      await askForTrip(page, 'Geneva to Olbia for Harbor Lights Media, 4 people, May 2')
      const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts)
      expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.01)
      const told = await page.evaluate(() => [...(globalThis as unknown as { told: Set<string> }).told])
      expect(told.filter(Boolean).length).toBeLessThan(4) // the trip's card, the answer as a whole
      await context.close()
    },
  )
})

type Shift = { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] }

/** What axe finds under WCAG 2.2 A and AA, each with the elements it is about. What the themes differ in is their colours. */
async function faultsOn(page: Page, colorScheme: 'light' | 'dark', part?: string) {
  const axe = new AxeBuilder({ page })
  if (part) axe.include(part)
  if (colorScheme === 'dark') axe.withRules(['color-contrast'])
  else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
  const { violations } = await axe.analyze()
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)
}

async function expectToFit(page: Page) {
  const found = await page.evaluate(() => ({
    beside: document.documentElement.scrollWidth - innerWidth,
    small: [...document.querySelectorAll('button')]
      .filter((button) => button.checkVisibility() && button.getBoundingClientRect().height < 44)
      .map((button) => button.textContent),
  }))
  expect(found).toEqual({ beside: 0, small: [] })
}
