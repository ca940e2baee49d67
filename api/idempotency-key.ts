import { randomUUID } from 'node:crypto'
import type { Context } from 'hono'
import type { Broker } from '../tools/context.ts'
import { stableId } from '../tools/database.ts'
import { ConflictError, InvalidInputError, KeyReusedError } from '../tools/errors.ts'
import type { ApiEnv } from './api-env.ts'

const LONGEST = 255

/** A program sends one set of headers with all its MCP calls: there, a key would make them all one. */
function keyOf(c: Context<ApiEnv>): string | undefined {
  const key = c.req.path === '/mcp' ? undefined : c.req.header('Idempotency-Key')
  if (key === undefined || (key !== '' && key.length <= LONGEST)) return key
  throw new InvalidInputError([{ path: 'Idempotency-Key', message: `The key has 1 to ${LONGEST} characters` }])
}

/**
 * With an `Idempotency-Key` there is one id for each kind of row, whatever the call says: a repeated call finds what it made,
 * and another call under the same key meets the row of the first, which it does not describe.
 */
export function newIds(c: Context<ApiEnv>, { iso_agent_id }: Broker): (what: string) => string {
  const key = keyOf(c)
  if (key === undefined) return () => randomUUID()
  return (what) => stableId(iso_agent_id, key, what.split(':', 1)[0] ?? what)
}

/** Whether a call says that it may be a repetition. */
export const hasKey = (c: Context<ApiEnv>) => keyOf(c) !== undefined

/** A message's id, chosen by the caller or by its key, that stands for something else already. */
export class IdTakenError extends ConflictError {
  constructor(options?: ErrorOptions) {
    super('This message id stands for other words already', options)
  }
}

/** The database's word for an id that a message of another room has. */
export function asIdTaken(error: unknown): never {
  throw error instanceof ConflictError && /message id is in use/.test(error.message)
    ? new IdTakenError({ cause: error })
    : error
}

/** Where the key chose the id, the key was used twice. */
export const asKeyReused =
  (c: Context<ApiEnv>) =>
  (error: unknown): never => {
    throw error instanceof IdTakenError && hasKey(c) ? new KeyReusedError() : error
  }
