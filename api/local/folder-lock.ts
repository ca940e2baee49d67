import { createHash } from 'node:crypto'
import { realpath, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SettingsError } from '../../tools/settings.ts'

/**
 * Lets one service at a time use a data folder. The lock is a listening socket, so it ends with its process, kill -9
 * included, and a leftover file of it holds nobody up. Returns the way to release it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex')
    .slice(0, 24)
  const path =
    process.platform === 'win32' ? `\\\\.\\pipe\\jetvision-${name}` : join(tmpdir(), `jetvision-${name}.sock`)
  if (await answers(path)) {
    throw new SettingsError([
      `Another JetVision runs on ${folder}. Stop it, or set JETVISION_DATA_DIR to another folder.`,
    ])
  }
  await rm(path, { force: true })
  const server = await listen(path)
  return () => new Promise((resolve) => server.close(() => resolve()))
}

const answers = (path: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

const listen = (path: string) =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', reject)
    server.listen(path, () => resolve(server))
  })
