import { z } from 'zod'
import { InvalidInputError } from '../../tools/errors.ts'

/** Text for a header, on one line: a line break would begin a header of its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be removed
export const oneLine = (text: string) => text.replace(/[\u0000-\u001f\u007f\u0085\u2028\u2029]+/g, ' ').trim()

/** One plain address, so that no list, comment or header can hide in it. */
export function plainAddress({ name, email }: { name: string; email: string }) {
  const address = z.email().safeParse(email)
  if (address.success) return { name: oneLine(name), address: address.data }
  throw new InvalidInputError([{ path: 'email', message: 'This is not an e-mail address' }])
}

/** Without angle brackets, as the port has it. */
export function plainMessageId(message_id: string) {
  if (/^[\w.!#$%&'*+/=?^`{|}~-]+@[\w.-]+$/.test(message_id)) return message_id
  throw new InvalidInputError([{ path: 'message_id', message: 'This is not a message id' }])
}
