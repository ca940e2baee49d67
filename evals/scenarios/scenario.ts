import type { BrokerClient, Json } from '../client.ts'
import type { Service } from '../service.ts'

/** One chat of one broker with the real agents, tools and database, and what a judge may look at. */
export type World = {
  service: Service
  broker: BrokerClient
  /** The assistant's answers so far. */
  answers: string[]
  /** Says something in this scenario's chat, and waits for the answer. */
  says(text: string): Promise<string>
  /** The rows of a query; `$1` is the id of the chat. */
  rows(query: string): Promise<Json[]>
  /** The requests that this chat led to, oldest first, each with its client's name and its segments. */
  requests(): Promise<Json[]>
  /** What was put up for approval because of this chat. */
  approvals(): Promise<Json[]>
  /** E-mails that reached anybody since the scenario began. */
  mails(): Promise<{ to: string; subject: string; text: string }[]>
}

export type Check = { what: string; holds(world: World): Promise<boolean> }

export type Scenario = {
  /** A sentence: what the broker may rely on. */
  name: string
  /** What has happened before. */
  prepare?(world: World): Promise<void>
  /** What the broker types, as it is typed. */
  says: string[]
  /** What people and operators do afterwards. */
  afterwards?(world: World): Promise<void>
  /** Judged by rows, wherever rows can tell. */
  expect: Check[]
}

/** A check on the chat's only request. */
export const oneRequest = (what: string, holds: (request: Json) => boolean): Check => ({
  what,
  async holds(world) {
    const [request, ...others] = await world.requests()
    return request !== undefined && others.length === 0 && holds(request)
  },
})

export const noRequest: Check = {
  what: 'nothing was created',
  holds: async (world) => (await world.requests()).length === 0,
}

export const nothingAsked: Check = {
  what: 'nothing was put up for approval',
  holds: async (world) => (await world.approvals()).length === 0,
}

export const nothingSent: Check = { what: 'no e-mail left', holds: async (world) => (await world.mails()).length === 0 }

/** Only for questions to the broker, which leave no row behind. */
export const lastAnswer = (what: string, pattern: RegExp): Check => ({
  what,
  holds: async ({ answers }) => pattern.test(answers.at(-1) ?? ''),
})
