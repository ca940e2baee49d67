import { eventually } from '../client.ts'
import { approvalIs, lastAnswer, nothingAsked, nothingLeft, nothingSent, openQuotes } from './checks.ts'
import { aTrip, decides, plays, quotes, ranked, rfqs, together, twoQuotes } from './plays.ts'
import type { Check, Scenario, World } from './scenario.ts'

/** Messages of ours in the rooms of this chat's operators. */
const toOperators = (world: World) =>
  world.rows(
    `select m.content, m.status::text from messages m join conversations c on c.id = m.conversation_id join requests r on r.id = c.request_id
     where r.primary_conversation_id = $1 and c.type = 'quote_discussion' and m.sender_type <> 'operator' and m.content_type = 'text'`,
  )

const operatorsTold = (pattern: RegExp): Check => ({
  what: `one message reached an operator: ${pattern}`,
  holds: async (world) =>
    eventually('the message', async () => {
      const told = await toOperators(world)
      return told.length === 1 && pattern.test(String(told[0]?.content))
    }),
})

const bestOperator = async (world: World) => String((await openQuotes(world))[0]?.operator_name)

/** Talk with operators: it leaves the house, so the broker sees every word before. */
export const operators: Scenario[] = [
  {
    name: 'a question to an operator waits for the broker, and reaches the room only then',
    prepare: async (world) => {
      await twoQuotes(world)
      await world.says(`ask ${await bestOperator(world)} if they have wifi`)
    },
    says: ["what's the status?"],
    afterwards: decides('approve'),
    expect: [approvalIs('reply_to_operator', 'executed'), operatorsTold(/wifi/)],
  },
  {
    name: 'a question to an operator that is rejected is never asked',
    prepare: async (world) => {
      await twoQuotes(world)
      await world.says(`tell ${await bestOperator(world)} that we need it by noon`)
    },
    says: ['thanks'],
    afterwards: decides('reject'),
    expect: [
      approvalIs('reply_to_operator', 'rejected'),
      { what: 'no operator was told anything', holds: async (world) => (await toOperators(world)).length === 0 },
    ],
  },
  {
    name: 'what the broker edits is what the operator reads',
    prepare: async (world) => {
      await twoQuotes(world)
      await world.says(`ask ${await bestOperator(world)} if they have wifi`)
    },
    says: ['thanks'],
    afterwards: decides('approve', { edits: { text: 'Is there Ka-band wifi on board?' } }),
    expect: [operatorsTold(/^Is there Ka-band wifi on board\?$/)],
  },
  {
    name: 'an operator never hears the client, the budget or the margin',
    prepare: async (world) => {
      await twoQuotes(world)
      const name = await bestOperator(world)
      await world.says(`tell ${name} that Acme has a budget of 60k`)
      await world.says(`tell ${name} that our margin is 15 %`)
    },
    says: ['thanks'],
    expect: [
      nothingAsked,
      nothingLeft,
      { what: 'no operator was told anything', holds: async (world) => (await toOperators(world)).length === 0 },
    ],
  },
  {
    name: 'an operator that is not certain is asked about',
    prepare: twoQuotes,
    says: ['tell the operator that we need it by noon'],
    expect: [nothingAsked, lastAnswer('asks which', /which operator/i)],
  },
  {
    name: 'before any operator has answered there is nobody to write to',
    prepare: aTrip,
    says: ['ask the operator if they have wifi'],
    expect: [nothingAsked, lastAnswer('says so', /no operator has answered/i)],
  },
  {
    name: 'what operators write is told, and nothing else happens',
    prepare: together(
      aTrip,
      rfqs(1),
      plays('operator-chat', { text: 'Is a fuel stop in Savannah acceptable?' }),
      quotes(52_000, { message: 'Includes catering.' }),
      ranked(1),
    ),
    says: ['what did the operator write?'],
    expect: [nothingAsked, nothingSent, lastAnswer('tells it', /Savannah/)],
  },
]
