import type { Log } from '../context.ts'
import type { AvinodeConnection } from '../settings.ts'
import type { Connections } from './connections.ts'
import { type AvinodeClient, createAvinodeClient } from './rest-client.ts'

type Settings = {
  AVINODE_BASE_URL: string
  AVINODE_API_TOKEN: string
  AVINODE_AUTH_TOKEN: string
  AVINODE_ACT_AS_ACCOUNT?: string | undefined
  AVINODE_CONNECTIONS?: AvinodeConnection[] | undefined
}

/** A client for each Avinode connection of an installation. Each holds its own company's rate limit. */
export function createAvinodeClients(settings: Settings, log: Log) {
  const client = (apiToken: string, authToken: string, actAsAccount: string | undefined) =>
    createAvinodeClient({
      baseUrl: settings.AVINODE_BASE_URL,
      apiToken,
      authToken,
      product: 'JetVision-v0.1.0',
      ...(actAsAccount && { actAsAccount }),
      log,
    })
  const { AVINODE_API_TOKEN, AVINODE_AUTH_TOKEN, AVINODE_ACT_AS_ACCOUNT, AVINODE_CONNECTIONS = [] } = settings
  return {
    avinode: client(AVINODE_API_TOKEN, AVINODE_AUTH_TOKEN, AVINODE_ACT_AS_ACCOUNT),
    connections: new Map(
      AVINODE_CONNECTIONS.map((one) => [one.name, client(one.api_token, one.auth_token, one.act_as_account)]),
    ),
  } satisfies Connections<AvinodeClient>
}
