import { marketTools, webhookTools } from './market-tools.ts'
import type { AvinodeTool } from './tool-definition.ts'
import { answerTools, tripTools } from './trip-tools.ts'

/** Every documented operation that a broker may use. Searching flights, sending RFQs and booking have none. */
export const avinodeTools: readonly AvinodeTool[] = [...tripTools, ...answerTools, ...marketTools, ...webhookTools]
