import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 } from '../canonical-json.ts'
import type { ToolContext } from '../context.ts'
import { createRequest } from '../requests/create-request.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { decideApproval } from './decide-approval.ts'
import { fileApproval } from './file-approval.ts'
import { listApprovals, readApproval } from './list-approvals.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar] = [await desk.broker(), await desk.broker()]
})
afterAll(() => desk[Symbol.asyncDispose]())

async function file(context: ToolContext, tool_call_id?: string) {
  const wanted = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: daysAhead(20), passengers: 2 }
  const { request } = await runTool(createRequest, wanted, context)
  const payload = {
    request_id: request.id,
    reason: 'OTHER',
    message_to_operators: 'Thank you.',
    avinode_trip_id: null,
    route: 'KTEB to KVNY',
  }
  const filing = { action: 'cancel_request', payload, request_id: request.id, conversation_id: null }
  return fileApproval({ ...filing, ...(tool_call_id ? { tool_call_id } : {}) }, context)
}

describe('an approval', () => {
  it('carries the hash of its payload, whatever order the database keeps the fields in', async () => {
    const approval = await file(dana)
    const stored = await readApproval(approval.id, dana)

    expect(sha256(stored.payload)).toBe(stored.payload_sha256)
    expect(stored.status).toBe('pending')
  })

  it('is filed once per call of a turn', async () => {
    const chat = await desk.chat(dana)

    const first = await file(chat, 'call-1')
    const second = await file(chat, 'call-1')

    expect(second.id).toBe(first.id)
    expect(first).toMatchObject({ turn_id: chat.origin.turn_id, tool_call_id: 'call-1' })
    expect(first.conversation_id).toBe(chat.origin.conversation_id)
  })

  it('keeps what was filed beside what was approved when the broker edits it', async () => {
    const { id: approval_id, payload } = await file(dana)
    const edits = { message_to_operators: 'Thank you all.' }

    const approved = await decideApproval({ approval_id, decision: 'approve', edits }, dana)

    expect(approved).toMatchObject({
      status: 'approved',
      payload: { ...payload, ...edits },
      original_payload: payload,
      decided_by: dana.broker.iso_agent_id,
    })
    expect(approved.payload_sha256).toBe(sha256(approved.payload))
  })

  it('is decided once', async () => {
    const { id: approval_id } = await file(dana)
    const decide = (decision: 'approve' | 'reject') => decideApproval({ approval_id, decision }, dana)

    const outcomes = await Promise.allSettled([decide('approve'), decide('reject'), decide('approve')])

    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1)
    await expect(decide('approve')).rejects.toMatchObject({ code: 'conflict' })
  })

  it('cannot be decided once it has expired', async () => {
    const { id: approval_id } = await file(dana)
    await desk.sql.query("update approvals set expires_at = now() - interval '1 second' where id = $1", [approval_id])

    await expect(decideApproval({ approval_id, decision: 'approve' }, dana)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is neither seen nor decided by another broker', async () => {
    const { id: approval_id } = await file(dana)

    expect((await listApprovals({}, omar)).approvals).toEqual([])
    await expect(readApproval(approval_id, omar)).rejects.toMatchObject({ code: 'not_found' })
    await expect(decideApproval({ approval_id, decision: 'approve' }, omar)).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await readApproval(approval_id, dana)).status).toBe('pending')
  })
})
