import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Changes } from './changes.ts'
import { RefusedError, WatchRequest } from './filter.ts'
import type { Broadcast, Frame, Payload } from './frames.ts'
import type { Gate, TopicRights } from './gate.ts'
import type { Identity } from './identity.ts'
import type { Member, Topics } from './topics.ts'

const Join = z.object({
  access_token: z.string().nullish(),
  config: z
    .object({
      broadcast: z
        .object({ ack: z.boolean().catch(false), self: z.boolean().catch(false) })
        .partial()
        .catch({}),
      presence: z
        .object({ key: z.string().catch(''), enabled: z.boolean().catch(false) })
        .partial()
        .catch({}),
      postgres_changes: z.array(WatchRequest).max(100).nullish(),
      private: z.boolean().catch(false),
    })
    .prefault({ broadcast: {}, presence: {}, private: false }),
})

export type ChannelDeps = {
  identify(token: string): Promise<Identity | null>
  gate: Gate
  changes: Changes
  topics: Topics
}

/** How a channel reaches its client. */
export type Outlet = {
  push(event: string, payload: Payload): void
  pushBroadcast(message: Broadcast): void
  /** The channel has ended by itself. */
  ended(): void
}

export type Channel = {
  /** Answers a message of the client; undefined where the client expects no answer. */
  handle(frame: Frame): Promise<Payload | undefined>
  /** Looks again whether the rights that it was joined with still stand. */
  recheck(): Promise<void>
  leave(): void
}

const PREFIX = 'realtime:'
const NO_RIGHTS: TopicRights = { broadcast: { receive: false, send: false }, presence: { receive: false, send: false } }
const LONGEST_TIMER_MS = 3_600_000

/** Lets a client into a channel, with the answer to its join; a RefusedError says why not. */
export async function joinChannel(deps: ChannelDeps, frame: Frame, apiKey: string, outlet: Outlet) {
  const topic = frame.topic.startsWith(PREFIX) ? frame.topic.slice(PREFIX.length) : ''
  if (!topic) throw new RefusedError('TopicNameRequired: You must provide a topic name')
  const parsed = Join.safeParse(frame.payload)
  if (!parsed.success) throw new RefusedError('InvalidJoinPayload: The join is not understood')
  const { access_token, config } = parsed.data
  let identity = await identified(deps, access_token ?? apiKey)
  let rights = await deps.gate.topicRights(identity, topic)
  if (config.private && !mayEnter(rights)) {
    throw new RefusedError(`Unauthorized: You do not have permissions to read from this Channel topic: ${topic}`)
  }

  // A private topic and a public one of the same name are two.
  const room = `${config.private ? 'private' : 'public'} ${topic}`
  const member: Member = {
    self: config.broadcast.self ?? false,
    presenceKey: config.presence.key || randomUUID(),
    may: (extension, what) =>
      rights[extension][what] && (extension === 'broadcast' || config.presence.enabled === true),
    broadcast: outlet.pushBroadcast,
    presence: outlet.push,
  }
  const requests = config.postgres_changes ?? []
  const watched = requests.length > 0 && (await watch(deps, requests, () => identity, outlet, end))
  const leaveTopic = deps.topics.join(room, member)
  let expiry = expireAt(identity)
  let hasLeft = false

  function leave() {
    if (hasLeft) return
    hasLeft = true
    clearTimeout(expiry)
    rights = NO_RIGHTS
    leaveTopic()
    if (watched) watched.unsubscribe()
  }

  function end(event: 'phx_close' | 'phx_error') {
    leave()
    outlet.push(event, {})
    outlet.ended()
  }

  function shut(message: string) {
    outlet.push('system', { status: 'error', extension: 'system', message, channel: topic })
    end('phx_close')
  }

  function expireAt({ expiresAt }: Identity): NodeJS.Timeout {
    const left = expiresAt - Date.now()
    if (left <= LONGEST_TIMER_MS) return setTimeout(() => shut(EXPIRED), Math.max(0, left)).unref()
    return setTimeout(() => {
      expiry = expireAt(identity)
    }, LONGEST_TIMER_MS).unref()
  }

  async function renew(token: unknown) {
    const next = typeof token === 'string' ? await deps.identify(token) : null
    if (hasLeft) return
    if (!next) return shut('InvalidJWTToken: The token is not valid, or has expired')
    identity = next
    clearTimeout(expiry)
    expiry = expireAt(identity)
    await recheck()
  }

  async function recheck() {
    const found = await deps.gate.topicRights(identity, topic)
    if (hasLeft) return
    rights = found
    if (config.private && !mayEnter(rights)) shut(`Unauthorized: Your permissions on ${topic} were taken away`)
  }

  async function handle({ event, payload }: Frame): Promise<Payload | undefined> {
    if (event === 'access_token') await renew(payload.access_token)
    else if (event === 'broadcast') return broadcast(payload)
    else if (event === 'presence') return presence(payload)
    return undefined
  }

  function broadcast({ event, payload }: Payload) {
    const isAllowed = typeof event === 'string' && member.may('broadcast', 'send')
    if (isAllowed) deps.topics.broadcast(room, { event, payload }, member)
    if (!config.broadcast.ack) return undefined
    return isAllowed ? OK : refusal(`Unauthorized: You may not send to ${topic}`)
  }

  function presence({ event, payload }: Payload) {
    if (!member.may('presence', 'send')) return refusal(`Unauthorized: You may not be present on ${topic}`)
    if (event === 'track') deps.topics.track(room, member, isObject(payload) ? payload : {})
    else if (event === 'untrack') deps.topics.untrack(room, member)
    return OK
  }

  const ids = watched ? watched.ids : []
  const channel: Channel = { handle, recheck, leave }
  return {
    channel,
    reply: { postgres_changes: requests.map((request, index) => ({ id: ids[index], ...request })) },
    /** What a client is told once it knows that it has joined. */
    greet() {
      if (hasLeft) return
      if (watched) {
        const message = 'Subscribed to PostgreSQL'
        outlet.push('system', { status: 'ok', extension: 'postgres_changes', message, channel: topic })
      }
      if (member.may('presence', 'receive')) deps.topics.tellState(room, member)
    },
  }
}

const EXPIRED = 'InvalidJWTToken: Token has expired'
const OK = { status: 'ok', response: {} }
export const refusal = (reason: string) => ({ status: 'error', response: { reason } })

const mayEnter = ({ broadcast, presence }: TopicRights) => broadcast.receive || presence.receive

const isObject = (value: unknown): value is Payload => typeof value === 'object' && value !== null

async function identified({ identify }: ChannelDeps, token: string) {
  const identity = await identify(token)
  if (!identity) throw new RefusedError('InvalidJWTToken: The token is not valid, or has expired')
  return identity
}

function watch(
  { changes }: ChannelDeps,
  requests: WatchRequest[],
  identity: () => Identity,
  outlet: Outlet,
  end: (event: 'phx_error') => void,
) {
  return changes.subscribe(requests, {
    identity,
    deliver: (ids, data) => outlet.push('postgres_changes', { ids, data }),
    lost: () => end('phx_error'), // the client joins again by itself
  })
}
