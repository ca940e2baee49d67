import { randomBytes } from 'node:crypto'
import type { Broadcast, Payload } from './frames.ts'

/** One channel of one client, as the others on its topic see it. */
export type Member = {
  /** Whether it wants its own messages back. */
  self: boolean
  presenceKey: string
  may(extension: 'broadcast' | 'presence', what: 'receive' | 'send'): boolean
  broadcast(message: Broadcast): void
  presence(event: 'presence_state' | 'presence_diff', payload: Payload): void
}

type Meta = Payload & { phx_ref: string }
type Topic = Map<Member, Meta | undefined>

/** Who is on which topic, and what they tell each other. Nothing is kept longer than its sender stays. */
export function createTopics() {
  const topics = new Map<string, Topic>()

  function join(name: string, member: Member) {
    const topic = topics.get(name) ?? new Map<Member, Meta | undefined>()
    topics.set(name, topic.set(member, undefined))
    return () => {
      untrack(name, member)
      topic.delete(member)
      if (topic.size === 0) topics.delete(name)
    }
  }

  function broadcast(name: string, message: Broadcast, from?: Member) {
    for (const member of topics.get(name)?.keys() ?? []) {
      if (member.may('broadcast', 'receive') && (member !== from || member.self)) member.broadcast(message)
    }
  }

  function track(name: string, member: Member, payload: Payload) {
    const topic = topics.get(name)
    if (!topic?.has(member)) return
    const before = topic.get(member)
    const meta: Meta = { ...payload, phx_ref: randomBytes(8).toString('base64url') }
    topic.set(member, meta)
    tellDiff(topic, {
      joins: entry(member, meta),
      leaves: before ? entry(member, before) : {},
    })
  }

  function untrack(name: string, member: Member) {
    const topic = topics.get(name)
    const before = topic?.get(member)
    if (!topic || !before) return
    topic.set(member, undefined)
    tellDiff(topic, { joins: {}, leaves: entry(member, before) })
  }

  function tellState(name: string, member: Member) {
    const state: Record<string, { metas: Meta[] }> = {}
    for (const [{ presenceKey }, meta] of topics.get(name) ?? []) {
      if (meta) state[presenceKey] = { metas: [...(state[presenceKey]?.metas ?? []), meta] }
    }
    member.presence('presence_state', state)
  }

  return { join, broadcast, track, untrack, tellState }
}

export type Topics = ReturnType<typeof createTopics>

const entry = ({ presenceKey }: Member, meta: Meta) => ({ [presenceKey]: { metas: [meta] } })

function tellDiff(topic: Topic, diff: Payload) {
  for (const member of topic.keys()) if (member.may('presence', 'receive')) member.presence('presence_diff', diff)
}
