import type { Approval } from '../data/rows.ts'

export type Field = { name: string; label: string; isEditable: boolean; isLong: boolean }

/** How each action is shown: what it is called, what approving it does, and what of it may be reworded. */
type Shape = { title: string; verb: string; done: string; edits: readonly Field[] }

const field = (name: string, label: string, isLong: boolean): Field => ({ name, label, isEditable: true, isLong })

const SHAPES: Record<string, Shape> = {
  send_proposal: {
    title: 'E-mail to the client',
    verb: 'Approve and send',
    done: 'Sent',
    edits: [field('subject', 'Subject', false), field('body', 'Text', true)],
  },
  reply_to_operator: {
    title: 'Message to the operator',
    verb: 'Approve and send',
    done: 'Sent through Avinode',
    edits: [field('text', 'Text', true)],
  },
  cancel_request: {
    title: 'Cancel this request',
    verb: 'Approve the cancellation',
    done: 'Cancelled',
    edits: [field('message_to_operators', 'Message to operators', true)],
  },
  accept_quote: { title: 'Take this quote', verb: 'Approve the choice', done: 'Taken', edits: [] },
}

export const shapeOf = ({ action }: Pick<Approval, 'action'>): Shape =>
  SHAPES[action] ?? { title: action.replaceAll('_', ' '), verb: 'Approve', done: 'Done', edits: [] }

export const textOf = (payload: Record<string, unknown>, name: string) =>
  typeof payload[name] === 'string' ? payload[name] : ''

/** The words of an approval that may be changed, as they are now. */
export const editable = (approval: Approval): Record<string, string> =>
  Object.fromEntries(
    shapeOf(approval)
      .edits.filter(({ name }) => typeof approval.payload[name] === 'string')
      .map(({ name }) => [name, textOf(approval.payload, name)]),
  )

/** Only what differs from what was filed. */
export const changesIn = (approval: Approval, edits: Record<string, string>) =>
  Object.fromEntries(Object.entries(edits).filter(([name, value]) => value !== approval.payload[name]))
