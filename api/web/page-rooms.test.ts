import { randomUUID } from 'node:crypto'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startAtClerk } from './test-clerk.ts'
import { askForTrip, findChromium, PATIENT, say, startTestDesk, type TestDesk, told } from './test-desk.ts'

const chromium = findChromium()
const PDF = { name: 'passports.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7 two pages') }

describe.skipIf(!chromium)('rooms on the page', PATIENT, () => {
  let desk: TestDesk
  let trip = ''
  let address = ''
  let operator = ''
  let signedIn: BrowserContextOptions
  let dana: Page
  beforeAll(async () => {
    desk = await startTestDesk(chromium ?? '')
    const { page, context } = await desk.signIn('Dana Whitfield')
    dana = page
    trip = await askForTrip(dana, 'Teterboro to Van Nuys for Acme, 8 people, Feb 20, back the 23rd, G650, about $120k')
    await desk.simulate(`/trips/${trip}/send-rfqs`, { operators: 1 })
    await dana.getByText('1 operator is asked').waitFor()
    address = dana.url()
    const said = await desk.simulate(`/trips/${trip}/operator-chat`, { text: 'The crew could leave at eleven' })
    operator = String(said.operator)
    await desk.simulate(`/trips/${trip}/operator-quote`, { total_price: 98_000 })
    await dana.getByRole('region', { name: 'Quotes compared' }).waitFor()
    await room(dana, operator).waitFor()
    signedIn = { storageState: await context.storageState() }
    await context.close()
  }, PATIENT.timeout)
  // Every test has a tab of its own, and what it needs it makes: none waits for another, and each can be tried again.
  beforeEach(async () => {
    dana = (await desk.open(address, signedIn)).page
    await dana.locator('.message').last().waitFor()
  }, PATIENT.timeout)
  afterEach(async () => {
    await desk.closeTabs()
    await desk.endFaults()
  }, PATIENT.timeout)
  afterAll(async () => desk?.[Symbol.asyncDispose](), PATIENT.timeout)

  /** Something that Dana said in the room with the assistant, and that nobody answers. */
  async function write(text: string) {
    const [message] = await desk.sql(
      `insert into public.messages (conversation_id, sender_type, sender_iso_agent_id, content_type, content, status)
       select primary_conversation_id, 'iso_agent', iso_agent_id, 'text', $1, 'sent'
         from public.requests where avinode_trip_id = $2 returning id`,
      [text, trip],
    )
    const shown = dana.locator(`#message-${message?.id}`)
    await shown.waitFor()
    return shown
  }

  it('lets a broker react, reword and take back, with the way to undo it', async () => {
    const words = await write('Teterboro for Acme, 8 people, Feb 20')
    await act(words, 'React: Done')
    await words.getByRole('button', { name: '✅ from you' }).click()
    await words.getByRole('list', { name: 'Reactions' }).waitFor({ state: 'detached' })

    await field(dana).press('ArrowUp')
    const editor = dana.getByRole('textbox', { name: 'Your message' })
    await editor.fill('Teterboro to Van Nuys for Acme')
    await editor.press('Enter')
    await words.getByText('edited', { exact: true }).click()
    await words.getByText('8 people, Feb 20').waitFor()

    await act(words, 'Delete')
    await dana.getByRole('button', { name: 'Undo' }).press('Enter')
    await words.getByText('Teterboro to Van Nuys for Acme', { exact: true }).waitFor()
    await act(words, 'Delete')
    await dana.getByText('You deleted this message').waitFor()
    await dana.reload() // leaving the page is no way to undo it
    await words.getByText('This message was deleted').waitFor()
  })

  it('shares files, says which cannot be, and keeps those that are not sent yet', async () => {
    const chooser = dana.locator('input[type="file"]')
    await chooser.setInputFiles([
      { ...PDF, name: 'run.exe' },
      { ...PDF, name: 'page.pdf', buffer: Buffer.from('<html>') },
      PDF,
    ])
    const waiting = dana.getByRole('list', { name: 'Files to send' })
    await waiting.getByText('Files of this kind cannot be shared').waitFor()
    await waiting.getByText('The file is not what its name says').waitFor()
    await expect.poll(() => dana.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    for (const name of ['run.exe', 'page.pdf']) await dana.getByRole('button', { name: `Leave ${name} out` }).click()
    await expect.poll(() => dana.getByRole('button', { name: 'Send' }).isEnabled()).toBe(true)

    await dana.reload()
    await waiting.getByText('passports.pdf').waitFor()
    await say(dana, 'what is the status?')
    const [download] = await Promise.all([
      dana.waitForEvent('download'),
      dana.getByRole('button', { name: 'Save passports.pdf' }).last().click(),
    ])
    expect(download.suggestedFilename()).toBe('passports.pdf')
    await waiting.waitFor({ state: 'detached' })
  })

  it('answers one message in a thread of its own', async () => {
    const asked = await write('Is a G650 free on Feb 20?')
    await act(asked, 'Reply')
    await say(dana, 'which quote is best?')
    await asked.getByRole('button', { name: '1 reply' }).click()
    const thread = dana.getByRole('dialog', { name: 'Thread' })
    await thread.getByText('which quote is best?').waitFor()
    const answer = thread.getByRole('textbox', { name: 'Message' })
    await expect.poll(() => answer.evaluate((element) => element === document.activeElement)).toBe(true)
    await answer.fill('and why?')
    await answer.press('Enter')
    await thread.locator('.message').getByText('and why?').waitFor()
    await dana.keyboard.press('Escape')
    await asked.getByRole('button', { name: '2 replies' }).waitFor()
  })

  it('carries words to an operator, says how far they got, and tries again', async () => {
    await room(dana, operator).click()
    await dana.getByText('leaves the house: Avinode carries it').waitFor()
    await dana.getByRole('button', { name: 'Add files' }).waitFor({ state: 'detached' })
    await desk.simulate('/faults', { calls: 1, status: 422, path: '/chat' })
    const message = dana.getByRole('textbox', { name: `Message to ${operator}` })
    const words = `Could you hold the aircraft? ${randomUUID()}`
    await message.fill(words)
    await message.press('Enter')
    const sent = dana.locator('.message').filter({ hasText: words })
    await sent.getByRole('button', { name: 'Send again' }).click()
    await sent.getByText(/Sent through Avinode|Delivered/).waitFor()
    await desk.simulate(`/trips/${trip}/operator-chat`, { text: 'Gladly, until Friday' })
    await sent.locator('.delivery[data-status="read"]').waitFor()

    await dana.getByRole('button', { name: 'Let the assistant draft it' }).click()
    await expect.poll(() => field(dana).inputValue()).toBe(`Ask ${operator}: `)
    await field(dana).press('End')
    await field(dana).pressSequentially('more at https://jetv1sion.test/offer')
    await field(dana).press('Enter')
    const approval = dana.getByRole('region', { name: 'Message to the operator' }).last()
    await approval.getByText('A link leads to jetv1sion.test').waitFor()
    await approval.getByRole('button', { name: 'Approve and send all the same' }).waitFor()
  })

  it('finds words in any room, and goes there', async () => {
    await dana.goto(desk.url)
    await dana.getByRole('link', { name: 'KTEB ⇄ KVNY' }).first().waitFor()
    await dana.keyboard.press('Control+k')
    const search = dana.getByRole('combobox')
    await search.fill('leave at eleven')
    await dana.getByRole('option', { name: /The crew could leave at eleven/, selected: true }).waitFor()
    await search.press('Enter')
    await dana.locator('.message:focus').getByText('The crew could leave at eleven').waitFor()
  })

  it('shows colleagues in one room each other, and nothing of the rest', async () => {
    await desk.sql(`delete from public.conversation_participants where iso_agent_id = ${LENA}`)
    await dana.reload()
    await dana.getByRole('button', { name: 'Room', exact: true }).click()
    await dana.getByRole('button', { name: 'People' }).click()
    const people = dana.getByRole('dialog', { name: 'People in this room' })
    await people.getByRole('textbox').fill('nobody@example.com')
    await people.getByRole('textbox').press('Enter')
    await people.getByText('A colleague with this e-mail address was not found').waitFor()
    await people.getByRole('textbox').fill('lena@example.com')
    await people.getByRole('checkbox').check()
    await people.getByRole('button', { name: 'Invite' }).click()
    await people.getByText('Lena Brandt', { exact: true }).waitFor()
    await dana.keyboard.press('Escape')

    const { page: lena } = await desk.signIn('Lena Brandt')
    await lena.getByText('Shared with you').click()
    await lena.getByRole('button', { name: 'Room, 2 colleagues' }).waitFor()
    await Promise.all([
      told(dana, 'Lena Brandt is writing'),
      field(lena).fill('I can'),
      field(lena).pressSequentially(' help'),
    ])
    await field(lena).press('Enter')
    const said = dana.locator('.message[data-sender="colleague"]').filter({ hasText: 'I can help' }).first()
    await said.getByText('Lena Brandt').waitFor()
    await dana.getByText('is writing').waitFor({ state: 'detached' })
    await lena.getByText('Read by Dana Whitfield').last().waitFor()
    expect(await lena.getByRole('link', { name: 'KTEB ⇄ KVNY' }).count()).toBe(0)
  })

  it('shows colleagues who is at the desk, busy, away or gone, and since when', async () => {
    await desk.sql(
      `insert into public.conversation_participants (conversation_id, iso_agent_id, role)
       select primary_conversation_id, ${LENA}, 'iso_agent' from public.requests where avinode_trip_id = $1 on conflict do nothing`,
      [trip],
    )
    await desk.sql(`delete from private.presence where iso_agent_id = ${LENA}`)
    const { page: lena, context } = await desk.signIn('Lena Brandt')
    await dana.reload()
    await dana.getByRole('button', { name: /^Room/ }).click()
    await dana.getByRole('button', { name: 'People' }).click()
    const people = dana.getByRole('dialog', { name: 'People in this room' })
    const hers = people.getByRole('listitem').filter({ hasText: 'Lena Brandt' }).locator('.presence')
    await hers.getByText('At the desk').waitFor()

    await lena.getByRole('button', { name: 'Lena Brandt' }).click()
    await lena.getByRole('radio', { name: 'Busy' }).check()
    await hers.getByText('Busy').waitFor()
    await lena.reload()
    await lena.getByRole('button', { name: 'Lena Brandt' }).click()
    await expect.poll(() => lena.getByRole('radio', { name: 'Busy' }).isChecked()).toBe(true)
    await lena.getByRole('radio', { name: 'Not here' }).check()
    await hers.getByText('Not here, last seen just now').waitFor()
    await lena.getByRole('radio', { name: 'At the desk' }).check()
    await hers.getByText('At the desk').waitFor()

    const passed = async (column: 'active_at' | 'seen_at', time: string) => {
      await desk.sql(
        `update private.presence set ${column} = now() - $1::interval
          where iso_agent_id = ${LENA}`,
        [time],
      )
      await desk.sql(`select public.note_presence('[]')`)
      return hers.textContent()
    }
    await expect.poll(() => passed('active_at', '11 minutes')).toMatch(/^Away/)
    await context.close()
    // Until the service has noticed that her page is gone, it may say once more that it is open.
    await expect.poll(() => passed('seen_at', '2 minutes')).toMatch(/^Not here, last seen/)
  })

  it('draws a card for every kind of message', async () => {
    const cards = [
      ['booking_confirmed', { card: 'booking', booking_reference: 'JV-7', confirmed_at: '2026-12-01T10:00:00Z' }],
      [
        'payment_requested',
        { card: 'payment', amount: '52000.50', currency: 'EUR', payment_url: 'https://pay.example/7' },
      ],
      ['document_attached', { card: 'document', title: 'Charter agreement' }],
      ['quote_rejected', { card: 'decline', rejected_by: 'operator', reason: 'No crew' }],
      [
        'workflow_update',
        { card: 'proposal_answer', proposal_number: 'PROP-9', decision: 'rejected', reason: 'Too late' },
      ],
      ['workflow_update', { card: 'request', status: 'monitoring_for_quotes' }],
    ]
    await desk.sql(
      `insert into public.messages (conversation_id, sender_type, content_type, rich_content, status)
       select r.primary_conversation_id, 'system', (c.value ->> 0)::public.message_content_type, c.value -> 1, 'sent'
         from public.requests r, jsonb_array_elements($1) c where r.avinode_trip_id = $2`,
      [JSON.stringify(cards), trip],
    )
    const card = (name: string) => dana.getByRole('region', { name }).last()
    const booked = card('Booked')
    await booked.getByText('JV-7').waitFor()
    const payment = card('Payment requested')
    await payment.getByText('€52,000.50').waitFor()
    await payment.getByText('https://pay.example/7').waitFor()
    expect(await payment.getByRole('link').count()).toBe(0)
    await card('Charter agreement').waitFor()
    await card('Declined by the operator').getByText('No crew').waitFor()
    await card('PROP-9').getByText('Declined by the client').waitFor()
    await card('RFQs are out').waitFor()
  })

  it('puts a deal aside, and takes it up again', async () => {
    await desk.sql(
      `update public.conversations set is_priority = false, status = 'active' where request_id in (
         select id from public.requests where avinode_trip_id = $1)`,
      [trip],
    )
    await dana.reload()
    await dana.getByRole('button', { name: /^Room/ }).click()
    await dana.getByRole('button', { name: 'Mark as urgent' }).click()
    await dana.locator('.deal').getByText('Urgent').waitFor()
    await dana.getByRole('heading', { name: 'KTEB Teterboro' }).click() // out of the field
    await dana.keyboard.press('e')
    await dana.getByText('Resolved. A new message opens it again.').waitFor()
    await dana.getByRole('button', { name: 'Undo' }).click()
    await dana.locator('.room-menu').getByText('Resolved').waitFor({ state: 'detached' })
  })

  it('goes back through a long thread without moving what is read, and draws little of it', async () => {
    await desk.sql(
      `insert into public.messages (conversation_id, sender_type, content_type, content, status, created_at)
       select r.primary_conversation_id, 'system', 'text', 'Long ago ' || n || repeat(E'\\n\\nand more', n % 4), 'sent',
              '2025-03-04 15:00Z'::timestamptz + n * interval '30 seconds'
         from public.requests r, generate_series(1, 500) n where r.avinode_trip_id = $1
           and not exists (select from public.messages where content like 'Long ago%')`,
      [trip],
    )
    const [third] = await desk.sql(`select id from public.messages where content like E'Long ago 3\n%'`)
    await dana.reload()
    await dana.locator('.message').last().waitFor()
    const walked = await dana.evaluate(walkBack)
    await dana.locator('.message').getByText('Long ago 4', { exact: true }).first().waitFor()
    // Less than a message: a heading of a line may still go when what was said before it comes in.
    expect(walked.moved).toBeLessThan(40)
    expect(walked.drawn).toBeLessThan(300)

    await dana.goto(`${address}?message=${third?.id}`)
    const found = dana.locator('.message:focus')
    await found.getByText('Long ago 3').waitFor()
    await expect.poll(async () => (await found.boundingBox())?.y).toBeGreaterThan(100)
    await expect.poll(() => dana.locator('.message').count()).toBeLessThan(300)
  })

  it('keeps clients, and what was typed about them', async () => {
    await desk.sql(`delete from public.client_profiles where company_name = 'Cobalt Films'`)
    await dana.getByRole('button', { name: 'Clients' }).click()
    await dana.getByRole('button', { name: 'Client', exact: true }).click()
    await dana.getByRole('textbox', { name: 'Company' }).fill('Cobalt Films')
    await dana.getByRole('textbox', { name: 'Likes to fly' }).fill('Falcon 7X, Global 6000')
    await dana.reload()
    await dana.getByRole('button', { name: 'Client', exact: true }).click()
    await Promise.all([told(dana, 'Cobalt Films is saved.'), dana.getByRole('button', { name: 'Save' }).click()])
    await dana.getByRole('button', { name: /Cobalt Films.*Falcon 7X, Global 6000/ }).click()
    await dana.getByRole('textbox', { name: 'Likes to fly' }).fill('Falcon 8X')
    await dana.getByRole('textbox', { name: 'Notes' }).fill('Pays late')
    await dana.getByRole('textbox', { name: 'Notes' }).press('Enter')
    await dana.getByRole('button', { name: /Cobalt Films.*Falcon 8X/ }).waitFor()
  })

  it('gives administrators what went wrong, one by one or all at once', async () => {
    await desk.sql(`delete from public.avinode_webhook_events where avinode_event_id like 'trips:atrip-_'`)
    await desk.sql(`delete from private.problems where cause_key in ('a', 'b')`)
    await desk.sql(
      `insert into public.avinode_webhook_events (event_type, avinode_event_id, raw_payload, processing_status, error_message)
       select 'trip_updated', 'trips:atrip-' || n, '{}', 'dead_letter', 'Payload ' || n || ' is not valid' from generate_series(1, 3) n`,
    )
    await desk.sql(
      `insert into private.problems (kind, cause_key, details, told_at, closed_at) values
         ('dependency', 'a', '{"count": 4, "error": "The mail server is away"}', now(), null),
         ('failing_runs', 'b', '{"count": 3, "error": "No crew", "agent_type": "flight_search", "execution_id": "00000000-0000-4000-8000-000000000000"}', now(), now())`,
    )
    const { page, context, complaints } = await desk.signIn('Alex Morgan')
    await page.getByRole('button', { name: 'Admin' }).click()
    const open = page.getByRole('list', { name: 'Open problems' }).getByRole('listitem')
    await open.filter({ hasText: 'A service does not answer' }).getByText('4 pieces of work wait').waitFor()
    await open.getByText('Nothing is lost, and all of it goes on by itself').waitFor()
    const over = page.getByText('The flight search agent has failed 3 times')
    expect(await over.isVisible()).toBe(false)
    await page.getByText('1 closed in the last seven days').click()
    await over.waitFor()
    const second = page.locator('.failures li').filter({ hasText: 'Payload 2 is not valid' })
    await Promise.all([told(page, 'The notification is processed again.'), second.getByRole('button').click()])
    await second.waitFor({ state: 'detached' })
    await Promise.all([
      told(page, 'notifications are processed again'), // two, or three where the first is dead once more by now
      page.getByRole('button', { name: 'Process every notification again' }).click(),
    ])
    const [left] = await desk.sql(
      `select count(*)::int as dead from public.avinode_webhook_events where error_message like 'Payload%' and processing_status = 'dead_letter'`,
    )
    expect(left?.dead).toBe(0)

    const [board] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('button', { name: 'Job by job' }).click(),
    ])
    await board.getByText('JetVision queues').first().waitFor()
    await board.getByText('avinode-webhooks').first().waitFor()
    expect(complaints).toEqual([])
  })

  it('signs in and out at Clerk in production, and loads nothing from anywhere else', async () => {
    await using atClerk = await startAtClerk(desk.url, 'omar@example.com')
    const { page, complaints } = await desk.open(`${atClerk.url}/?view=clients`)
    const asked = new Set<string>()
    page.on('request', (request) => asked.add(new URL(request.url()).origin))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Clients' }).waitFor()
    expect(new URL(page.url()).search).toBe('?view=clients')
    await page.reload()
    await page.getByRole('button', { name: 'Omar Haddad' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect([...asked].sort()).toEqual([atClerk.url, atClerk.clerkUrl].sort())
    expect(complaints).toEqual([])
  })
})

const LENA = `(select id from public.iso_agents where email = 'lena@example.com')`

const field = (page: Page) => page.getByRole('textbox', { name: 'Message', exact: true })

const room = (page: Page, operator: string) => page.getByRole('navigation', { name: 'Rooms' }).getByText(operator)

/** Runs in the page: scrolls up to the first message, and says how far at most anything was moved beside that, and how many messages were drawn at once. */
async function walkBack() {
  const log = document.querySelector('.log') as HTMLElement
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  // A reader's scrolling is told before a frame is laid out; what a frame's own script moves is told only in the next.
  const betweenFrames = () => new Promise((resolve) => setTimeout(resolve))
  const walked = { moved: 0, drawn: 0 }
  // The page is still opening: heads, cards and the newest messages take their places.
  for (let calm = 0, last = ''; calm < 30; ) {
    await frame()
    const now = `${log.scrollHeight} ${log.scrollTop} ${log.getBoundingClientRect().top}`
    calm = now === last ? calm + 1 : 0
    last = now
  }
  const place = (message: Element | undefined) =>
    message ? message.getBoundingClientRect().top - log.getBoundingClientRect().top : 0
  while (log.scrollTop > 0 || document.querySelector('.earlier')) {
    const messages = [...document.querySelectorAll('.message')]
    const read = messages.find((message) => place(message) > 0 && message.textContent?.includes('Long ago'))
    const before = place(read)
    await frame()
    await frame()
    walked.moved = Math.max(walked.moved, Math.abs(place(read) - before))
    walked.drawn = Math.max(walked.drawn, messages.length)
    await betweenFrames()
    log.scrollTop -= 600
  }
  return walked
}

/** Opens a message's own menu and takes one of its actions. */
async function act(message: ReturnType<Page['locator']>, action: string) {
  await message.getByRole('button', { name: /^Actions/ }).focus()
  await message.page().keyboard.press('Enter')
  await message.getByRole('toolbar').getByRole('button', { name: action, exact: true }).click()
}
