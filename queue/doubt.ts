import type { ToolContext } from '../tools/context.ts'

/** Whether something left the house can no longer be told, and asking again could send it twice. */
export class DeliveryUnknownError extends Error {
  override readonly name = 'DeliveryUnknownError'
}

/**
 * The same context for an action that may have left already, because whoever sent it never came back. An e-mail is sent again
 * only through a provider that would know it. (Words to an operator are looked up in Avinode first, always.)
 */
export function inDoubt(context: ToolContext): ToolContext {
  if (context.mail.deduplicates) return context
  return {
    ...context,
    mail: {
      deduplicates: false,
      async send() {
        throw new DeliveryUnknownError('The worker stopped while the e-mail was being sent: it may have arrived')
      },
    },
  }
}
