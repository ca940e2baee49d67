import { z } from 'zod'
import type { Approval } from './approvals/approval.ts'
import { fileApproval } from './approvals/file-approval.ts'
import type { ToolContext } from './context.ts'
import { ApprovalPendingError, InvalidInputError } from './errors.ts'

type Definition<In extends z.ZodObject, Out extends z.ZodObject> = {
  name: string
  /** A model chooses by reading it, so it states consequences. */
  description: string
  input: In
  output: Out
}

/** A verb that stays in the house: `read` looks, `write` changes our own data. */
export type InsideTool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> = Definition<
  In,
  Out
> & {
  effect: 'read' | 'write'
  run(input: z.output<In>, context: ToolContext): Promise<z.input<Out>>
}

/** What is shown to the broker, hashed, and later done: nothing else. */
export type Filing<Payload> = {
  payload: Payload
  request_id: string | null
  conversation_id: string | null
}

/** How an approved action leaves the house, at most once. */
export type Delivery = {
  /** Stable over every attempt: the Message-ID and the provider's idempotency key derive from it. */
  key: string
  /** Recorded just before the first byte leaves; a crash after it is never answered by a blind second try. */
  sending(): Promise<void>
}

/** A verb whose effect leaves the house. `prepare` fixes exactly what will happen; after a person's yes, `perform` does it. */
export type OutwardTool<
  In extends z.ZodObject = z.ZodObject,
  Out extends z.ZodObject = z.ZodObject,
  Payload extends z.ZodObject = z.ZodObject,
> = Definition<In, Out> & {
  effect: 'outward'
  payload: Payload
  /** The fields of the payload that the broker may change before approving. */
  editable: readonly string[]
  /** Refuses what may not leave in these words, whoever wrote them: `prepare` asks it, and so does an edit before it is approved. */
  checkWords?(payload: z.output<Payload>, context: ToolContext): Promise<void>
  /** Refuses what has lost its ground since it was filed: `perform` asks it, and the card before anybody decides. */
  refuseOutdated?(payload: z.output<Payload>, context: ToolContext): Promise<void>
  prepare(input: z.output<In>, context: ToolContext): Promise<Filing<z.output<Payload>>>
  perform(payload: z.output<Payload>, context: ToolContext, delivery: Delivery): Promise<z.input<Out>>
}

export type Tool = InsideTool | OutwardTool

/** Returns its argument: it exists so that TypeScript ties `run` to the two schemas. */
export const defineTool = <In extends z.ZodObject, Out extends z.ZodObject>(tool: InsideTool<In, Out>) => tool

/** Returns its argument: it exists so that TypeScript ties `prepare` and `perform` to the three schemas. */
export const defineOutwardTool = <In extends z.ZodObject, Out extends z.ZodObject, Payload extends z.ZodObject>(
  tool: OutwardTool<In, Out, Payload>,
) => tool

/** Parses unknown input against a schema, or says field by field what is wrong. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    z.prettifyError(parsed.error),
    { cause: parsed.error },
  )
}

/** The one way to call a tool, from every surface. Both sides are checked; what is outward is only filed for approval. */
export async function runTool<In extends z.ZodObject, Out extends z.ZodObject>(
  tool: InsideTool<In, Out> | OutwardTool<In, Out>,
  input: unknown,
  context: ToolContext,
): Promise<z.output<Out>> {
  if (tool.effect === 'outward') throw new ApprovalPendingError((await requestApproval(tool, input, context)).id)
  const parsed = parseInput(tool.input, input)
  context.signal.throwIfAborted()
  return tool.output.parse(await tool.run(parsed, context))
}

/**
 * Fixes the exact payload of an outward action and files it for a person's decision. The same call in the same turn files it
 * once. Without `card`, nobody is asked in the chat: the caller is the person, and decides next.
 */
export async function requestApproval(
  tool: OutwardTool,
  input: unknown,
  context: ToolContext,
  card = true,
): Promise<Approval> {
  const filing = await tool.prepare(parseInput(tool.input, input), context)
  return fileApproval({ ...filing, action: tool.name, payload: tool.payload.parse(filing.payload) }, context, card)
}
