import type { Message } from '../data/rows.ts'

const SPEAKERS = { ai_assistant: 'Assistant', system: 'JetVision', operator: 'Operator', iso_agent: 'Colleague' }

type Speaking = Pick<Message, 'sender_type' | 'sender_name' | 'sender_iso_agent_id'>

/** Who says something, in the words of whoever reads it. */
export function speakerOf({ sender_type, sender_name, sender_iso_agent_id }: Speaking, agent_id: string): string {
  if (sender_type === 'iso_agent' && sender_iso_agent_id === agent_id) return 'You'
  const hasName = sender_type === 'operator' || sender_type === 'iso_agent'
  return (hasName && sender_name) || SPEAKERS[sender_type]
}
