import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalOptions, startLocalService } from '../api/local/start-local.ts'
import { copyTestCluster } from '../supabase/embedded/test-cluster.ts'

/** The whole service in a temporary folder on free ports. It ends, and its folder goes, with the scope that holds it. */
export async function startService(options: Partial<LocalOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-'))
  await copyTestCluster(join(folder, 'postgres'))
  const service = await startLocalService({
    dataDir: folder,
    ports: { api: 0, sandbox: 0, supabase: 0, postgres: 0, mail: 0 },
    logLevel: 'error',
    environment: {},
    ...options,
  })
  return {
    ...service,
    /** Plays Avinode's side of a trip: what the broker does on its page, and what operators answer. */
    async plays(avinode_trip_id: unknown, action: string, body: object = {}) {
      const response = await fetch(`${service.sandboxUrl}/_sim/trips/${avinode_trip_id}/${action}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      if (!response.ok) throw new Error(`${action} was answered with ${response.status}: ${await response.text()}`)
    },
    async mails() {
      return (await (await fetch(`${service.mailboxUrl}/messages`)).json()) as {
        to: string
        subject: string
        text: string
        message_id: string
      }[]
    },
    async [Symbol.asyncDispose]() {
      await service.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Service = Awaited<ReturnType<typeof startService>>
