import type { ToolContext } from '../tools/context.ts'
import { performRelay } from '../tools/messages/relay-message.ts'
import { toolNamed } from '../tools/registry.ts'
import type { Delivery } from '../tools/tool.ts'

/** Does what was approved, from the stored payload and nothing else, and returns what there is to know about it. */
export type OutwardAction = (payload: unknown, context: ToolContext, delivery: Delivery) => Promise<object>

/** The outward tools, and the passing on of what a broker writes in a room with an operator, which is not a tool. */
export function outwardActionNamed(name: string): OutwardAction | undefined {
  if (name === 'relay_message') return performRelay
  const tool = toolNamed(name)
  if (tool?.effect !== 'outward') return undefined
  return async (payload, context, delivery) =>
    tool.output.parse(await tool.perform(tool.payload.parse(payload), context, delivery))
}
