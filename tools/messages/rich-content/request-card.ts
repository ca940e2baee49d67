import { z } from 'zod'
import { RequestStatus } from '../../requests/request.ts'
import { card, line, lines, link } from './card.ts'

/** The trip in Avinode, with the way there. */
export const TripCard = card('trip', { request_id: z.uuid(), deep_link: link.optional() }).meta({ id: 'TripCard' })

/** A request that came to a new state. */
export const RequestCard = card('request', { request_id: z.uuid(), status: RequestStatus }).meta({ id: 'RequestCard' })

/** Quotes side by side, with the best. */
export const ComparisonCard = card('comparison', {
  request_id: z.uuid(),
  best_quote_id: z.uuid().nullable(),
  ranking: z
    .array(
      z.looseObject({
        quote_id: z.uuid(),
        ranking: z.int(),
        operator_name: line,
        total_price: z.string(),
        score: z.number(),
        reason: lines,
      }),
    )
    .max(100),
}).meta({ id: 'ComparisonCard' })
