import { Client } from 'pg'
import { z } from 'zod'
import type { Log } from '../tools/context.ts'

/** Something worth seeing only now, such as typing: never stored, and lost to whoever does not listen. */
export type EphemeralEvent = {
  type: string
  conversation_id: string
  /** The brokers who may see it: whoever publishes has checked that they take part. */
  iso_agent_ids: string[]
  payload: Record<string, unknown>
}

export type Unsubscribe = () => void

/** Wakes up those who follow a feed or a turn. It says where to look, never what is there: listeners read the database. */
export type Bus = {
  /** Called with the newest position, or with null after a reconnect, when anything may have been missed: read again. */
  onFeed(iso_agent_id: string, listener: (position: number | null) => void): Unsubscribe
  /** Called when the turn has new chunks or a new status, and after a reconnect. */
  onTurn(turn_id: string, listener: () => void): Unsubscribe
  onEphemeral(iso_agent_id: string, listener: (event: EphemeralEvent) => void): Unsubscribe
  /** Best effort: without a connection, or above the 8000 bytes that Postgres carries, the event is dropped. */
  publish(event: EphemeralEvent): Promise<void>
  connected(): boolean
  close(): Promise<void>
}

const maximumBytes = 7999
const feedNotification = z.object({ iso_agent_id: z.string(), position: z.coerce.number() })
const ephemeralEvent = z.object({
  type: z.string(),
  conversation_id: z.string(),
  iso_agent_ids: z.array(z.string()),
  payload: z.record(z.string(), z.unknown()),
})

type Options = {
  databaseUrl: string
  log: Log
  /** First and longest pause between two attempts to connect. */
  reconnect?: { first_ms: number; longest_ms: number }
  /** How often a silent connection is asked whether it still lives. */
  ping_ms?: number
  /** Without an answer for so long it is dead. */
  answer_ms?: number
}

/** Listens to Postgres' notifications until closed. Connects again by itself; the first attempt has been made when it resolves. */
export async function startBus(options: Options): Promise<Bus> {
  const { log, ping_ms = 30_000, answer_ms = 10_000 } = options
  const { first_ms, longest_ms } = options.reconnect ?? { first_ms: 250, longest_ms: 15_000 }
  const feeds = new Listeners<number | null>()
  const turns = new Listeners<undefined>()
  const ephemerals = new Listeners<EphemeralEvent>()
  let client: Client | undefined
  let timer: NodeJS.Timeout | undefined
  let ping: NodeJS.Timeout | undefined
  let failures = 0
  let connectedBefore = false
  let closed = false

  const receive = (channel: string, payload: string) => {
    if (channel === 'jetvision_turns') return turns.call(payload, undefined, log)
    if (channel === 'jetvision_feed') {
      const { iso_agent_id, position } = feedNotification.parse(JSON.parse(payload))
      return feeds.call(iso_agent_id, position, log)
    }
    const event = ephemeralEvent.parse(JSON.parse(payload))
    for (const iso_agent_id of event.iso_agent_ids) ephemerals.call(iso_agent_id, event, log)
  }

  const lost = (dead: Client, error: unknown) => {
    if (client !== dead) return // said twice: it has been replaced, or is about to be
    client = undefined
    clearInterval(ping)
    dead.removeAllListeners()
    dead.on('error', () => {}) // a socket that dies twice must not end the process
    void dead.end().catch(() => {}) // it is gone already: there is nobody left to tell
    if (closed) return
    failures += 1
    const pause = Math.min(first_ms * 2 ** (failures - 1), longest_ms)
    log.warn({ err: error, retry_in_ms: pause }, 'lost the connection for notifications')
    timer = setTimeout(() => void connect(), pause)
  }

  const connect = async () => {
    const next = new Client({
      connectionString: options.databaseUrl,
      application_name: 'jetvision-bus',
      keepAlive: true,
      connectionTimeoutMillis: answer_ms,
      query_timeout: answer_ms,
    })
    client = next
    next.on('error', (error) => lost(next, error))
    next.on('end', () => lost(next, new Error('The connection was ended')))
    next.on('notification', ({ channel, payload }) => {
      try {
        receive(channel, payload ?? '')
      } catch (error) {
        log.error({ err: error, channel }, 'a notification could not be read')
      }
    })
    try {
      await next.connect()
      await next.query('listen jetvision_feed; listen jetvision_turns; listen jetvision_ephemeral')
    } catch (error) {
      lost(next, error)
      return
    }
    failures = 0
    // A connection that was cut without a word is only noticed by asking.
    let asking = false
    ping = setInterval(async () => {
      if (asking) return
      asking = true
      try {
        await next.query('select 1')
      } catch (error) {
        lost(next, error)
      }
      asking = false
    }, ping_ms)
    if (connectedBefore) {
      feeds.callAll(null, log)
      turns.callAll(undefined, log)
    }
    connectedBefore = true
  }

  await connect()

  return {
    onFeed: (iso_agent_id, listener) => feeds.add(iso_agent_id, listener),
    onTurn: (turn_id, listener) => turns.add(turn_id, () => listener()),
    onEphemeral: (iso_agent_id, listener) => ephemerals.add(iso_agent_id, listener),
    async publish(event) {
      const payload = JSON.stringify(event)
      if (Buffer.byteLength(payload) > maximumBytes) {
        log.warn({ type: event.type, bytes: Buffer.byteLength(payload) }, 'an event was too large to publish')
        return
      }
      try {
        await client?.query("select pg_notify('jetvision_ephemeral', $1)", [payload])
      } catch (error) {
        log.debug({ err: error, type: event.type }, 'an event could not be published')
      }
    },
    connected: () => client !== undefined && failures === 0,
    async close() {
      closed = true
      clearTimeout(timer)
      clearInterval(ping)
      const last = client
      client = undefined
      last?.removeAllListeners('end')
      await last?.end().catch(() => {}) // closing what is already closed is no failure
    },
  }
}

/** Who waits for what, by key; a listener that throws harms no other. */
class Listeners<Value> {
  private readonly byKey = new Map<string, Set<(value: Value) => void>>()

  add(key: string, listener: (value: Value) => void): Unsubscribe {
    const listeners = this.byKey.get(key) ?? new Set()
    this.byKey.set(key, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.byKey.get(key) === listeners) this.byKey.delete(key)
    }
  }

  call(key: string, value: Value, log: Log) {
    for (const listener of [...(this.byKey.get(key) ?? [])]) {
      try {
        listener(value)
      } catch (error) {
        log.error({ err: error }, 'a listener failed')
      }
    }
  }

  callAll(value: Value, log: Log) {
    for (const key of [...this.byKey.keys()]) this.call(key, value, log)
  }
}
