import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { call, done } from '../../tools/database.ts'
import { InvalidInputError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { failures, IdParam, json, jsonBody, operation, pageOf } from '../operation.ts'
import { listParticipants, Participant, readParticipant, Seat } from '../participants.ts'

const tags = ['Conversations']
const SeatParam = IdParam.extend({ participant_id: z.uuid() })

const list = operation({
  method: 'get',
  path: '/api/conversations/{id}/participants',
  tags,
  summary: 'Who takes part, with name and presence',
  request: { params: IdParam },
  responses: { 200: pageOf(Participant, 'Everyone in the room') },
})
const invite = operation({
  method: 'post',
  path: '/api/conversations/{id}/participants',
  tags,
  summary: 'Invite a colleague by e-mail address, or an operator',
  description:
    'A colleague observes unless `role` says otherwise: an observer reads everything and changes nothing. An operator can only be in the room of their own quote.',
  request: {
    params: IdParam,
    body: jsonBody(
      z
        .strictObject({
          email: z.email().max(254).nullable().optional(),
          operator_profile_id: z.uuid().nullable().optional(),
          role: z.enum(['iso_agent', 'operator', 'observer']).optional(),
          can_invite: z.boolean().optional().describe('Whether a colleague who takes part may invite others'),
        })
        .meta({ id: 'Invitation', example: { email: 'lena@example.com', role: 'iso_agent' } }),
    ),
  },
  responses: { 201: json(Participant, 'The new participant'), ...failures(409) },
})
const change = operation({
  method: 'patch',
  path: '/api/conversations/{id}/participants/{participant_id}',
  tags,
  summary: 'Change what a colleague may do in the room; needs the right to invite',
  request: {
    params: SeatParam,
    body: jsonBody(
      z.strictObject({
        role: z.enum(['iso_agent', 'observer']).optional(),
        can_reply: z.boolean().optional(),
        can_invite: z.boolean().optional(),
      }),
    ),
  },
  responses: { 200: json(Participant, 'The seat as it is now'), ...failures(409) },
})
const end = operation({
  method: 'delete',
  path: '/api/conversations/{id}/participants/{participant_id}',
  tags,
  summary: 'Leave a room, or take a colleague out of it',
  request: { params: SeatParam },
  responses: { 204: { description: 'The seat is empty; what was said stays' }, ...failures(409) },
})

/** Who sits in a room, and what each may do there. */
export const participantRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      return c.json({ data: await listParticipants(c.req.valid('param').id, c.var.context), next_cursor: null }, 200)
    })
    .openapi(invite, async (c) => {
      const { id } = c.req.valid('param')
      const { db } = c.var.context
      const { email = null, operator_profile_id = null, can_invite = false, ...given } = c.req.valid('json')
      const { role = operator_profile_id ? 'operator' : 'observer' } = given
      if ((email === null) === (operator_profile_id === null)) {
        throw new InvalidInputError([{ path: 'email', message: 'Name either an e-mail address or an operator' }])
      }
      if (can_invite && role !== 'iso_agent') {
        throw new InvalidInputError([{ path: 'can_invite', message: 'Only a colleague who takes part may invite' }])
      }
      const invited = db.rpc('invite_participant', {
        p_conversation_id: id,
        p_iso_agent_email: email,
        p_operator_profile_id: operator_profile_id,
        p_role: role,
      })
      const seat = await call(Seat, invited)
      if (can_invite) {
        const more = { p_conversation_id: id, p_participant_id: seat.id, p_can_invite: true }
        await done(db.rpc('change_participant', more))
      }
      return c.json(await readParticipant(id, seat.id, c.var.context), 201)
    })
    .openapi(change, async (c) => {
      const { id, participant_id } = c.req.valid('param')
      const { role = null, can_reply = null, can_invite = null } = c.req.valid('json')
      const changed = c.var.context.db.rpc('change_participant', {
        p_conversation_id: id,
        p_participant_id: participant_id,
        p_role: role,
        p_can_reply: can_reply,
        p_can_invite: can_invite,
      })
      await done(changed)
      return c.json(await readParticipant(id, participant_id, c.var.context), 200)
    })
    .openapi(end, async (c) => {
      const { id, participant_id } = c.req.valid('param')
      const { db } = c.var.context
      await done(db.rpc('end_participation', { p_conversation_id: id, p_participant_id: participant_id }))
      return c.body(null, 204)
    })
