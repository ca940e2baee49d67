import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export type Child = {
  name: string
  /** Ends it without a word, as the machine would; it is started again at once, as a process manager would. */
  kill(): void
  /** Resolves once it is up, also after a kill. */
  ready(): Promise<void>
  /** How often it was started, and how often it ended without being killed. */
  counts(): { starts: number; crashes: number }
  /** Asks it to end, and waits. */
  close(): Promise<void>
}

type Options = { name: string; file: string; environment: Record<string, string>; folder: string }

const RESTART_MS = 250
const MOST_CRASHES = 100
const CLOSE_MS = 30_000

/** Keeps a process of ours running from `file`. What it says goes to a log in `folder`. It dies with the driver. */
export function keepRunning({ name, file, environment, folder }: Options): Child {
  let child: ChildProcess | undefined
  const waiting = new Set<PromiseWithResolvers<void>>()
  let isUp = false
  let closing = false
  let killed = false
  let starts = 0
  let crashes = 0

  const start = () => {
    const out = openSync(join(folder, `${name}.log`), 'a')
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...environment },
      stdio: ['ignore', out, out, 'ipc'],
    })
    closeSync(out) // the child has its own
    child = started
    starts += 1
    killed = false
    started.once('message', () => {
      isUp = true
      for (const { resolve } of waiting) resolve()
      waiting.clear()
    })
    started.once('exit', async () => {
      const wasKilled = killed
      child = undefined
      if (!wasKilled && !closing) crashes += 1
      isUp = false
      if (closing) return
      if (crashes > MOST_CRASHES) {
        for (const { reject } of waiting) reject(new Error(`${basename(file)} ends again and again: see ${name}.log`))
        return
      }
      await delay(RESTART_MS)
      if (!closing) start()
    })
  }
  start()

  return {
    name,
    kill() {
      if (!child || killed) return
      killed = true
      isUp = false
      child.kill('SIGKILL')
    },
    async ready() {
      if (isUp) return
      const wait = Promise.withResolvers<void>()
      waiting.add(wait)
      await wait.promise
    },
    counts: () => ({ starts, crashes }),
    async close() {
      closing = true
      const last = child
      if (!last) return
      const ended = once(last, 'exit')
      last.kill('SIGTERM')
      const late = setTimeout(() => last.kill('SIGKILL'), CLOSE_MS)
      await ended
      clearTimeout(late)
    },
  }
}
