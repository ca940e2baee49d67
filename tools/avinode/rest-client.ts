import { NotFoundError } from '../errors.ts'
import type { Rfq, TripMessage } from './avinode.ts'
import { type ConnectionOptions, createConnection } from './connection.ts'
import { createMarketplace } from './empty-legs.ts'
import type { AvinodeMarketplace, EmptyLeg } from './marketplace.ts'
import { assertOwnHref } from './own-href.ts'
import { type AvinodeTrips, createTrips } from './trips.ts'
import { type AvinodeWebhookSettings, createWebhookSettings } from './webhook-settings.ts'

/** Avinode's whole notification, as far as it can be relied on: it says that something changed, not what. */
export type AvinodeNotification = { type: string; id: string; href: string }

export type NotifiedResource =
  | { type: 'tripmsgs'; message: TripMessage }
  | { type: 'rfqs'; rfq: Rfq }
  /** Null when the leg is gone. */
  | { type: 'emptylegs'; empty_leg: EmptyLeg | null }
  | { type: 'other'; data: unknown }

export type AvinodeClient = AvinodeTrips &
  AvinodeMarketplace &
  AvinodeWebhookSettings & {
    /** The `data` of one resource by its address, which must be on our own Avinode host. */
    read(href: string, signal: AbortSignal): Promise<unknown>
    /** What a notification points to, as it is now. Throws `InvalidInputError` for an address that is not our Avinode's. */
    readNotification(notification: AvinodeNotification, signal: AbortSignal): Promise<NotifiedResource>
  }

/** Avinode over its REST API, with one company's credentials. One client per connection: it holds the rate limit. */
export function createAvinodeClient(options: ConnectionOptions): AvinodeClient {
  const connection = createConnection(options)
  const trips = createTrips(connection)
  const marketplace = createMarketplace(connection)

  async function read(href: string, signal: AbortSignal) {
    const url = assertOwnHref(href, connection.base)
    const path = url.pathname.slice(connection.base.pathname.replace(/\/+$/, '').length)
    return (await connection.call({ method: 'GET', path, what: `Resource ${path}`, signal })).data
  }

  return {
    ...trips,
    ...marketplace,
    ...createWebhookSettings(connection),
    read,
    async readNotification({ type, id, href }, signal) {
      assertOwnHref(href, connection.base, id)
      if (type === 'tripmsgs') return { type, message: await trips.getTripMessage(id, signal) }
      if (type === 'rfqs') return { type, rfq: await trips.getRfq(id, signal) }
      if (type === 'emptylegs') return { type, empty_leg: await marketplace.getEmptyLeg(id, signal).catch(goneIsNull) }
      return { type: 'other', data: await read(href, signal) }
    },
  }
}

function goneIsNull(error: unknown) {
  if (error instanceof NotFoundError) return null
  throw error
}
