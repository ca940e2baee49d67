import { z } from 'zod'
import { readClient } from '../reading/client.ts'
import { joined, rangeLabel } from './describe.ts'
import { explain } from './failures.ts'
import { type ClientRow, Clients, OneClient, OneRequest } from './rows.ts'
import { readTask, type Task } from './specialist.ts'
import { answer, call, resultOf, type Step, type Turn } from './turn.ts'

/** Finds the client that the task names, creates it where the task says so, and ties it to the request. */
export function planClientData(turn: Turn): Step {
  const task = readTask(turn)
  const name = /"([^"]+)"/.exec(task.task)?.[1] ?? readClient(task.task).client
  if (!name) return answer(nobody('The task names no client.'))
  const found = resultOf(turn, 'find_clients', Clients)
  if (!found) return call('find_clients', { query: name })
  if (!found.ok) return answer(nobody(explain(found.failure)))
  const { client, candidates } = likeliest(found.value.clients, name)
  if (client && /^Update the client\b/.test(task.task)) return change(turn, task, client)
  if (client) return attach(turn, task, client, false)
  if (candidates.length > 0) {
    const names = candidates.map(({ company_name }) => company_name)
    return answer({
      ...nobody(`Several clients fit "${name}": ${joined(names, 'or')}.`),
      candidates: candidates.map(({ id, company_name }) => ({ id, company_name })),
    })
  }
  if (!/\b(create|add|new client|set up|register)\b/i.test(task.task))
    return answer(nobody(`There is no client called "${name}".`))
  const created = resultOf(turn, 'create_client', OneClient)
  if (!created) return call('create_client', { company_name: name, ...contact(task.task) })
  if (!created.ok) return answer(nobody(explain(created.failure)))
  return attach(turn, task, created.value.client, created.value.created)
}

const nobody = (note: string) => ({ client: null, candidates: [], created: false, preferences_summary: null, note })

function attach(turn: Turn, { request_id }: Task, client: ClientRow, created: boolean): Step {
  const attached = resultOf(turn, 'update_request', OneRequest)
  if (request_id && !attached) return call('update_request', { request_id, client_profile_id: client.id })
  const { id, company_name, contact_name = null, email = null } = client
  const failure = attached && !attached.ok ? ` It could not be tied to the request: ${explain(attached.failure)}` : ''
  return answer({
    client: { id, company_name, contact_name, email },
    candidates: [],
    created,
    preferences_summary: likes(client),
    note: `${company_name} ${created ? 'was created' : 'was found'}${request_id && !failure ? ' and tied to the request' : ''}.${failure}`,
  })
}

/** New contact data of a client that exists. */
function change(turn: Turn, { task }: Task, client: ClientRow): Step {
  const changed = resultOf(turn, 'update_client', OneClient)
  if (!changed) return call('update_client', { client_id: client.id, ...contact(task) })
  if (!changed.ok) return answer(nobody(explain(changed.failure)))
  const { id, company_name, contact_name = null, email = null } = changed.value.client
  const { email: address, phone, contact_name: person } = contact(task)
  const news = [address && `e-mail ${address}`, phone && `phone ${phone}`, person && `contact ${person}`].filter(
    Boolean,
  )
  return answer({
    client: { id, company_name, contact_name, email },
    candidates: [],
    created: false,
    preferences_summary: null,
    note: `Noted for ${company_name}: ${news.join(', ')}.`,
  })
}

const legalForm = /\b(inc|llc|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|sa|lp|llp)\b\.?/g
const plainName = (name: string) =>
  name
    .toLowerCase()
    .replace(legalForm, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** One client is certain when it is the only one found, or the only one of exactly this name. */
function likeliest(
  clients: readonly ClientRow[],
  name: string,
): { client: ClientRow | null; candidates: readonly ClientRow[] } {
  const same = clients.filter(({ company_name }) => plainName(company_name) === plainName(name))
  const certain = same.length === 1 ? same[0] : clients.length === 1 ? clients[0] : undefined
  return certain ? { client: certain, candidates: [] } : { client: null, candidates: clients }
}

function contact(task: string) {
  return {
    contact_name: /Contact: ([^.]+)\./.exec(task)?.[1] ?? null,
    email: /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(task)?.[0] ?? null,
    phone: /Phone: (\+[\d ()-]+)/.exec(task)?.[1]?.trim() ?? null,
    preferences: null,
    notes: null,
  }
}

/** What says by itself what it is, in the order in which a broker thinks of it. */
const plainKeys = ['preferred_aircraft', 'dietary_restrictions', 'preferred_amenities']
const rank = (key: string) => (plainKeys.includes(key) ? plainKeys.indexOf(key) : plainKeys.length)

const BudgetRange = z.object({ min: z.string(), max: z.string() })

/** What the client likes, in one sentence, from the preferences as they are kept. */
function likes({ company_name, preferences }: ClientRow): string | null {
  const named = Object.entries(preferences ?? {}).toSorted(([a], [b]) => rank(a) - rank(b))
  const parts = named.flatMap(([key, value]) => {
    const range = BudgetRange.safeParse(value).data
    const text = range ? rangeLabel(range.min, range.max) : valueText(value)
    if (!text) return []
    return [plainKeys.includes(key) ? text : `${key.replaceAll('_', ' ')} ${text}`]
  })
  return parts.length > 0 ? `What we know of ${company_name}: ${parts.join('; ')}.` : null
}

function valueText(value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null
  if (Array.isArray(value)) return value.length > 0 ? joined(value.map(String)) : null
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([key, inner]) => `${key} ${valueText(inner) ?? '?'}`)
      .join(', ')
  return String(value)
}
