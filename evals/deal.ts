import { type BrokerClient, eventually, type Json, signIn } from './client.ts'

type Service = { url: string; sandboxUrl: string; mailboxUrl: string }
type Row = Json & { id: string }
type Page<T = Row> = { data: T[] }

/** Plays the deal from the first sentence to the client's acceptance, through HTTP alone, and reports what the rows say afterwards. */
export async function playDeal({
  service,
  sentence,
  print,
}: {
  service: Service
  sentence: string
  print(line: string): void
}) {
  const broker = await signIn(service.url)

  const { conversation_id, request_id } = await askForTrip(broker, sentence, print)
  const request = await eventually('the trip in Avinode', async () => {
    const row = await broker.get(`/api/requests/${request_id}`)
    return row.avinode_deep_link ? row : undefined
  })
  await collectQuotes(service, broker, request, print)

  const quotes = (await broker.get<Page>(`/api/requests/${request_id}/quotes`)).data
  for (const quote of quotes)
    print(`  ${quote.ranking}. ${quote.operator_name}: ${quote.total_price}, score ${quote.score}`)
  print(`Assistant: ${(await broker.says('which quote is best and why?', conversation_id)).text}`)

  const proposal = await sendProposal(service, broker, conversation_id, String(request_id), print)
  await clientAccepts(service, proposal, print)
  await eventually(
    'the end of the deal',
    async () => (await broker.get(`/api/requests/${request_id}`)).status === 'completed',
  )
  return report(broker, String(request_id), conversation_id, quotes)
}

async function askForTrip(broker: BrokerClient, sentence: string, print: (line: string) => void) {
  print(`Broker: ${sentence}`)
  const answer = await broker.says(sentence)
  print(`Assistant: ${answer.text}`)
  const { request_id } = await broker.get(`/api/conversations/${answer.conversation_id}`)
  if (!request_id) throw new Error('The assistant created no request: it needs to know more')
  return { conversation_id: answer.conversation_id, request_id }
}

async function collectQuotes(service: Service, broker: BrokerClient, request: Json, print: (line: string) => void) {
  const page = await fetch(String(request.avinode_deep_link))
  print(`Open Avinode: ${request.avinode_deep_link} (${page.status})`)
  await play(service, request, 'send-rfqs', { operators: 3 })
  await eventually(
    'the RFQs',
    async () => Number((await broker.get(`/api/requests/${request.id}`)).operators_contacted) === 3,
  )
  print('Broker picked 3 operators in Avinode; the RFQs are out')
  await play(service, request, 'operator-chat', { text: 'Checking the crew, our quote follows in a minute.' })
  for (const _ of [1, 2, 3]) await play(service, request, 'operator-quote', {})
  await eventually('three analysed quotes', async () => {
    const { data } = await broker.get<Page>(`/api/requests/${request.id}/quotes`)
    return data.length === 3 && data.every(({ score, ranking }) => score !== null && ranking !== null)
  })
  print('Three quotes came in and were analysed:')
}

async function play(service: Service, request: Json, action: string, body: Json) {
  const response = await fetch(`${service.sandboxUrl}/_sim/trips/${request.avinode_trip_id}/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${action} was answered with ${response.status}: ${await response.text()}`)
}

async function sendProposal(
  service: Service,
  broker: BrokerClient,
  conversation_id: string,
  request_id: string,
  print: (line: string) => void,
) {
  print(`Assistant: ${(await broker.says('send the proposal for the best one', conversation_id)).text}`)
  const approval = await eventually('the approval card', async () => {
    const { data } = await broker.get<Page>('/api/approvals?status=pending')
    return data.find((row) => row.action === 'send_proposal' && row.request_id === request_id)
  })
  const { to_email, subject } = approval.payload as Json
  print(`Waiting for a yes: e-mail to ${to_email}, "${subject}"`)
  if ((await mails(service)).length > 0) throw new Error('A mail left before the broker approved it')
  await broker.send('POST', `/api/approvals/${approval.id}`, { decision: 'approve' })
  await eventually('the e-mail', async () => (await mails(service)).length === 1)
  const proposal = await eventually('the sent proposal', async () => {
    const { data } = await broker.get<Page>(`/api/requests/${request_id}/proposals`)
    return data.find(({ status }) => status === 'sent')
  })
  print(`Approved. ${proposal.proposal_number} went to ${proposal.sent_to_email}, ${proposal.final_amount} in total`)
  return proposal
}

async function mails({ mailboxUrl }: Service) {
  return (await (await fetch(`${mailboxUrl}/messages`)).json()) as (Json & { text: string })[]
}

async function clientAccepts(service: Service, proposal: Row, print: (line: string) => void) {
  const [mail] = await mails(service)
  const link = /https?:\/\/\S+\/p\/[\w-]+/.exec(mail?.text ?? '')?.[0]
  if (!link) throw new Error('The e-mail holds no link to the client page')
  const page = await fetch(link)
  const accepted = await fetch(`${link}/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ name: proposal.sent_to_name ?? 'The client', consent: true }),
  })
  if (page.status !== 200 || accepted.status !== 200)
    throw new Error(`The client page answered ${page.status}, ${accepted.status}`)
  print(`The client opened ${link.replace(/[\w-]+$/, '…')} and accepted`)
}

async function report(broker: BrokerClient, request_id: string, conversation_id: string, quotes: Row[]) {
  const [timeline, executions, proposals] = await Promise.all([
    broker.get<Page>(`/api/requests/${request_id}/timeline`),
    broker.get<Page>(`/api/requests/${request_id}/executions`),
    broker.get<Page>(`/api/requests/${request_id}/proposals`),
  ])
  const proposal = proposals.data.find(({ status }) => status === 'accepted')
  const runs = (agent: string) => executions.data.filter(({ agent_type }) => agent_type === agent).length
  return {
    request_id,
    conversation_id,
    states: timeline.data.map(({ current_state }) => current_state),
    quotes: quotes.length,
    best_quote_id: quotes.find(({ ranking }) => ranking === 1)?.id,
    proposal_number: proposal?.proposal_number,
    total_amount: proposal?.total_amount,
    margin_applied: proposal?.margin_applied,
    final_amount: proposal?.final_amount,
    email_message_id: proposal?.email_message_id,
    executions: {
      orchestrator: runs('orchestrator'),
      client_data: runs('client_data'),
      flight_search: runs('flight_search'),
      proposal_analysis: runs('proposal_analysis'),
      communication: runs('communication'),
    },
  }
}
