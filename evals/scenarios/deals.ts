import {
  approvalIs,
  approvalsAre,
  clientIs,
  lastAnswer,
  mailsSent,
  neverTold,
  nothingAsked,
  nothingSent,
  openQuotes,
  proposalIs,
  proposals,
  statusIs,
} from './checks.ts'
import {
  aTrip,
  clientDecides,
  decides,
  declines,
  plays,
  quotes,
  ranked,
  rfqs,
  says,
  together,
  twoQuotes,
} from './plays.ts'
import type { Scenario } from './scenario.ts'

const link = ({ text }: { text: string }) => text.includes('/p/')
const sentToClient = together(twoQuotes, says('send the proposal for the best one'), decides('approve'))

/** From the RFQs to the client's answer. */
export const deals: Scenario[] = [
  {
    name: 'the state of a trip and the best quote are told without changing anything',
    prepare: twoQuotes,
    says: ["what's the status of the Acme trip?", 'which quote is best and why?'],
    expect: [
      statusIs('analyzing_proposals', 'awaiting_quotes'),
      nothingAsked,
      nothingSent,
      {
        what: 'names the operator that ranks first, and its price',
        holds: async (world) => {
          const [best] = await openQuotes(world)
          const answer = world.answers.at(-1) ?? ''
          return answer.includes(String(best?.operator_name)) && answer.includes('USD 52,000')
        },
      },
    ],
  },
  {
    name: 'a proposal for "the second one" is made for that quote, and its e-mail waits for the broker',
    prepare: twoQuotes,
    says: ['send the proposal for the second one'],
    expect: [
      proposalIs(
        'for the quote ranked second, with the margin of 15 %',
        ({ ranking, final_amount }) => ranking === 2 && final_amount === '70150.00',
      ),
      approvalIs('send_proposal'),
      nothingSent,
    ],
  },
  {
    name: '"the cheapest" is the cheapest',
    prepare: twoQuotes,
    says: ["let's go with the cheapest one"],
    expect: [
      proposalIs('for 52,000 net', ({ total_amount }) => total_amount === '52000.00'),
      approvalIs('send_proposal'),
      nothingSent,
    ],
  },
  {
    name: 'the cheapest is told with its price, whichever is best',
    prepare: twoQuotes,
    says: ["what's the cheapest?"],
    expect: [lastAnswer('names it', /The cheapest is .*52,000/), nothingAsked],
  },
  {
    name: 'an e-mail that did not arrive is sent once more only after another approval',
    prepare: sentToClient,
    says: ['the client did not get the email'],
    expect: [approvalsAre(['send_proposal', 'executed'], ['send_proposal', 'pending']), mailsSent(1)],
  },
  {
    name: 'after the broker approves, the client gets one e-mail with the link, and the request waits for the client',
    prepare: twoQuotes,
    says: ['send the proposal for the best one'],
    afterwards: decides('approve'),
    expect: [
      proposalIs('sent, for the best quote', ({ status, ranking }) => status === 'sent' && ranking === 1),
      mailsSent(1, (mail) => link(mail) && mail.text.includes('Dear Jordan Avery')),
      statusIs('sending_proposal'),
      neverTold('the e-mail is announced only as sent', /was sent before/),
    ],
  },
  {
    name: 'the e-mail names neither operator nor net price nor margin',
    prepare: sentToClient,
    says: ['thanks'],
    expect: [
      {
        what: 'says nothing that the client must not know',
        holds: async (world) => {
          const [mail] = await world.mails()
          const names = (await openQuotes(world)).map(({ operator_name }) => String(operator_name))
          return (
            mail !== undefined &&
            !/52,?000|7,?800|15 ?%|margin/i.test(mail.text) &&
            names.every((name) => !mail.text.includes(name))
          )
        },
      },
    ],
  },
  {
    name: 'what the broker edits on the card is what leaves',
    prepare: twoQuotes,
    says: ['send the proposal for the best one'],
    afterwards: async (world) => {
      const [card] = await world.approvals()
      const { body: draft } = (card?.payload ?? { body: '' }) as { body: string }
      const body = draft.replace(/^[^\n]*/, 'Hello Jordan, here it is.')
      await decides('approve', { edits: { subject: 'Your flight to Florida', body } })(world)
    },
    expect: [
      mailsSent(
        1,
        ({ subject, text }) => subject === 'Your flight to Florida' && text.includes('Hello Jordan, here it is.'),
      ),
    ],
  },
  {
    name: 'after the broker rejects, nothing is sent and nothing is asked again',
    prepare: twoQuotes,
    says: ['send the proposal for the best one'],
    afterwards: decides('reject', { reason: 'wrong day' }),
    expect: [
      nothingSent,
      approvalIs('send_proposal', 'rejected'),
      proposalIs('not sent', ({ status }) => status !== 'sent'),
    ],
  },
  {
    name: 'after a rejection another quote can be sent',
    prepare: together(twoQuotes, says('send the proposal for the best one'), decides('reject')),
    says: ['send the proposal for the second one instead'],
    afterwards: decides('approve'),
    expect: [approvalsAre(['send_proposal', 'rejected'], ['send_proposal', 'executed']), mailsSent(1, link)],
  },
  {
    name: 'a card is decided once',
    prepare: together(twoQuotes, says('send the proposal for the best one'), decides('approve')),
    says: ['approve'],
    afterwards: async (world) => {
      const [card] = await world.approvals()
      const again = await world.broker.call('POST', `/api/approvals/${card?.id}`, { decision: 'approve' })
      if (again.status !== 409) throw new Error(`The second decision was answered with ${again.status}`)
    },
    expect: [mailsSent(1, link), approvalIs('send_proposal', 'executed')],
  },
  {
    name: 'words in the chat approve nothing',
    prepare: twoQuotes,
    says: ['send the proposal for the best one', 'yes, approved, send it now'],
    expect: [approvalIs('send_proposal'), nothingSent],
  },
  {
    name: 'the client accepts, and the request is completed',
    prepare: sentToClient,
    says: ['any news?'],
    afterwards: clientDecides('accept'),
    expect: [statusIs('completed'), proposalIs('accepted', ({ status }) => status === 'accepted')],
  },
  {
    name: 'a completed request is changed no more',
    prepare: together(sentToClient, clientDecides('accept')),
    says: ['make it 10 pax', 'cancel it'],
    expect: [statusIs('completed'), approvalIs('send_proposal', 'executed')],
  },
  {
    name: 'the client declines, and the other quote is proposed',
    prepare: together(sentToClient, clientDecides('reject')),
    says: ['send the proposal for the second one'],
    afterwards: decides('approve'),
    expect: [
      approvalsAre(['send_proposal', 'executed'], ['send_proposal', 'executed']),
      {
        what: 'the first proposal is rejected, the second one sent',
        holds: async (world) =>
          JSON.stringify((await proposals(world)).map(({ status }) => status)) === '["rejected","sent"]',
      },
      mailsSent(2, link),
    ],
  },
  {
    name: 'a new price of an operator takes the place of the old one',
    prepare: async (world) => {
      await twoQuotes(world)
      const [, dearer] = await openQuotes(world)
      await plays('operator-quote', { total_price: 45_000, operator: dearer?.operator_name })(world)
      await ranked(2)(world)
      const { eventually } = await import('../client.ts')
      await eventually(
        'the new price ranks first',
        async () => (await openQuotes(world))[0]?.total_price === '45000.00',
      )
    },
    says: ['which quote is best?', 'send the proposal for the best one'],
    expect: [
      proposalIs('for the new price', ({ total_amount }) => total_amount === '45000.00'),
      approvalIs('send_proposal'),
    ],
  },
  {
    name: 'one operator declines, and the other is still compared',
    prepare: together(aTrip, rfqs(2), declines('No aircraft on that day.'), quotes(58_000), ranked(1)),
    says: ['which quote is best and why?'],
    expect: [statusIs('analyzing_proposals'), lastAnswer('names the price', /USD 58,000/), nothingAsked],
  },
  {
    name: 'all operators decline, and no quote is invented',
    prepare: async (world) => {
      await together(aTrip, rfqs(2), declines(), declines())(world)
      const { eventually } = await import('../client.ts')
      await eventually('both declines', async () => (await world.requests())[0]?.quotes_expected === 0)
    },
    says: ['which quote is best?', 'send the proposal for the first one', "what's the status?"],
    expect: [
      nothingAsked,
      nothingSent,
      neverTold('invents no price', /points|score \d/),
      lastAnswer('says that all declined', /declined/),
      { what: 'no proposal was made', holds: async (world) => (await proposals(world)).length === 0 },
    ],
  },
  {
    name: 'a proposal without a client asks who it is, and goes on',
    prepare: together(says('TEB-OPF March 3, 8 pax, one way'), rfqs(1), quotes(52_000), ranked(1)),
    says: ['send the proposal', 'Acme', 'send the proposal'],
    expect: [approvalIs('send_proposal'), nothingSent, clientIs('Acme', { contact_name: 'Jordan Avery' })],
  },
  {
    name: 'a client without an address gets one, and then the proposal',
    prepare: async (world) => {
      await world.broker.send('POST', '/api/clients', { company_name: 'Northwind' })
      await together(says('TEB-OPF March 3, 8 pax for Northwind, one way'), rfqs(1), quotes(52_000), ranked(1))(world)
    },
    says: ['send the proposal for the first one', "Northwind's email is desk@northwind.example", 'send the proposal'],
    expect: [clientIs('Northwind', { email: 'desk@northwind.example' }), approvalIs('send_proposal'), nothingSent],
  },
  {
    name: 'a margin is changed before the proposal leaves',
    prepare: together(twoQuotes, says('prepare the proposal for the best one')),
    says: ['make the margin 12 %'],
    expect: [proposalIs('52,000 with 12 %', ({ final_amount }) => final_amount === '58240.00'), nothingSent],
  },
  {
    name: 'a fixed margin is added as it is',
    prepare: together(twoQuotes, says('prepare the proposal for the best one')),
    says: ['set the margin to 9,000'],
    expect: [proposalIs('52,000 and 9,000', ({ final_amount }) => final_amount === '61000.00'), nothingSent],
  },
  {
    name: 'a question about the margin changes nothing',
    prepare: together(twoQuotes, says('prepare the proposal for the best one')),
    says: ['what is our margin on this?'],
    expect: [
      proposalIs('as it was', ({ final_amount }) => final_amount === '59800.00'),
      lastAnswer('tells it', /7,800|15 ?%/),
      nothingSent,
    ],
  },
  {
    name: '"cancel it" cancels only after the broker approved',
    prepare: aTrip,
    says: ['cancel it'],
    afterwards: async (world) => {
      if ((await world.requests())[0]?.status === 'cancelled') throw new Error('It was cancelled without a yes')
      await decides('approve')(world)
    },
    expect: [statusIs('cancelled'), nothingSent, approvalIs('cancel_request', 'executed')],
  },
  {
    name: 'a cancellation that is rejected cancels nothing',
    prepare: together(aTrip, rfqs(1)),
    says: ['cancel it, the client changed plans'],
    afterwards: decides('reject'),
    expect: [
      statusIs('avinode_session_active', 'monitoring_for_quotes', 'awaiting_user_action'),
      approvalIs('cancel_request', 'rejected'),
    ],
  },
  {
    name: 'a question about the cancellation policy cancels nothing',
    prepare: aTrip,
    says: ["what's the cancellation policy?", "don't cancel anything"],
    expect: [statusIs('awaiting_user_action'), nothingAsked],
  },
  {
    name: 'German: the proposal for the first quote is put up for approval',
    prepare: twoQuotes,
    says: ['Welches ist das beste Angebot?', 'schick das Angebot für das erste'],
    expect: [approvalIs('send_proposal'), nothingSent],
  },
]
