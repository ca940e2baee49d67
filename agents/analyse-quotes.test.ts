import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createQuoteAnalyser } from './analyse-quotes.ts'
import { createModels, ModelConfig } from './models.ts'
import { type Desk, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const signal = new AbortController().signal
const analyser = () => createQuoteAnalyser(desk.depsWith(createModels(ModelConfig.parse({}))))

const comparisons = (chat: string) =>
  desk.query(
    `select content, rich_content from public.messages where conversation_id = $1 and rich_content ->> 'card' = 'comparison' order by created_at`,
    [chat],
  )

it('scores and ranks the quotes as the broker, and tells the broker once, with the reasons', async () => {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'awaiting_quotes', chat)
  const dear = await desk.newQuote(request_id, '140000.00', 'Blue Coast Jets')
  const cheap = await desk.newQuote(request_id, '112000.00', 'Summit Air Charter')

  await analyser()(request_id, 'first', signal)
  await analyser()(request_id, 'again', signal)

  const [comparison, ...others] = await comparisons(chat)
  expect(others).toEqual([])
  expect(comparison?.rich_content).toMatchObject({
    request_id,
    best_quote_id: cheap,
    ranking: [
      { quote_id: cheap, ranking: 1 },
      { quote_id: dear, ranking: 2 },
    ],
  })
  expect(comparison?.content).toMatch(/^Summit Air Charter is the best: USD 112,000, .*Lowest price\./)
  expect(comparison?.content).toMatch(/2\. Blue Coast Jets, USD 140,000, score \d+: 25.0 % above the lowest\./)
  expect(String(comparison?.content).match(/of 100/g)).toHaveLength(1) // the score is told once
  expect(
    await desk.query('select ranking, status from public.quotes where request_id = $1 order by ranking', [request_id]),
  ).toEqual([
    { ranking: 1, status: 'analyzed' },
    { ranking: 2, status: 'analyzed' },
  ])
  expect(
    await desk.query(
      'select agent_type, status, metadata -> $2 as why from public.agent_executions where request_id = $1',
      [request_id, 'background'],
    ),
  ).toEqual([{ agent_type: 'proposal_analysis', status: 'completed', why: 'quote_analysis' }])
})

it('states the prices of the rows, whatever a model makes of them', async () => {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'awaiting_quotes', chat)
  const quote_id = await desk.newQuote(request_id, '140000.00', 'Blue Coast Jets')
  const invented = {
    request_id,
    best_quote_id: quote_id,
    summary: 'Blue Coast Jets is best at $99,000.',
    ranking: [
      {
        quote_id,
        ranking: 1,
        operator_name: 'Blue Coast',
        total_price: '99000.00',
        currency: 'EUR',
        score: 99,
        reason: 'Fast.',
      },
    ],
  }
  const model = [
    [functionCall('score_quotes', { request_id }, { callId: 'call_1' })],
    [assistantMessage(JSON.stringify(invented))],
  ]

  await createQuoteAnalyser(desk.depsWith(scripted({ proposal_analysis: model })))(request_id, 'only', signal)

  const [comparison] = await comparisons(chat)
  expect(comparison?.content).toMatch(/^1\. Blue Coast Jets, USD 140,000, score \d\d: Fast\./)
  expect(comparison?.rich_content).toMatchObject({ ranking: [{ total_price: '140000.00', currency: 'USD' }] })
})

it('compares anew when another quote comes in', async () => {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'awaiting_quotes', chat)
  await desk.newQuote(request_id, '140000.00', 'Blue Coast Jets')
  await analyser()(request_id, 'first', signal)
  const late = await desk.newQuote(request_id, '99000.00', 'Northern Crown Aviation')

  await analyser()(request_id, 'second', signal)

  expect(await comparisons(chat)).toMatchObject([{}, { rich_content: { best_quote_id: late } }])
})

it('says nothing about a request without quotes', async () => {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'awaiting_quotes', chat)

  await analyser()(request_id, 'none', signal)

  expect(await comparisons(chat)).toEqual([])
})
