import { createModels, ModelConfig } from '../../agents/models.ts'
import { startBus } from '../../queue/bus.ts'
import { startAgentsWorker } from '../../queue/compose-worker.ts'
import type { Mail } from '../../tools/mail.ts'
import { createParts } from './parts.ts'
import { isReady, readSettings } from './settings.ts'

/** The worker as a process of its own, with the agents by rules: no model is under test here. */
const settings = readSettings(process.env)
const { log, pool, systemFunctions, supabase, queues, avinode } = createParts(settings, 8)
const noMail: Mail = {
  deduplicates: false,
  send: () => Promise.reject(new Error('No e-mail is sent in this drill')),
}
const bus = await startBus({ databaseUrl: settings.databaseUrl, log })
const worker = await startAgentsWorker({
  supabase,
  systemFunctions,
  queues,
  bus,
  avinode,
  mail: noMail,
  models: createModels(ModelConfig.parse({})),
  publicUrl: 'https://drill.jetvision.example',
  log,
})
process.on('SIGTERM', async () => {
  await worker.close()
  await Promise.allSettled([bus.close(), queues.close(), pool.end()])
  process.exit(0)
})
isReady()
