import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Ledger } from './ledger.ts'
import type { Sql } from './stage.ts'

type Options = {
  sql: Sql
  apiUrls: string[]
  sign(sub: string): Promise<string>
  ledger: Ledger
  /** Every so often a broker says something. */
  every_ms: number
  signal: AbortSignal
}

/**
 * Brokers who write to operators while everything breaks around them. Their software sends a message until it is accepted, under
 * one id; from then on each must reach the operator exactly once.
 */
export async function speak({ sql, apiUrls, sign, ledger, every_ms, signal }: Options): Promise<void> {
  for (let index = 0; !signal.aborted; index += 1) {
    await delay(every_ms, undefined, { signal }).catch(() => {}) // the drill goes on to its end
    const room = await pickRoom(sql)
    if (!room) continue
    const message = { id: randomUUID(), content: `Words of the broker, ${index} (${randomUUID().slice(0, 8)})` }
    const token = await sign(room.clerk_user_id)
    while (!(await post(`${apiUrls[index % apiUrls.length]}/api/conversations/${room.id}/messages`, token, message))) {
      await delay(500)
    }
    ledger.note({ kind: 'said', message: message.id, text: message.content, trip: room.avinode_trip_id })
  }
}

type Room = { id: string; clerk_user_id: string; avinode_trip_id: string }

async function pickRoom(sql: Sql): Promise<Room | undefined> {
  const rows = await sql.query<Room>(
    `select c.id, a.clerk_user_id, r.avinode_trip_id
       from conversations c join requests r on r.id = c.request_id join iso_agents a on a.id = r.iso_agent_id
      where c.type = 'quote_discussion' and c.avinode_thread_id is not null and c.status = 'active'
      order by random() limit 1`,
  )
  return rows[0]
}

async function post(url: string, token: string, body: object) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    const text = await response.text()
    if (response.status >= 400 && response.status < 500) throw new RefusedError(`${response.status} ${text}`)
    return response.ok
  } catch (error) {
    if (error instanceof RefusedError) throw error
    return false // the API is being restarted
  }
}

class RefusedError extends Error {}
