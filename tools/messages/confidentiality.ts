import { z } from 'zod'
import { getAirport } from '../airports/airports.ts'
import { plainName } from '../clients/find-clients.ts'
import { readClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { columnsOf, rows } from '../database.ts'
import { InvalidInputError } from '../errors.ts'
import { Money, parseMoney } from '../money.ts'
import { readMargin } from '../proposals/margin.ts'
import type { Request } from '../requests/request.ts'
import { amountsIn, plainWords } from './visible-text.ts'

/** Refuses a text for an operator that tells who the client is, what the client would pay, or what we earn. */
export async function refuseConfidential(text: string, path: string, request: Request | null, context: ToolContext) {
  if (request === null) return
  const [client, prices] = await Promise.all([
    request.client_profile_id === null ? null : readClient(request.client_profile_id, context),
    clientPrices(request, context),
  ])
  const words = plainWords(text)
  const names = client ? [...telling(client, request)] : []
  const amounts = amountsIn(text)
  const issues = []
  if (names.some((name) => words.includes(name)) || (client?.phone && digits(text).includes(digits(client.phone)))) {
    issues.push({ path, message: 'An operator must not learn who the client is: leave the name out' })
  }
  if (request.budget !== null && amounts.has(parseMoney(request.budget))) {
    issues.push({ path, message: "An operator must not learn the client's budget: leave the amount out" })
  }
  if (prices.amounts.some((amount) => amounts.has(amount)) || namesMargin(text, prices.margin_percent)) {
    issues.push({ path, message: "An operator must not learn our margin or the client's price: leave them out" })
  }
  if (issues.length > 0) throw new InvalidInputError(issues)
}

/** Refuses a text for the client that tells whose quote is behind the proposal, what it costs us, or what we earn. */
export function refuseNetFacts(
  fields: Record<string, string>,
  facts: { operator_name: string; total_amount: string; margin_applied: string },
) {
  const operator = plainWords(plainName(facts.operator_name))
  const issues = Object.entries(fields).flatMap(([path, text]) => {
    const amounts = amountsIn(text)
    const found = []
    if (operator.trim() && plainWords(text).includes(operator)) {
      found.push({ path, message: 'The client must not learn the operator: leave the name out' })
    }
    const secret = [facts.total_amount, facts.margin_applied]
      .map((amount) => parseMoney(amount))
      .filter((cents) => cents > 0n)
    if (secret.some((cents) => amounts.has(cents)) || /\b(net price|our margin|our mark-?up)\b/i.test(text)) {
      found.push({ path, message: 'The client must not learn the net price or our margin: leave them out' })
    }
    return found
  })
  if (issues.length > 0) throw new InvalidInputError(issues)
}

/** Words of so many names and addresses that they tell of nobody, those of mail providers among them. */
const COMMON = new Set(
  'example gmail googlemail hotmail icloud live mail outlook proton protonmail yahoo air aviation capital charter client company corporate corporation enterprises family finance financial fund global group holding holdings industries international investment investments jet jets management media office partners properties services solutions systems technologies technology the travel trust ventures and for'.split(
    ' ',
  ),
)

/** The words that give a client away. A word that also names an airport of the trip gives nothing away. */
function telling(
  client: { company_name: string; contact_name: string | null; email: string | null },
  request: Request,
) {
  const route = request.segments
    .flatMap(({ departure_airport, arrival_airport }) => [departure_airport, arrival_airport])
    .map((code) => getAirport(code))
    .map((airport) => plainWords(`${airport?.name} ${airport?.city} ${airport?.country}`))
    .join(' ')
  const [mailbox = '', domain = ''] = (client.email ?? '').split('@')
  const single = [
    ...plainWords(plainName(client.company_name)).split(' '),
    ...plainWords(client.contact_name ?? '')
      .split(' ')
      .slice(-2),
    ...plainWords(domain.split('.').slice(0, -1).join(' ')).split(' '),
  ].filter((word) => word.length > 2 && !COMMON.has(word) && !route.includes(` ${word} `))
  const whole = [client.company_name, plainName(client.company_name), client.contact_name ?? '', `${mailbox} ${domain}`]
  const names = [...single.map((word) => ` ${word} `), ...whole.map(plainWords)]
  return new Set(names.filter((name) => name.trim().length > 1))
}

const Prices = z.object({ final_amount: Money.nullable(), margin_applied: Money.nullable() })

async function clientPrices(request: Request, context: ToolContext) {
  const [proposals, agent] = await Promise.all([
    rows(
      Prices,
      context.db
        .from('proposals')
        .select(columnsOf(Prices, Object.keys(Prices.shape)))
        .eq('request_id', request.id),
    ),
    readMargin(context),
  ])
  const written = proposals.flatMap(({ final_amount, margin_applied }) => [final_amount, margin_applied])
  const fixed = agent.margin_type === 'fixed' ? [agent.margin_value] : []
  return {
    amounts: [...written, ...fixed].flatMap((amount) => (amount === null ? [] : [parseMoney(amount)])).filter(Boolean),
    margin_percent: agent.margin_type === 'percentage' ? agent.margin_value : null,
  }
}

const MARGIN = /\b(our|my|broker'?s?|a|the|your|\d+\s?%)\s+(margin|mark-?up)\b|\b(margin|mark-?up)\s+(of|is|on)\b/i

/** The margin in words, or its very percentage. */
function namesMargin(text: string, percent: string | null) {
  if (MARGIN.test(text)) return true
  if (percent === null || Number(percent) === 0) return false
  const shown = String(Number(percent)).replace('.', '[.,]')
  return new RegExp(`(?<![\\d.,])${shown}(?:[.,]0+)?\\s?(%|percent|per cent)`, 'i').test(text)
}

const digits = (text: string) => text.replace(/\D/g, '')
