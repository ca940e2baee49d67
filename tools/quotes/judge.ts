import { readClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { readOperators } from '../operators/operator.ts'
import { readMargin } from '../proposals/margin.ts'
import { readRequest } from '../requests/request.ts'
import { isOpen, readQuotes } from './quote.ts'
import { scoreAll } from './scoring.ts'

/** The open quotes of a request, judged as of now, best first; and the request. */
export async function judgeQuotes(request_id: string, context: ToolContext) {
  const [request, quotes, margin] = await Promise.all([
    readRequest(request_id, context),
    readQuotes(request_id, context),
    readMargin(context),
  ])
  const now = context.now()
  const open = quotes.filter((quote) => isOpen(quote, now))
  const [client, operators] = await Promise.all([
    request.client_profile_id === null ? null : readClient(request.client_profile_id, context),
    readOperators(
      open.flatMap(({ operator_profile_id }) => operator_profile_id ?? []),
      context,
    ),
  ])
  const liked = client?.preferences?.preferred_aircraft
  const liked_aircraft = [liked].flat().filter((name) => typeof name === 'string')
  const by_id = new Map(operators.map((operator) => [operator.id, operator]))
  return { request, scored: scoreAll(open, { request, liked_aircraft, operators: by_id, margin, now }) }
}
