import {
  createMcpHandler,
  localhostAllowedHostnames,
  type McpServer,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import type { ToolContext } from '../../tools/context.ts'
import { createJetVisionServer } from './server.ts'

type Options = {
  /** Host names of pages that may call from a browser, beside our own and this machine's. */
  allowedOrigins?: readonly string[]
  /** Bytes. */
  maxRequestBodySize?: number
  /** What is served; our tools unless a test wants to see the endpoint around others. */
  createServer?(context: ToolContext): McpServer
}

/**
 * `POST /mcp`: both protocol revisions on one URL, without sessions. Whoever calls it has checked the bearer token already and
 * brings the context of that broker; each request gets a server of its own, so no answer can reach another broker.
 */
export function createJetVisionMcpHandler({
  allowedOrigins = [],
  maxRequestBodySize = 1_048_576,
  createServer = (context) => createJetVisionServer({ context }),
}: Options = {}) {
  return async (request: Request, context: ToolContext): Promise<Response> => {
    const ours = new URL(context.publicUrl).hostname
    const refused = originValidationResponse(request, [ours, ...localhostAllowedHostnames(), ...allowedOrigins])
    if (refused) return refused
    const handler = createMcpHandler(() => createServer(context), {
      legacy: 'stateless',
      maxRequestBodySize,
      onerror: (error) => context.log.debug({ err: error }, 'an MCP request was refused'),
    })
    return handler.fetch(request)
  }
}
