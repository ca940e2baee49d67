import type { z } from 'zod'
import type { AvinodeClient } from '../../tools/avinode/rest-client.ts'

/** `destructive` cannot be undone, or another company sees it at once. */
type Effect = 'read' | 'write' | 'destructive'

/** One tool: a name, what it does, two schemas, and the call behind it. */
export type AvinodeTool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> = {
  name: string
  description: string
  effect: Effect
  /** The same call twice leaves Avinode as one call does. */
  idempotent: boolean
  admin?: true
  input: In
  output: Out
  run(input: z.output<In>, avinode: AvinodeClient, signal: AbortSignal): Promise<z.input<Out>>
}

/** Returns its argument: it exists so that TypeScript ties `run` to the two schemas. */
export const define = <In extends z.ZodObject, Out extends z.ZodObject>(tool: AvinodeTool<In, Out>) => tool

/** What may be left out; the tool then gets null. */
export const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null)
