import { z } from 'zod'
import type { Db } from '../context.ts'
import { call } from '../database.ts'
import { UpstreamError } from '../errors.ts'

/** The connection of those who have only one. */
export const defaultConnection = 'default'

/** How a process reaches Avinode: through the connection named default, and through further ones, each with one company's credentials. */
export type Connections<Port> = {
  avinode: Port
  connections?: ReadonlyMap<string, Port> | undefined
}

/** Avinode through the connection of that name; undefined for one that is not set up here. */
export const connectionNamed = <Port>(name: string, { avinode, connections }: Connections<Port>): Port | undefined =>
  name === defaultConnection ? avinode : connections?.get(name)

/** Names the connection of a broker's company. */
export const connectionOf = (iso_agent_id: string, service: Db): Promise<string> =>
  call(z.string(), service.rpc('agent_connection', { p_iso_agent_id: iso_agent_id }))

/**
 * Avinode as one broker may use it: through the connection of the own company, never through another's. Which one that is, is
 * looked up when Avinode is first called.
 */
export function avinodeFor<Port extends object>(iso_agent_id: string, service: Db, reach: Connections<Port>): Port {
  let found: Port | undefined
  const find = async () => {
    found ??= connectionNamed(await connectionOf(iso_agent_id, service), reach)
    if (!found) throw new UpstreamError('avinode', 'The Avinode connection of your company is not set up here')
    return found
  }
  return new Proxy(reach.avinode, {
    get(sample, key) {
      const value: unknown = Reflect.get(sample, key)
      if (typeof value !== 'function') return value
      return async (...parameters: unknown[]) => {
        const port = await find()
        return Reflect.apply(Reflect.get(port, key) as typeof value, port, parameters)
      }
    },
  })
}
