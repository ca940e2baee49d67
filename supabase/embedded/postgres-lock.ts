import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * Makes this process the owner of a server's folder: refused while another owner lives, waited for while a server without
 * an owner shuts down, and what a server that is long dead left behind is swept away.
 */
export async function claimFolder(folder: string, data: string) {
  await clearStaleLock(folder, data)
  await writeFile(ownerFile(folder), await identity(process.pid))
}

async function clearStaleLock(folder: string, data: string) {
  const lock = join(data, 'postmaster.pid')
  for (const end = Date.now() + 15_000; ; await delay(50)) {
    const holder = Number.parseInt(await readFile(lock, 'utf8').catch(() => ''), 10)
    if (!holder) return
    if (!/postgres/.test(await commandOf(holder))) break // the id was given to something else since
    if ((await ownerIsAlive(folder)) || Date.now() > end) {
      throw new Error(
        `${dirname(folder)} is in use by another JetVision (Postgres is process ${holder}). ` +
          'Stop that one first, or set JETVISION_DATA_DIR to another folder.',
      )
    }
  }
  await rm(lock, { force: true })
}

const commandOf = async (pid: number) =>
  readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() =>
    process.platform === 'linux'
      ? ''
      : run('ps', ['-o', 'command=', '-p', String(pid)]).then(
          ({ stdout }) => stdout,
          () => '',
        ),
  )

/** A process id alone may have been given to somebody else since; with the start time it is one process. */
async function identity(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  if (stat) return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`
  if (process.platform === 'linux') return ''
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() ? `${pid} ${stdout.trim()}` : ''
}

const ownerFile = (folder: string) => join(folder, 'owner')

async function ownerIsAlive(folder: string) {
  const recorded = await readFile(ownerFile(folder), 'utf8').catch(() => '')
  const pid = Number.parseInt(recorded, 10)
  return pid > 0 && (await identity(pid)) === recorded
}
