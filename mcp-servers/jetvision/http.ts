import {
  createMcpHandler,
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  type McpServer,
  originValidationResponse,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { ToolContext } from '../../tools/context.ts'
import { toolNamed } from '../../tools/registry.ts'
import { scopeFor } from '../../tools/scopes.ts'
import type { Tool } from '../../tools/tool.ts'
import { createJetVisionServer } from './server.ts'

type Effects = readonly Tool['effect'][]

type Options = {
  /** Host names of pages that may call from a browser, beside our own and this machine's. */
  allowedOrigins?: readonly string[]
  /** Bytes. */
  maxRequestBodySize?: number
  /** What is served; our tools unless a test wants to see the endpoint around others. */
  createServer?(context: ToolContext, allow?: Effects): McpServer
}

/**
 * `POST /mcp`: both protocol revisions on one URL, without sessions. Whoever calls it has checked the bearer token already and
 * brings the context of that broker, and the effects that the token is restricted to, if it is; each request gets a server of
 * its own, so no answer can reach another broker.
 */
export function createJetVisionMcpHandler({
  allowedOrigins = [],
  maxRequestBodySize = 1_048_576,
  createServer = (context, allow) => createJetVisionServer({ context, ...(allow && { allow }) }),
}: Options = {}) {
  return async (request: Request, context: ToolContext, allow: Effects | null = null): Promise<Response> => {
    const ours = new URL(context.publicUrl).hostname
    const here = localhostAllowedHostnames()
    const refused =
      // A page's own name may be made to lead to this machine. Behind a proxy, the proxy knows which names are ours.
      (here.includes(ours) ? hostHeaderValidationResponse(request, here) : undefined) ??
      originValidationResponse(request, [ours, ...here, ...allowedOrigins]) ??
      (allow && (await beyondScope(request, allow, context)))
    if (refused) return refused
    const handler = createMcpHandler(() => createServer(context, allow ?? undefined), {
      legacy: 'stateless',
      maxRequestBodySize,
      onerror: (error) => context.log.debug({ err: error }, 'an MCP request was refused'),
    })
    return handler.fetch(request)
  }
}

const Call = z.looseObject({ method: z.literal('tools/call'), params: z.looseObject({ name: z.string() }) })

/**
 * The refusal of a call that the token's scopes do not open, which names the scope that would (RFC 6750). What is not
 * understood here goes on to a server that has none of those tools.
 */
async function beyondScope(request: Request, allow: Effects, { publicUrl }: ToolContext) {
  if (request.method !== 'POST') return undefined
  const body: unknown = await request
    .clone()
    .json()
    .catch(() => undefined)
  const effects = [body].flat().flatMap((message) => {
    const called = Call.safeParse(message).data?.params.name
    const tool = called === undefined ? undefined : toolNamed(called)
    return tool ? [tool.effect] : []
  })
  const missing = effects.find((effect) => !allow.includes(effect))
  if (!missing) return undefined
  const scope = scopeFor(missing)
  const metadata = `${publicUrl}/.well-known/oauth-protected-resource`
  return Response.json(
    { error: 'insufficient_scope', error_description: `This needs the scope ${scope}`, scope },
    {
      status: 403,
      headers: {
        'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}", resource_metadata="${metadata}"`,
      },
    },
  )
}
