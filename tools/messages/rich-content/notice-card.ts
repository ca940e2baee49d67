import { z } from 'zod'
import { card, line, lines } from './card.ts'

/** Something that waits for the broker's yes. */
export const ApprovalCard = card('approval', { approval_id: z.uuid(), action: line }).meta({ id: 'ApprovalCard' })

/** Something that happened, or went wrong, explained. The service writes these; what else it knows may stand beside. */
export const NoticeCard = z
  .looseObject({
    card: z.literal('notice').default('notice'),
    version: z.literal(1).default(1),
    request_id: z.uuid().nullish(),
    cause: lines.nullish(),
    explanation: lines.nullish(),
    action_taken: lines.nullish(),
    advice: lines.nullish(),
  })
  .meta({ id: 'NoticeCard' })

/** What stands beside files that were shared. */
export const DocumentCard = card('document', { title: line.nullish(), description: lines.nullish() }).meta({
  id: 'DocumentCard',
})
