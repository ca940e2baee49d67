import { randomUUID } from 'node:crypto'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { answered, askForTrip, findChromium, PATIENT, part, say, startTestDesk, type TestDesk } from './test-desk.ts'
import { exfiltrationForms } from './test-exfiltration.ts'

const chromium = findChromium()

describe.skipIf(!chromium)('the page', PATIENT, () => {
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
    await letDraft(page)
    address = page.url()
    await context.close()
  }, PATIENT.timeout)
  afterEach(async () => desk.closeTabs(), PATIENT.timeout)
  afterAll(async () => desk?.[Symbol.asyncDispose](), PATIENT.timeout)

  it('has no accessibility fault that axe finds, in light and in dark', async () => {
    const { page } = await desk.signIn('Dana Whitfield', { viewport: { width: 1440, height: 900 } })
    const faults = async (part?: string) => {
      const inLight = await faultsOn(page, 'light', part)
      await page.emulateMedia({ colorScheme: 'dark' })
      const inDark = await faultsOn(page, 'dark', part)
      await page.emulateMedia({ colorScheme: 'light' })
      return [...inLight, ...inDark]
    }
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    expect(await faults(), 'first visit').toEqual([])
    await page.goto(address)
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Subject' }).waitFor()
    expect(await faults(), 'a deal').toEqual([])
    for (const [name, shown] of Object.entries(SIDES)) {
      await part(page, name).click()
      await page.locator(`.panel ${shown}`).first().waitFor()
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
    await page.locator('.message-tools').waitFor()
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
  })

  it('fits a phone: one pane at a time, nothing beside the screen, targets for thumbs', async () => {
    const phone = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }
    const { page } = await desk.signIn('Dana Whitfield', phone)
    const panes = page.getByRole('navigation', { name: 'Panes' })
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().tap()
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await expectToFit(page)
    expect(await faultsOn(page, 'light'), 'conversation').toEqual([])
    await panes.getByRole('button', { name: 'Deal', exact: true }).tap()
    for (const [name, shown] of Object.entries(SIDES)) {
      await part(page, name).tap()
      await page.locator(`.panel ${shown}`).first().waitFor()
      await expectToFit(page)
    }
    expect(await faultsOn(page, 'light'), 'deal').toEqual([])
    await panes.getByRole('button', { name: 'Deals' }).tap()
    await page.getByRole('heading', { name: 'Deals', exact: true }).waitFor()
    await expectToFit(page)
  })

  it('is driven by the keyboard alone', async () => {
    const { page } = await desk.signIn('Dana Whitfield')
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    await page.keyboard.press('Tab')
    await page.getByRole('link', { name: 'Skip to the conversation' }).press('Enter')
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('van nuys acme approve')
    await page.getByRole('option', { name: /KTEB ⇄ KVNY/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'E-mail to the client' }).waitFor()
    await page.keyboard.press('/')
    await page.getByRole('option', { name: '/best' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const field = page.getByRole('textbox', { name: 'Message', exact: true })
    await expect.poll(() => field.inputValue()).toBe('Send the proposal for the best one')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    const shortcuts = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    await shortcuts.waitFor()
    await page.keyboard.press('Escape')
    await shortcuts.waitFor({ state: 'detached' })
    await page.keyboard.press('c')
    await page.getByRole('heading', { name: 'Where does your client want to fly?' }).waitFor()
    await page.keyboard.press('j')
    await page.locator('.deal:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Overview' }).waitFor()
    await page.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().click()
    await page.reload()
    await expect.poll(() => field.inputValue()).toBe('Send the proposal for the best one')
  })

  it('shows hostile words for what they are, and fetches nothing for them', async () => {
    const { page, complaints } = await desk.signIn('Dana Whitfield')
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
    const output = page.locator('.message[data-sender="ai_assistant"]').filter({ hasText: 'The end of it' }).last()
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
  })

  it('says when a waiting e-mail has lost its ground, and drafts it anew', async () => {
    const { page } = await desk.signIn('Dana Whitfield')
    await page.goto(address)
    const approval = await waitingEmail(page)
    const approve = approval.getByRole('button', { name: /^Approve/ })
    const price = (amount: number) =>
      desk.sql(
        `update public.quotes set total_price = $1
          where id = (select quote_id from public.proposals order by created_at desc limit 1)`,
        [amount],
      )
    try {
      await price(97_000)
      await approval.getByText('The quote has another price by now').waitFor()
      await approve.waitFor({ state: 'detached' })
    } finally {
      await price(98_000)
    }
    await approve.waitFor()

    const address_now = `${randomUUID()}@acme.example.com`
    await desk.sql(
      'update public.client_profiles set email = $1 where id = (select client_profile_id from public.proposals limit 1)',
      [address_now],
    )
    await page.reload()
    await approval.getByText("The client's address was changed").waitFor()
    await approval.getByRole('button', { name: 'Draft it anew' }).click()
    const field = page.getByRole('textbox', { name: 'Message', exact: true })
    await expect.poll(() => field.inputValue()).toBe('Send the proposal for the best one')
    await field.press('Enter')
    await page.locator(WAITING).getByText(address_now).first().waitFor()
  })

  it('takes a no with its reason, and sends nothing', async () => {
    const { page } = await desk.signIn('Dana Whitfield')
    await page.goto(address)
    const approval = await waitingEmail(page)
    await approval.getByRole('button', { name: 'Reject' }).click()
    await approval.getByRole('textbox').fill('The price is too high for them')
    await approval.getByRole('textbox').press('Enter')
    await approval.getByText(/Rejected by you.*“The price is too high for them”.*Nothing was sent/).waitFor()
    expect(await desk.mailTo('@')).toBeUndefined()
  })

  it('writes numbers and dates as the reader does', async () => {
    const { page } = await desk.signIn('Dana Whitfield', { locale: 'de-DE' })
    await page.goto(address)
    await part(page, 'Quotes').click()
    await page.getByRole('table').getByText('98.000 $').waitFor()
    await page.getByText('20.–23. Feb.').first().waitFor()
    await part(page, 'Overview').click()
    await page.getByText('GMT-5').first().waitFor() // Teterboro's own time, as Germans name its zone
  })

  it.each([1440, 360])(
    'does not move what is being read, nor read it out word by word, while an answer streams in, %i px wide',
    async (width) => {
      const { page } = await desk.signIn('Omar Haddad', { viewport: { width, height: 740 } })
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
    },
  )
})

/** The sides of a deal, and what stands there once it is read. */
const SIDES = {
  Overview: '.facts',
  Quotes: 'table',
  Proposal: '.proposal',
  Timeline: '.timeline',
  Activity: '.run-tree',
}

const WAITING = '.approval[data-status="pending"]'

/** The card of the e-mail that waits; one that a test before has decided is drafted anew. */
async function waitingEmail(page: Page) {
  const emails = page.getByRole('region', { name: 'E-mail to the client' })
  await emails.last().waitFor()
  if ((await page.locator(WAITING).count()) === 0) await letDraft(page)
  return emails.last()
}

/** Has the e-mail with the best quote drafted. */
async function letDraft(page: Page) {
  await say(page, 'send the proposal for the best one')
  await page.locator(WAITING).waitFor()
  await answered(page)
}

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

const expectToFit = (page: Page) => expect.poll(() => page.evaluate(misfits)).toEqual({ beside: 0, small: [] })

/** Runs in the page: how much of it is beside the screen, and which buttons are too small for a thumb. */
const misfits = () => ({
  beside: document.documentElement.scrollWidth - innerWidth,
  small: [...document.querySelectorAll('button')]
    .filter((button) => button.checkVisibility() && button.getBoundingClientRect().height < 44)
    .map((button) => button.textContent),
})
