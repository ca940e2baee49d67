import type { BrokerClient, Json } from '../client.ts'
import type { Service } from '../service.ts'

/** One chat of one broker with the real agents, tools and database, and what a judge may look at. */
export type World = {
  service: Service
  broker: BrokerClient
  /** The broker's row in iso_agents. */
  broker_id: string
  /** The assistant's answers so far. */
  answers: string[]
  /** Says something in this scenario's chat, and waits for the answer. */
  says(text: string): Promise<string>
  /** The chat's id, once something has been said. */
  chat(): string
  /** The rows of a query; `$1` is the id of the chat. */
  rows(query: string): Promise<Json[]>
  /** The requests that this chat led to, oldest first, each with its client's name and its segments. */
  requests(): Promise<Json[]>
  /** What was put up for approval because of this chat. */
  approvals(): Promise<Json[]>
  /** E-mails that left in this broker's name. */
  mails(): Promise<{ to: string; subject: string; text: string }[]>
}

export type Check = { what: string; holds(world: World): Promise<boolean> }

/** What has happened before, or happens afterwards: steps of people and operators, in order. */
export type Play = (world: World) => Promise<unknown>

export type Scenario = {
  /** A sentence: what the broker may rely on. */
  name: string
  prepare?: Play
  /** What the broker types, as it is typed. */
  says: string[]
  afterwards?: Play
  /** Judged by rows, wherever rows can tell. */
  expect: Check[]
}
