import { z } from 'zod'

/**
 * What every card has: its name, and the version of its fields. A card without a version is of the first; a field is never given
 * another meaning, a new meaning is a new version beside the old one.
 */
export const card = <Name extends string, Fields extends z.ZodRawShape>(name: Name, fields: Fields) =>
  z.strictObject({
    card: z.literal(name).default(name),
    version: z.literal(1).default(1),
    ...fields,
  })

/** A short text that a card shows: one line of it, and nothing that could pass for more. */
export const line = z.string().trim().min(1).max(300)
export const lines = z.string().trim().min(1).max(4_000)
/** An amount as rows tell it; a number is taken where older software wrote one. */
export const amount = z.union([z.string().regex(/^\d{1,10}(\.\d{1,2})?$/), z.number().nonnegative()])
export const currency = z.string().regex(/^[A-Z]{3}$/)
export const moment = z.iso.datetime({ offset: true, local: true })
/** Where a card leads: nothing but https, or this machine where Avinode is played. */
export const link = z
  .url({ protocol: /^https?$/ })
  .max(2_000)
  .refine((url) => /^https:|^http:\/\/(localhost|127\.0\.0\.1)[:/]/.test(url), 'A link must be https')
