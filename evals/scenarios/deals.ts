import { eventually, type Json } from '../client.ts'
import { nothingAsked, nothingSent, oneRequest, type Scenario, type World } from './scenario.ts'

const quotesOf = ({ rows }: World) =>
  rows(
    `select q.id, q.ranking, q.total_price::text as total_price, q.operator_name from quotes q
     join requests r on r.id = q.request_id where r.primary_conversation_id = $1 and q.status in ('received', 'analyzed') order by q.ranking`,
  )
const proposalsOf = ({ rows }: World) =>
  rows(
    `select p.status, p.quote_id, p.total_amount::text as total_amount from proposals p
     join requests r on r.id = p.request_id where r.primary_conversation_id = $1`,
  )

/** A deal that has come as far as two ranked quotes. */
async function twoQuotes(world: World) {
  await world.says('Teterboro to Miami for Acme, 8 people, March 3, one way')
  const [request] = await world.requests()
  await world.service.plays(request?.avinode_trip_id, 'send-rfqs', { operators: 2 })
  await world.service.plays(request?.avinode_trip_id, 'operator-quote', { total_price: 61000 })
  await world.service.plays(request?.avinode_trip_id, 'operator-quote', { total_price: 52000 })
  await eventually('two ranked quotes', async () => {
    const quotes = await quotesOf(world)
    return quotes.length === 2 && quotes.every(({ ranking }) => ranking !== null)
  })
}

async function decides(world: World, decision: 'approve' | 'reject') {
  const [approval] = await eventually('the approval', async () => {
    const open = (await world.approvals()).filter(({ status }) => status === 'pending')
    return open.length > 0 && open
  })
  await world.broker.send('POST', `/api/approvals/${approval?.id}`, { decision })
  await eventually('the end of the turn', async () => {
    const open = await world.rows(
      `select 1 from private.assistant_turns where conversation_id = $1 and status in ('queued', 'running', 'interrupted')`,
    )
    return open.length === 0
  })
}

const statusIs = (...states: string[]) =>
  oneRequest(`the request is ${states.join(' or ')}`, ({ status }) => states.includes(String(status)))

const asksFor = (action: string) => ({
  what: `${action} waits for the broker`,
  holds: async (world: World) => {
    const approvals = await world.approvals()
    return approvals.length === 1 && approvals[0]?.action === action && approvals[0]?.status === 'pending'
  },
})

const proposalIsForRank = (rank: number) => ({
  what: `the only proposal is for the quote ranked ${rank}`,
  holds: async (world: World) => {
    const quotes: Json[] = await world.rows(
      `select q.id, q.ranking from quotes q join requests r on r.id = q.request_id where r.primary_conversation_id = $1 and q.ranking = ${rank}`,
    )
    const proposals = await proposalsOf(world)
    return proposals.length === 1 && proposals[0]?.quote_id === quotes[0]?.id
  },
})

/** From the trip in Avinode to the client's inbox. */
export const deals: Scenario[] = [
  {
    name: '"make it 10 pax" changes the request of this chat, in every leg',
    prepare: async ({ says }) => void (await says('Teterboro to Miami for Acme, 8 people, March 3, back March 6')),
    says: ['make it 10 pax'],
    expect: [
      oneRequest(
        '10 passengers on both legs',
        ({ passengers, segments }) =>
          passengers === 10 && (segments as { passengers: number }[]).every((leg) => leg.passengers === 10),
      ),
    ],
  },
  {
    name: 'the state of a trip and the best quote are told without changing anything',
    prepare: twoQuotes,
    says: ["what's the status of the Acme trip?", 'which quote is best and why?'],
    expect: [
      statusIs('analyzing_proposals', 'awaiting_quotes'),
      nothingAsked,
      nothingSent,
      {
        what: 'names the operator that ranks first',
        holds: async (world) => {
          const [best] = await quotesOf(world)
          return world.answers.at(-1)?.includes(String(best?.operator_name)) ?? false
        },
      },
    ],
  },
  {
    name: 'a proposal for "the second one" is made for that quote, and its e-mail waits for the broker',
    prepare: twoQuotes,
    says: ['send the proposal for the second one'],
    expect: [proposalIsForRank(2), asksFor('send_proposal'), nothingSent],
  },
  {
    name: 'after the broker approves, the client gets one e-mail with the link, and the assistant says so',
    prepare: twoQuotes,
    says: ['send the proposal for the best one'],
    afterwards: (world) => decides(world, 'approve'),
    expect: [
      proposalIsForRank(1),
      {
        what: 'one e-mail, with the link',
        holds: async ({ mails }) => (await mails()).filter(({ text }) => text.includes('/p/')).length === 1,
      },
      { what: 'the proposal is sent', holds: async (world) => (await proposalsOf(world))[0]?.status === 'sent' },
      statusIs('sending_proposal'),
    ],
  },
  {
    name: 'after the broker rejects, nothing is sent and nothing is asked again',
    prepare: twoQuotes,
    says: ['send the proposal for the best one'],
    afterwards: (world) => decides(world, 'reject'),
    expect: [
      nothingSent,
      { what: 'asked once', holds: async (world) => (await world.approvals()).length === 1 },
      {
        what: 'the proposal is not sent',
        holds: async (world) => (await proposalsOf(world)).every(({ status }) => status !== 'sent'),
      },
    ],
  },
  {
    name: '"cancel it" cancels only after the broker approved',
    prepare: async ({ says }) => void (await says('Teterboro to Miami for Acme, 8 people, March 3, one way')),
    says: ['cancel it'],
    afterwards: async (world) => {
      const [before] = await world.requests()
      if (before?.status === 'cancelled') throw new Error('It was cancelled without a yes')
      await decides(world, 'approve')
    },
    expect: [statusIs('cancelled'), nothingSent],
  },
]
