import type { MCPServer } from '@openai/agents'
import { sha256 } from '../tools/canonical-json.ts'
import type { Log } from '../tools/context.ts'
import { LimitExceededError } from '../tools/errors.ts'
import { currentExecution, remember } from './execution.ts'
import { markedText } from './others-words.ts'

/** SHA-256 of what a model reads of a tool: name, description, parameters. */
export type Pins = Readonly<Record<string, string>>

type McpTool = Awaited<ReturnType<MCPServer['listTools']>>[number]

/** What the agents were written and tested against. A tool that says something else now was changed by somebody: read it, then pin it anew. */
export const AVINODE_PINS: Pins = {
  search_airports: '922d3982ef5b9ccf0f83882e6970fd3a8aca5a3009e4dce1dbc8daa7e235162c',
  search_empty_legs: '6c0e73410beaa45df2c9d7b7e453cfc00fa667464192523e0b344322cc0416b7',
}

const RECHECK_MS = 5 * 60_000

export const pinOf = ({ name, description, inputSchema }: McpTool) =>
  sha256({ name, description: description ?? '', parameters: JSON.parse(JSON.stringify(inputSchema ?? {})) })

/**
 * An MCP server of which only the pinned tools exist, and each only while it reads as it did when it was pinned: a description is
 * text that a model obeys. What the tools answer is marked as the words of others. A server that does not answer has no tools.
 */
export function pinnedServer(server: MCPServer, pins: Pins, log: Log, now = Date.now): MCPServer {
  const reported = new Set<string>()
  let trusted: Promise<McpTool[]> | undefined
  let checked_at = 0

  const report = (name: string, pin: string | undefined) => {
    if (reported.has(`${name} ${pin}`)) return
    reported.add(`${name} ${pin}`)
    const fields = { server: server.name, tool: name, pinned: pins[name], found: pin ?? null }
    log.error(fields, 'a tool of an MCP server is not what it was when it was pinned, so it is switched off')
  }
  const check = async (): Promise<McpTool[]> => {
    try {
      await server.invalidateToolsCache()
      const found = new Map((await server.listTools()).map((tool) => [tool.name, tool]))
      return Object.entries(pins).flatMap(([name, pin]) => {
        const tool = found.get(name)
        if (tool && pinOf(tool) === pin) return [tool]
        report(name, tool && pinOf(tool))
        return []
      })
    } catch (error) {
      log.warn({ err: error, server: server.name }, 'an MCP server does not answer, so its tools are missing')
      trusted = undefined // asked again by the next run
      return []
    }
  }
  const tools = () => {
    if (!trusted || now() - checked_at >= RECHECK_MS) {
      checked_at = now()
      trusted = check()
    }
    return trusted
  }

  return {
    name: server.name,
    cacheToolsList: false,
    errorFunction: ({ error }) => {
      if (error instanceof LimitExceededError) throw remember(error)
      return `upstream_unavailable: ${server.name} did not answer`
    },
    connect: () => server.connect(),
    close: () => server.close(),
    invalidateToolsCache: () => server.invalidateToolsCache(),
    listTools: tools,
    async callTool(name, args, meta, options) {
      currentExecution()?.log.spendToolCall()
      if (!(await tools()).some((tool) => tool.name === name)) throw new Error(`${name} is switched off`)
      const content = await server.callTool(name, args, meta, options)
      return content.map((part) =>
        part.type === 'text' && typeof part.text === 'string' ? { ...part, text: markedText(part.text) } : part,
      )
    },
  }
}
