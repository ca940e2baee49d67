import {
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { AvinodeUnavailableError } from '../../tools/avinode/unavailable.ts'
import type { Log } from '../../tools/context.ts'
import type { CallTool } from './mcp-backed-avinode.ts'
import { avinodeTools } from './tools.ts'

export type AvinodeMcpConnection = {
  /** The connected client; connects when there is none. */
  client(): Promise<Client>
  callTool: CallTool
  close(): Promise<void>
}

type Options = {
  log: Log
  /** The bearer token that the server asks for. */
  secret?: string
  /** Answers in process instead of over the network. */
  fetch?: (url: string | URL, init?: RequestInit) => Promise<Response>
  timeoutMs?: number
}

const repeatable = new Set(avinodeTools.filter(({ idempotent }) => idempotent).map(({ name }) => name))

/**
 * A connection to the Avinode MCP server that is made when it is first needed and anew after the server was away, so neither
 * has to be started first.
 */
export function connectAvinodeMcp(
  url: string | URL,
  { log, secret, fetch, timeoutMs = 45_000 }: Options,
): AvinodeMcpConnection {
  let connecting: Promise<Client> | undefined
  let is_closed = false

  async function connect(): Promise<Client> {
    const client = new Client(
      { name: 'jetvision', version: '1.0.0' },
      { versionNegotiation: { mode: 'auto', probe: { timeoutMs: 10_000 } } },
    )
    client.onerror = (error) => log.debug({ error: error.message }, 'avinode mcp connection')
    const headers: Record<string, string> = secret === undefined ? {} : { Authorization: `Bearer ${secret}` }
    await client.connect(
      new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers }, ...(fetch && { fetch }) }),
    )
    return client
  }

  function current(): Promise<Client> {
    if (is_closed)
      return Promise.reject(new AvinodeUnavailableError('The connection to Avinode was closed', 'not_sent'))
    connecting ??= connect().catch((error: unknown) => {
      connecting = undefined
      throw new AvinodeUnavailableError('The Avinode MCP server cannot be reached', 'not_sent', { cause: error })
    })
    return connecting
  }

  const attempt: CallTool = async (name, input, signal) => {
    signal.throwIfAborted()
    const client = await current()
    try {
      return await client.callTool({ name, arguments: input }, { signal, timeout: timeoutMs })
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof ProtocolError) throw error // the call itself is wrong: a defect, and the connection is fine
      connecting = undefined // calls of others that are still under way may finish on the old one
      const momentary = !(error instanceof SdkError && error.code === SdkErrorCode.RequestTimeout)
      throw new AvinodeUnavailableError('The Avinode MCP server did not answer', 'unknown', { momentary, cause: error })
    }
  }

  return {
    client: current,
    async callTool(name, input, signal) {
      try {
        return await attempt(name, input, signal)
      } catch (error) {
        // After a restart the first call meets a dead connection; what changes nothing by being repeated is tried on a new one.
        if (!repeatable.has(name) || !(error instanceof AvinodeUnavailableError) || !error.momentary) throw error
        return attempt(name, input, signal)
      }
    },
    async close() {
      is_closed = true
      await connecting?.then((client) => client.close()).catch(() => undefined) // a connection that was never made
    },
  }
}
