import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalService } from '../api/local/start-local.ts'
import { playDeal } from './deal.ts'

const DEFAULT_SENTENCE = 'Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k'

/** `npm run demo [-- "a trip in your own words"]`: the whole deal, headless, in a temporary folder on free ports. */
const folder = await mkdtemp(join(tmpdir(), 'jetvision-demo-'))
const service = await startLocalService({
  dataDir: folder,
  ports: { api: 0, sandbox: 0, supabase: 0, postgres: 0, mail: 0 },
  logLevel: 'error',
  environment: process.env,
})
try {
  const sentence = process.argv.slice(2).join(' ') || DEFAULT_SENTENCE
  const result = await playDeal({ service, sentence, print: (line) => console.log(line) })
  console.log(JSON.stringify({ ok: true, ...result }))
} catch (error) {
  console.log(JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) }))
  process.exitCode = 1
} finally {
  await service.close()
  await rm(folder, { recursive: true, force: true })
}
