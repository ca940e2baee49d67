import type { Mail } from '../tools/mail.ts'

/** The API files what is to be sent; only the worker sends. A verb that tried to from here would be a mistake. */
export const noMail: Mail = {
  deduplicates: false,
  async send() {
    throw new Error('Mail is sent by the worker alone')
  },
}
