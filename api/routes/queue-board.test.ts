import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createQueues } from '../../queue/queues.ts'
import { backends, recordingLog } from '../../queue/testing.ts'
import { createAdminPasses } from '../admin-pass.ts'
import { ALEX, DANA, startTestApi, type TestApi } from '../testing.ts'

const SECRET = 'a secret that all processes share'
const PATH = '/api/admin/queues'
const browser = { accept: 'text/html,application/xhtml+xml' }

let house: TestApi
beforeAll(async () => {
  house = await startTestApi()
})
afterAll(() => house?.close())

const closers: (() => PromiseLike<unknown>)[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0).reverse()) await close()
})

async function open(connection: Parameters<typeof createQueues>[0]['connection']) {
  const queues = createQueues({ connection, log: recordingLog() })
  closers.push(() => queues.close())
  const api = await startTestApi({ queueBoard: { queues: queues.all, secret: SECRET } }, house)
  closers.push(() => api.close())
  const visit = (path: string, cookie?: string, method = 'GET') =>
    api.app.request(path, { method, headers: { ...browser, ...(cookie && { cookie }) } })
  return { api, queues, visit }
}
const onPostgres = () => open({ databaseUrl: house.world.stack.databaseUrl })

/** What the browser keeps of an answer. */
async function passOf(api: TestApi, who: { sub: string }) {
  const { status, headers } = await api.as(who).post(`${PATH}/pass`)
  const set = headers.get('set-cookie') ?? ''
  return { status, set, cookie: set.split(';')[0] ?? '' }
}

describe.each(backends)('the page of the queues on $name', ({ start }) => {
  it('opens to an admin who fetched a pass, and shows every queue with what waits in it', async () => {
    const backend = await start()
    closers.push(() => backend[Symbol.asyncDispose]())
    const { api, queues, visit } = await open(backend.connection)
    await queues.add('outbound', { id: 'outbox-1-0', payload: { outbox_id: '1' } })
    const { status, cookie } = await passOf(api, ALEX)

    expect(status).toBe(204)
    const page = await visit(PATH, cookie)
    expect(page.status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
    const text = await page.text()
    expect(text).toContain(`<base href="${PATH}/"`)
    const script = /src="(static\/js\/main[^"]+)"/.exec(text)?.[1]
    expect((await visit(`${PATH}/${script}`, cookie)).status).toBe(200)

    const shown = await visit(`${PATH}/api/queues?activeQueue=outbound&status=waiting`, cookie)
    const body = (await shown.json()) as { queues: { name: string; counts: object; jobs: { id: string }[] }[] }
    expect(body.queues.map(({ name }) => name)).toEqual(Object.keys(await queues.counts()))
    expect(body.queues.find(({ name }) => name === 'outbound')).toMatchObject({ counts: { waiting: 1 } })
    expect(body.queues.flatMap(({ jobs }) => jobs.map(({ id }) => id))).toEqual(['outbox-1-0'])
  })
})

describe('a pass to the queues', () => {
  it('is given to admins alone', async () => {
    const { api } = await onPostgres()

    expect(await passOf(api, DANA)).toMatchObject({ status: 403, set: '' })
    expect((await api.anonymous.post(`${PATH}/pass`)).status).toBe(401)
  })

  it('is out of reach of scripts and other sites, and is sent nowhere else', async () => {
    const { api } = await onPostgres()
    const { set } = await passOf(api, ALEX)

    for (const part of ['HttpOnly', 'Secure', 'SameSite=Strict', `Path=${PATH}`, 'Max-Age=900']) {
      expect(set.split('; ')).toContain(part)
    }
  })

  it('opens nothing but the page, and changes nothing there', async () => {
    const { api, queues, visit } = await onPostgres()
    const { cookie } = await passOf(api, ALEX)
    await queues.add('maintenance', { id: 'waits', payload: { kind: 'watch' }, delay_ms: 3_600_000 })

    for (const path of ['/api/admin/webhooks', '/api/admin/errors', '/api/me']) {
      expect((await visit(path, cookie)).status).toBe(401)
    }
    for (const [method, path] of [
      ['PUT', 'queues/maintenance/pause'],
      ['PUT', 'queues/maintenance/empty'],
      ['PUT', 'queues/maintenance/promote'],
      ['POST', 'queues/maintenance/add'],
    ]) {
      expect((await visit(`${PATH}/api/${path}`, cookie, method)).status).toBeGreaterThanOrEqual(400)
    }
    expect((await queues.counts()).maintenance).toMatchObject({ delayed: 1, waiting: 0 })
  })

  it('ends after a quarter of an hour, and at once for whoever is no admin any more', async () => {
    const { api, visit } = await onPostgres()
    const { cookie } = await passOf(api, ALEX)
    const late = createAdminPasses(SECRET, () => Date.now() - 901_000).issue(ALEX.sub)
    expect((await visit(PATH, `jetvision_queues=${late}`)).status).toBe(401)

    await house.sql.query("update iso_agents set role = 'iso_agent' where id = $1", [ALEX.id])
    try {
      expect((await visit(PATH, cookie)).status).toBe(401)
    } finally {
      await house.sql.query("update iso_agents set role = 'admin' where id = $1", [ALEX.id])
    }
    expect((await visit(PATH, cookie)).status).toBe(200)
  })

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one without a signature', createAdminPasses(SECRET).issue(ALEX.sub).split('.')[0]],
    ['one with half a signature', createAdminPasses(SECRET).issue(ALEX.sub).slice(0, -20)],
    ['one that others signed', createAdminPasses('another secret').issue(ALEX.sub)],
    ['one of somebody who is no admin', createAdminPasses(SECRET).issue(DANA.sub)],
    ['one of nobody', createAdminPasses(SECRET).issue('user_nobody')],
  ])('that is %s shows a page that says how to get in', async (_what, pass) => {
    const { visit } = await onPostgres()

    const answer = await visit(PATH, pass === undefined ? undefined : `jetvision_queues=${pass}`)

    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('Administrators open this page')
  })

  it('is not asked of a call with a token, which gets the counts', async () => {
    const { api } = await onPostgres()

    expect((await api.anonymous.get(PATH)).body).toMatchObject({ status: 401, code: 'unauthorized' })
    expect((await api.as(DANA).get(PATH)).status).toBe(403)
    expect((await api.as(ALEX).get(PATH)).status).toBe(503) // these tests count nothing
  })
})
