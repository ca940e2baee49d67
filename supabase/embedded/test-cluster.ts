import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { migrate } from './migrate.ts'
import { startPostgres } from './postgres.ts'

const run = promisify(execFile)
const VARIABLE = 'JETVISION_TEST_CLUSTER'

/** The migrated, empty database of a test cluster, from which others are made. */
export const TEMPLATE = 'template_jetvision'

/** Runs once before all tests: a migrated cluster is made and stopped, so that each file starts from a copy of its files. */
export async function setup() {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-cluster-'))
  const postgres = await startPostgres({ folder, port: 0, durable: false })
  await makeTemplate(postgres.url())
  await migrate(postgres.url(TEMPLATE))
  await migrate(postgres.url())
  await postgres.close()
  process.env[VARIABLE] = folder // the processes of the tests inherit it
  return () => rm(folder, { recursive: true })
}

async function makeTemplate(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(`create database ${TEMPLATE}`)
  await client.end()
}

/** Fills the folder of a server that is to start with the cluster of this test run. Outside a test run it does nothing: false. */
export async function copyTestCluster(folder: string): Promise<boolean> {
  const cluster = process.env[VARIABLE]
  if (!cluster) return false
  await mkdir(folder, { recursive: true })
  await run('cp', ['-a', `${cluster}/.`, folder])
  return true
}
