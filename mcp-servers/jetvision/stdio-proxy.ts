import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Server, type Transport } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'

type Options = {
  /** Address of a running JetVision. */
  url: string
  token: string | undefined
  /** Without a token: whom to sign in as, which only a JetVision in local mode allows. */
  email: string | undefined
  onError(error: Error): void
  transport?: Transport
}

const TIMEOUT_MS = 60_000

/** An MCP server on stdin and stdout that passes everything on to `POST /mcp`: the rights are those of the token, checked there. */
export function startStdioProxy({ url, token, email, onError, transport }: Options) {
  let connected: Promise<Client> | undefined
  const remote = () => {
    connected ??= connect(url, token, email).catch((error: unknown) => {
      connected = undefined // the next call tries again
      if (!(error instanceof TypeError)) throw error
      throw new Error(`JetVision does not answer at ${url}. Start it, or set JETVISION_URL`, { cause: error })
    })
    return connected
  }
  const createServer = () => {
    const server = new Server(
      { name: 'jetvision', title: 'JetVision', version: '1.0.0' },
      { capabilities: { tools: {} } },
    )
    server.setRequestHandler('tools/list', async ({ params }) =>
      (await remote()).listTools(params, { timeout: TIMEOUT_MS }),
    )
    server.setRequestHandler('tools/call', async ({ params }) =>
      (await remote()).callTool(
        { name: params.name, ...(params.arguments && { arguments: params.arguments }) },
        { timeout: TIMEOUT_MS },
      ),
    )
    return server
  }
  const stdio = serveStdio(createServer, { onerror: onError, ...(transport && { transport }) })
  return {
    async close() {
      await stdio.close()
      await (await connected?.catch(() => undefined))?.close()
    },
  }
}

async function connect(url: string, token: string | undefined, email: string | undefined): Promise<Client> {
  const bearer = token ?? (await signInLocally(url, email))
  const client = new Client({ name: 'jetvision-stdio', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  const transport = new StreamableHTTPClientTransport(new URL('/mcp', url), {
    requestInit: { headers: { Authorization: `Bearer ${bearer}` } },
  })
  await client.connect(transport, { timeout: TIMEOUT_MS })
  return client
}

async function signInLocally(url: string, email: string | undefined): Promise<string> {
  if (!email) throw new Error('Set JETVISION_TOKEN, or JETVISION_EMAIL for a JetVision in local mode')
  const response = await fetch(new URL('/api/dev/token', url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body: unknown = response.ok ? await response.json() : undefined
  if (typeof body !== 'object' || body === null || !('token' in body)) {
    throw new Error(`Signing in as ${email} was answered with ${response.status}`)
  }
  return String(body.token)
}
