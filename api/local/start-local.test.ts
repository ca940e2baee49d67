import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { freePort } from '../../supabase/embedded/postgres.ts'
import { SettingsError } from '../../tools/settings.ts'
import { startLocalService } from './start-local.ts'

const FLIGHT = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 4 }

it('a request that is posted is taken up by the assistant, once, and gets its trip in Avinode', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetvision-form-'))
  const ports = { api: await freePort(), sandbox: 0, supabase: 0, postgres: 0, mail: 0 }
  const starting = startLocalService({ dataDir, ports, logLevel: 'error', environment: {} })
  const hadSettings = whenReady(ports.api, () => existsSync(join(dataDir, 'env')))
  const service = await starting
  try {
    expect(await hadSettings, 'who waits for /readyz may read the settings then').toBe(true)
    const sign_in = await fetch(`${service.url}/api/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'dana@example.com' }),
    })
    const { token } = (await sign_in.json()) as { token: string }
    const authorization = `Bearer ${token}`
    const get = async (path: string) => (await fetch(service.url + path, { headers: { authorization } })).json()
    const create = async () => {
      const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': 'form-1' }
      const answer = await fetch(`${service.url}/api/requests`, {
        method: 'POST',
        headers,
        body: JSON.stringify(FLIGHT),
      })
      expect(answer.status).toBe(201)
      return (await answer.json()) as { id: string; primary_conversation_id: string }
    }

    const [{ id, primary_conversation_id: room }, again] = [await create(), await create()]

    expect(again.id).toBe(id)
    await expect
      .poll(() => get(`/api/requests/${id}`), { timeout: 30_000 })
      .toMatchObject({ status: 'awaiting_user_action', avinode_deep_link: expect.stringMatching(/^http/) })
    const said = async () => {
      const { data } = await get(`/api/conversations/${room}/messages`)
      return data.filter(({ content_type }: { content_type: string }) => content_type === 'text')
    }
    await expect.poll(said, { timeout: 30_000 }).toHaveLength(1)
    expect((await said())[0].content).toMatch(/Open Avinode.*Who is the client/s)
  } finally {
    await service.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

it('a port that is taken is named with its setting', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetvision-taken-'))
  const taken = createServer().listen(0, '127.0.0.1')
  try {
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const ports = { api: 0, sandbox: port, supabase: 0, postgres: 0, mail: 0 }

    await expect(startLocalService({ dataDir, ports, logLevel: 'error', environment: {} })).rejects.toThrow(
      `Port ${port} is in use. Set SANDBOX_PORT to another one.`,
    )
  } finally {
    taken.close()
    await rm(dataDir, { recursive: true, force: true })
  }
})

it('a data folder that other migrations made is explained without a stack', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetvision-former-'))
  const ports = { api: 0, sandbox: 0, supabase: 0, postgres: 0, mail: 0 }
  const start = () => startLocalService({ dataDir, ports, logLevel: 'error', environment: {} })
  try {
    const service = await start()
    await service.sql("update supabase_migrations.schema_migrations set name = 'former' where version = '030'")
    await service.close()

    await expect(start()).rejects.toThrow(SettingsError)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

/** Asks without a pause until the service says that it is ready, and looks at the very moment. */
async function whenReady(port: number, look: () => boolean): Promise<boolean> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return look()
    await turn()
  }
}
