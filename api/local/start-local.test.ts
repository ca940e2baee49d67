import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startLocalService } from './start-local.ts'

const FLIGHT = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 4 }

it('a request that is posted is taken up by the assistant, once, and gets its trip in Avinode', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetvision-form-'))
  const ports = { api: 0, sandbox: 0, supabase: 0, postgres: 0, mail: 0 }
  const service = await startLocalService({ dataDir, ports, logLevel: 'error', environment: {} })
  try {
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
