import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createMCPToolStaticFilter, MCPServerStreamableHttp } from '@openai/agents'
import { Hono } from 'hono'
import { createQuoteAnalyser } from '../agents/analyse-quotes.ts'
import { AVINODE_READ_TOOLS } from '../agents/flight-search.ts'
import type { Limits } from '../agents/limits.ts'
import type { Models } from '../agents/models-from.ts'
import { createErrorMonitoring } from '../agents/monitor-errors.ts'
import { createTurnRunner } from '../agents/run-turn.ts'
import { watch } from '../agents/watch.ts'
import { connectAvinodeMcp } from '../mcp-servers/avinode/connect.ts'
import { createAvinodeMcpHttp } from '../mcp-servers/avinode/http.ts'
import { createMcpBackedAvinode } from '../mcp-servers/avinode/mcp-backed-avinode.ts'
import type { Supabase } from '../supabase/clients.ts'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import type { Avinode } from '../tools/avinode/avinode.ts'
import { connectionOf, defaultConnection } from '../tools/avinode/connections.ts'
import type { AvinodeClient } from '../tools/avinode/rest-client.ts'
import type { Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { Mail } from '../tools/mail.ts'
import type { Bus } from './bus.ts'
import type { Queues } from './queues.ts'
import { startWorker, type Timing, type Worker } from './worker.ts'

type Parts = {
  supabase: Supabase
  /** How the system's own functions are called, where that is not over the API of the database. */
  systemFunctions?: DatabaseFunctions
  queues: Queues
  bus: Bus
  avinode: AvinodeClient
  /** Further Avinode connections by name. */
  connections?: ReadonlyMap<string, AvinodeClient>
  mail: Mail
  models: Models
  limits?: Partial<Limits>
  publicUrl: string
  log: Log
  timing?: Partial<Timing>
}

/**
 * A worker with the six agents in it. The agents reach Avinode through its MCP server, which runs beside them on loopback: one for
 * each connection, so that a broker's assistant never uses another company's.
 */
export async function startAgentsWorker({ models, limits, queues, bus, timing, ...parts }: Parts): Promise<Worker> {
  const { supabase, avinode, connections = new Map(), mail, publicUrl, log } = parts
  const opened = new Map<string, AvinodeMcp>()
  const closeMcp = async () => void (await Promise.all([...opened.values()].map((mcp) => mcp.close())))
  const open = async (name: string, client: AvinodeClient) => {
    const mcp = await startAvinodeMcp(client, log)
    opened.set(name, mcp)
    await mcp.forAgents.connect()
    return mcp.avinode
  }
  try {
    const reach = { avinode: await open(defaultConnection, avinode), connections: new Map<string, Avinode>() }
    for (const [name, client] of connections) reach.connections.set(name, await open(name, client))
    const agents = { supabase, ...reach, mail, publicUrl, models, ...(limits && { limits }), log }
    const runners = new Map(
      [...opened].map(([name, mcp]) => [name, createTurnRunner({ ...agents, avinodeServers: [mcp.forAgents] })]),
    )
    const worker = await startWorker({
      ...parts,
      queues,
      bus,
      async runTurn(turn, signal) {
        const run = runners.get(await connectionOf(turn.iso_agent_id, supabase.service))
        if (!run) throw new UpstreamError('avinode', 'The Avinode connection of your company is not set up here')
        await run(turn, signal)
      },
      analyseQuotes: createQuoteAnalyser(agents),
      monitorErrors: createErrorMonitoring(agents),
      watch: (signal, enqueue) => watch({ ...agents, enqueue }, signal),
      ...(timing && { timing }),
    })
    return {
      nudge: worker.nudge,
      async close() {
        await worker.close()
        await closeMcp()
      },
    }
  } catch (error) {
    await closeMcp()
    throw error
  }
}

type AvinodeMcp = Awaited<ReturnType<typeof startAvinodeMcp>>

/** Only this process knows the secret, so nobody else on the machine can use the company's connection through it. */
async function startAvinodeMcp(avinode: AvinodeClient, log: Log) {
  const secret = randomBytes(32).toString('base64url')
  const app = new Hono().route('/mcp', createAvinodeMcpHttp({ avinode, log, secret }))
  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve())
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp` // it listens on a port, not on a pipe
  const connection = connectAvinodeMcp(url, { log, secret })
  const forAgents = new MCPServerStreamableHttp({
    url,
    name: 'avinode',
    cacheToolsList: true,
    requestInit: { headers: { Authorization: `Bearer ${secret}` } },
    toolFilter: createMCPToolStaticFilter({ allowed: AVINODE_READ_TOOLS }),
  })
  return {
    avinode: createMcpBackedAvinode(connection),
    forAgents,
    async close() {
      await Promise.allSettled([connection.close(), forAgents.close()])
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
    },
  }
}
