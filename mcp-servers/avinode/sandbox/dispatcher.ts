import type { Log } from '../../../tools/context.ts'
import type { Notify } from './exchange.ts'
import { fraction } from './pricing.ts'
import type { Delivery, WebhookSetting, World } from './records.ts'
import { startTicker } from './ticker.ts'

/** How the dispatcher misbehaves, for tests of receivers. */
export type DispatcherModes = {
  /** Every notification is delivered twice. */
  duplicate: boolean
  /** Notifications overtake one another. */
  shuffle: boolean
  /** So many of the next notifications get lost for ever. */
  drop_first: number
  /** As older versions of Avinode do. */
  omit_trip_id: boolean
  /** Credentials are presented only after a 401. */
  basic_challenge: boolean
  /** Nothing is delivered until it is switched off again. */
  paused: boolean
}

export const normalModes: DispatcherModes = {
  duplicate: false,
  shuffle: false,
  drop_first: 0,
  omit_trip_id: false,
  basic_challenge: false,
  paused: false,
}

type Options = {
  world: World
  baseUrl: () => string
  now: () => number
  timeoutMs: number
  retry: { first_ms: number; longest_ms: number; give_up_ms: number }
  log: Log
}

export type Dispatcher = ReturnType<typeof startDispatcher>

const AT_ONCE = 8
const SHUFFLE_MS = 400
const KEPT = 2_000

/** Delivers notifications to the registered targets until each is consumed (exactly HTTP 200) or 48 hours have passed. */
export function startDispatcher({ world, baseUrl, now, timeoutMs, retry, log }: Options) {
  let modes = { ...normalModes }
  const flying = new Set<string>()
  const closing = new AbortController()

  const notify: Notify = ({ event_type, company_id, resource }) => {
    const targets = world.webhookSettings
      .list()
      .filter(
        (setting) => setting.active && setting.company_id === company_id && setting.event_types.includes(event_type),
      )
    if (modes.drop_first > 0 && targets.length > 0) {
      modes.drop_first -= 1
      for (const setting of targets) plan(setting, event_type, resource, 'dropped')
      return
    }
    for (const setting of targets) {
      plan(setting, event_type, resource)
      if (modes.duplicate) plan(setting, event_type, resource)
    }
    ticker.wake()
  }

  function plan(
    setting: WebhookSetting,
    event_type: string,
    body: Delivery['body'],
    status: Delivery['status'] = 'waiting',
  ) {
    const id = world.newId('delivery')
    const due_ms = now() + (modes.shuffle ? Math.round(fraction(id) * SHUFFLE_MS) : 0)
    const times = { created_ms: now(), due_ms, attempts: 0, last_status: null }
    world.deliveries.put({ id, setting_id: setting.id, event_type, body, status, ...times })
    forgetOldest()
  }

  function forgetOldest() {
    const done = world.deliveries.list().filter(({ status }) => status !== 'waiting')
    for (const { id } of done.slice(0, Math.max(0, done.length - KEPT))) world.deliveries.remove(id)
  }

  const waiting = () => world.deliveries.where('status', 'waiting').filter(({ id }) => !flying.has(id))

  async function deliver(delivery: Delivery) {
    const setting = world.webhookSettings.get(delivery.setting_id)
    flying.add(delivery.id)
    try {
      const last_status = setting?.active ? await post(setting, delivery) : 'setting switched off'
      if (closing.signal.aborted) return // not consumed for sure: it is delivered again after the restart
      if (!world.deliveries.get(delivery.id)) return // forgotten by a reset meanwhile
      world.deliveries.put(afterAttempt(delivery, last_status))
    } finally {
      flying.delete(delivery.id)
      ticker.wake()
    }
  }

  function afterAttempt(delivery: Delivery, last_status: string): Delivery {
    const attempts = delivery.attempts + 1
    if (last_status === '200') return { ...delivery, attempts, last_status, status: 'delivered' }
    const due_ms = now() + Math.min(retry.first_ms * 2 ** (attempts - 1), retry.longest_ms)
    const status = due_ms - delivery.created_ms > retry.give_up_ms ? 'given_up' : 'waiting'
    log.info(
      { delivery: delivery.id, event_type: delivery.event_type, attempts, last_status, status },
      'notification not consumed',
    )
    return { ...delivery, attempts, last_status, due_ms, status }
  }

  async function post(setting: WebhookSetting, { body }: Delivery): Promise<string> {
    const text = JSON.stringify('raw' in body ? body.raw : notification(body))
    const credentials = basic(setting)
    const send = (authorization: string | null) =>
      fetch(setting.target_uri, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          ...(authorization !== null && { Authorization: authorization }),
        },
        body: text,
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      })
    try {
      let response = await send(modes.basic_challenge ? null : credentials)
      await response.body?.cancel()
      if (response.status === 401 && modes.basic_challenge && response.headers.has('WWW-Authenticate')) {
        response = await send(credentials)
        await response.body?.cancel()
      }
      return String(response.status)
    } catch (error) {
      return error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'unreachable'
    }
  }

  const notification = ({
    type,
    id,
    trip_display_id,
  }: {
    type: string
    id: string
    trip_display_id: string | null
  }) => ({
    id,
    href: `${baseUrl()}/api/${type}/${id}`,
    type,
    ...(!modes.omit_trip_id && trip_display_id !== null && { tripId: trip_display_id }),
  })

  const ticker = startTicker({
    now,
    next: () => (modes.paused || flying.size >= AT_ONCE ? undefined : earliest(waiting())),
    run() {
      const due = waiting()
        .filter(({ due_ms }) => due_ms <= now())
        .sort((a, b) => a.due_ms - b.due_ms)
      for (const delivery of due.slice(0, AT_ONCE - flying.size)) void deliver(delivery)
    },
  })

  return {
    notify,
    /** Sends any body to the targets of an event type: forged, foreign, or with extra properties. */
    send(event_type: string, raw: Record<string, unknown>): number {
      const targets = world.webhookSettings
        .list()
        .filter(({ active, event_types }) => active && event_types.includes(event_type))
      for (const setting of targets) plan(setting, event_type, { raw })
      ticker.wake()
      return targets.length
    },
    modes: () => ({ ...modes }),
    setModes(change: Partial<DispatcherModes>) {
      modes = { ...modes, ...change }
      ticker.wake()
    },
    /** Makes everything that waits due now. */
    hurry() {
      for (const delivery of waiting()) world.deliveries.put({ ...delivery, due_ms: Math.min(delivery.due_ms, now()) })
      ticker.wake()
    },
    wake: () => ticker.wake(),
    close() {
      closing.abort()
      ticker.close()
    },
  }
}

const basic = ({ authentication, client_identifier, client_secret }: WebhookSetting) =>
  authentication && client_identifier !== null
    ? `Basic ${Buffer.from(`${client_identifier}:${client_secret ?? ''}`).toString('base64')}`
    : null

const earliest = (deliveries: Delivery[]) =>
  deliveries.length === 0 ? undefined : Math.min(...deliveries.map(({ due_ms }) => due_ms))
