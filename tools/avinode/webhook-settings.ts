import { createHash } from 'node:crypto'
import { z } from 'zod'
import { parseAnswer, pathId } from './answer.ts'
import type { Connection } from './connection.ts'
import { WireWebhookSetting } from './wire.ts'

export type WebhookCredentials = { username: string; password: string }

/** Avinode never shows the password again. */
export type WebhookSetting = {
  id: string
  /** Sent back with a change. */
  version: number | null
  name: string
  target_url: string
  active: boolean
  username: string | null
  event_types: string[]
}

export type NewWebhookSetting = {
  name: string
  target_url: string
  active: boolean
  credentials: WebhookCredentials
  event_types: string[]
}

/** Where Avinode sends its notifications. A setting cannot be deleted, only switched off. */
export type AvinodeWebhookSettings = {
  listWebhooks(signal: AbortSignal): Promise<WebhookSetting[]>
  createWebhook(setting: NewWebhookSetting, signal: AbortSignal): Promise<WebhookSetting>
  updateWebhook(
    id: string,
    setting: NewWebhookSetting & { version: number | null },
    signal: AbortSignal,
  ): Promise<WebhookSetting>
  /**
   * Makes sure that there is one active setting per kind of notification, each with a path of its own, because a notification
   * does not say its kind. What is right already stays untouched, so it may be called at every start.
   */
  ensureWebhooks(
    publicBaseUrl: string,
    credentials: WebhookCredentials,
    signal?: AbortSignal,
  ): Promise<WebhookSetting[]>
}

/** The notifications we take in, and the last part of the path that each arrives at. */
export const webhookSources = {
  'seller-response': 'TripRequestSellerResponse',
  'seller-chat': 'TripChatFromSeller',
  'trip-mine': 'TripRequestMine',
  'chat-mine': 'TripChatMine',
  'empty-legs': 'EmptyLegs',
} as const

export function createWebhookSettings({ call }: Connection): AvinodeWebhookSettings {
  const settings: AvinodeWebhookSettings = {
    async listWebhooks(signal) {
      const answer = await call({ method: 'GET', path: '/webhooks/settings', what: 'Webhook settings', signal })
      return parseAnswer(z.array(WireWebhookSetting), answer, 'webhook settings').map(toSetting)
    },

    async createWebhook(setting, signal) {
      const body = toBody(setting)
      const answer = await call({
        method: 'POST',
        path: '/webhooks/settings',
        body,
        what: 'The webhook setting',
        signal,
      })
      return toSetting(parseAnswer(WireWebhookSetting, answer, 'the webhook setting'))
    },

    async updateWebhook(id, { version, ...setting }, signal) {
      const path = `/webhooks/settings/${pathId(id, 'webhook_id')}`
      const body = { id, ...(version !== null && { version }), ...toBody(setting) }
      const answer = await call({ method: 'PUT', path, body, what: `Webhook setting ${id}`, signal })
      return toSetting(parseAnswer(WireWebhookSetting, answer, 'the webhook setting'))
    },

    async ensureWebhooks(publicBaseUrl, credentials, signal = new AbortController().signal) {
      const existing = await settings.listWebhooks(signal)
      const ensured: WebhookSetting[] = []
      for (const [source, event_type] of Object.entries(webhookSources)) {
        const wanted = wantedSetting(source, event_type, publicBaseUrl, credentials)
        const ours = existing.find(({ name }) => name.startsWith(`JetVision ${source} `))
        if (!ours) ensured.push(await settings.createWebhook(wanted, signal))
        else if (isAs(ours, wanted)) ensured.push(ours)
        else ensured.push(await settings.updateWebhook(ours.id, { ...wanted, version: ours.version }, signal))
      }
      return ensured
    },
  }
  return settings
}

/** The name carries a trace of the password: it is the only way to see later that the stored one is an old one. */
function wantedSetting(
  source: string,
  event_type: string,
  publicBaseUrl: string,
  credentials: WebhookCredentials,
): NewWebhookSetting {
  const target_url = `${publicBaseUrl.replace(/\/+$/, '')}/api/webhooks/avinode/${source}`
  const trace = createHash('sha256')
    .update(`${target_url}\n${credentials.username}\n${credentials.password}`)
    .digest('hex')
  return {
    name: `JetVision ${source} (key ${trace.slice(0, 6)})`,
    target_url,
    active: true,
    credentials,
    event_types: [event_type],
  }
}

const isAs = (setting: WebhookSetting, wanted: NewWebhookSetting) =>
  setting.active &&
  setting.name === wanted.name &&
  setting.target_url === wanted.target_url &&
  setting.event_types.join() === wanted.event_types.join() &&
  (setting.username === null || setting.username === wanted.credentials.username)

const toBody = ({ name, target_url, active, credentials, event_types }: NewWebhookSetting) => ({
  targetURI: target_url,
  displayName: name,
  active,
  clientIdentifier: credentials.username,
  clientSecret: credentials.password,
  clientAuthenticationType: 'BASIC',
  eventTypes: event_types,
})

const toSetting = (setting: WireWebhookSetting): WebhookSetting => ({
  id: setting.id,
  version: setting.version,
  name: setting.displayName ?? '',
  target_url: setting.targetURI ?? '',
  active: setting.active ?? true,
  username: setting.clientIdentifier,
  event_types: setting.eventTypes,
})
