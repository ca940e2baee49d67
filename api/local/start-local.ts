import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pg from 'pg'
import pino from 'pino'
import { startSandbox } from '../../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { OtherMigrationsError } from '../../supabase/embedded/migrate.ts'
import { startEmbeddedSupabase } from '../../supabase/embedded/stack.ts'
import { SettingsError } from '../../tools/settings.ts'
import { createTokenVerifier } from '../token-verifier.ts'
import { buildPage } from '../web/build.ts'
import { type LogLevel, parseSwitches } from './config.ts'
import { lockFolder } from './folder-lock.ts'
import { createIssuer } from './issuer.ts'
import { startMailbox } from './mailbox.ts'
import { readOrCreate, writePrivate } from './secret-file.ts'
import { createSecrets, Secrets } from './secrets.ts'
import { startDesk } from './start-desk.ts'

export type LocalOptions = {
  dataDir: string
  /** 0 takes a free port. */
  ports: { api: number; sandbox: number; supabase: number; postgres: number; mail: number }
  logLevel: LogLevel
  /** The production switches are read from it: REDIS_URL, OPENAI_API_KEY, SMTP_URL, ... */
  environment: NodeJS.ProcessEnv
}

export type LocalService = Awaited<ReturnType<typeof startLocalService>>

const ISSUER = 'https://local.jetvision.example'

/** Starts the whole service in this process, with the outside world simulated on loopback. All that it keeps is in `dataDir`. */
export async function startLocalService({ dataDir, ports, logLevel, environment }: LocalOptions) {
  const switches = parseSwitches(environment)
  const folder = resolve(dataDir)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const stop of opened.splice(0).reverse()) await stop()
  }
  try {
    opened.push(await lockFolder(folder))
    const log = pino({ level: logLevel, redact: ['*.token', '*.password', '*.authorization'] })
    const page = buildPage()
    page.catch(() => undefined) // it is waited for below; until then the rest starts, and has to be closed if it failed
    const secrets = await readOrCreate(join(folder, 'secrets.json'), Secrets, createSecrets)
    const issuer = await createIssuer({ keyFile: join(folder, 'issuer.json'), issuer: ISSUER })
    const verifyToken = createTokenVerifier({ issuer: ISSUER, jwks: issuer.jwks, algorithms: ['RS256'] })

    const world = [
      startEmbeddedSupabase({
        dataDir: folder,
        apiPort: ports.supabase,
        postgresPort: ports.postgres,
        seed: true,
        log,
        verifyExternalToken: verifyToken,
      }).then((started) => remember(opened, started)),
      startSandbox({
        port: ports.sandbox,
        dataDir: join(folder, 'avinode-sandbox'),
        log,
        apiToken: secrets.AVINODE_API_TOKEN,
        authToken: secrets.AVINODE_AUTH_TOKEN,
        access: { rateLimit: { calls: 100_000, window_seconds: 3_600 } },
      }).then((started) => remember(opened, started)),
      startMailbox({ port: ports.mail, folder: join(folder, 'mailbox') }).then((started) => remember(opened, started)),
    ] as const
    await Promise.allSettled(world) // what still starts while another part fails has to be closed as well
    const [supabase, sandbox, mailbox] = await Promise.all(world)

    let complete = false
    const desk = await startDesk({
      port: ports.api,
      isComplete: () => complete,
      switches,
      secrets,
      supabase,
      sandboxUrl: sandbox.url,
      smtpUrl: mailbox.smtpUrl,
      mailboxUrl: mailbox.url,
      issuer,
      verifyToken,
      webDir: await page,
      log,
    })
    opened.push(desk.close)

    const pool = new pg.Pool({ connectionString: supabase.databaseUrl, max: 2 })
    pool.on('error', (error) => log.debug({ err: error }, 'a connection to the database was lost'))
    opened.push(() => pool.end())
    const env = {
      JETVISION_URL: desk.url,
      SUPABASE_URL: supabase.url,
      SUPABASE_PUBLISHABLE_KEY: supabase.publishableKey,
      SUPABASE_SECRET_KEY: supabase.secretKey,
      SUPABASE_JWT_SECRET: supabase.jwtSecret,
      DATABASE_URL: supabase.databaseUrl,
      AVINODE_BASE_URL: `${sandbox.url}/api`,
      SMTP_URL: switches.SMTP_URL ?? mailbox.smtpUrl,
      ...secrets,
    }
    const envFile = join(folder, 'env')
    await writePrivate(
      envFile,
      `${Object.entries(env)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n')}\n`,
    )
    complete = true
    return {
      url: desk.url,
      sandboxUrl: sandbox.url,
      mailboxUrl: mailbox.url,
      envFile,
      env,
      /** A query as the database's owner: for judging the state from outside. */
      sql: async (text: string, parameters: unknown[] = []) =>
        (await pool.query(text, parameters)).rows as Record<string, unknown>[],
      mailbox,
      issueToken: issuer.issueToken,
      close,
    }
  } catch (error) {
    await close()
    throw asSettings(error, ports) ?? error
  }
}

const SETTINGS = {
  api: 'PORT',
  sandbox: 'SANDBOX_PORT',
  supabase: 'SUPABASE_PORT',
  postgres: 'POSTGRES_PORT',
  mail: 'MAIL_PORT',
}

/** What its user can change: a port, of which the system's own error names only the number, or the folder. */
function asSettings(error: unknown, ports: LocalOptions['ports']): SettingsError | undefined {
  if (error instanceof OtherMigrationsError) return new SettingsError([error.message])
  const { code, port } = error as { code?: string; port?: number }
  const taken =
    code === 'EADDRINUSE' && Object.entries(SETTINGS).find(([part]) => ports[part as keyof typeof ports] === port)
  if (taken) return new SettingsError([`Port ${port} is in use. Set ${taken[1]} to another one.`])
}

function remember<T extends { close(): Promise<unknown> }>(opened: (() => Promise<unknown>)[], started: T): T {
  opened.push(() => started.close())
  return started
}
