export type MailAttachment = { filename: string; content_type: string; content: Uint8Array }

export type MailMessage = {
  /** Without angle brackets. The same message keeps it on every attempt. */
  message_id: string
  to: { name: string; email: string }
  reply_to: { name: string; email: string }
  subject: string
  text: string
  attachments: MailAttachment[]
}

/** The port to the mail provider. Throws `UpstreamError('mail')` when it does not answer, and anything else when it refuses. */
export type Mail = {
  /** Whether sending the same `message_id` twice reaches the client once (a provider's idempotency key). */
  deduplicates: boolean
  send(message: MailMessage, signal: AbortSignal): Promise<void>
}
