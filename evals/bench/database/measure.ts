import type pg from 'pg'

export type Query = { text: string; params?: unknown[] }

export const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * How much longer the first takes than the second, by pairs that were timed one right after the other: what slows a busy
 * machine for a moment slows both of a pair.
 */
export const medianRatio = (first: number[], second: number[]) =>
  median(first.map((time, index) => time / (second[index] ?? Number.NaN)))

/** Who asks: a broker with its rights, or the service, which row level security does not concern. */
export type Asker = { role: 'authenticated'; sub: string } | { role: 'service_role' }

export const SERVICE: Asker = { role: 'service_role' }

async function begin(client: pg.ClientBase, asker: Asker) {
  await client.query('begin')
  await client.query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [
    asker.role,
    JSON.stringify(asker),
  ])
}

/** Milliseconds that a query takes in the way in which PostgREST runs it: a transaction that takes on a role. */
export async function timed(pool: pg.Pool, asker: Asker, { text, params = [] }: Query) {
  const client = await pool.connect()
  try {
    const started = process.hrtime.bigint()
    await begin(client, asker)
    await client.query(text, params)
    await client.query('rollback')
    return Number(process.hrtime.bigint() - started) / 1e6
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`The query failed: ${text}`, { cause })
  } finally {
    client.release()
  }
}

export async function inRole<T>(pool: pg.Pool, asker: Asker, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await begin(client, asker)
    return await work(client)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

type Plan = { 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; Plans?: Plan[] }

/** The whole plan as text, and the tables that it reads row by row. */
export async function explain(client: pg.ClientBase, { text, params = [] }: Query) {
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`explain (format json) ${text}`, params)
  const readThrough: string[] = []
  const visit = (plan: Plan) => {
    if (plan['Node Type'] === 'Seq Scan') readThrough.push(plan['Relation Name'] ?? '')
    for (const each of plan.Plans ?? []) visit(each)
  }
  const [first] = rows[0]?.['QUERY PLAN'] ?? []
  if (first) visit(first.Plan)
  const { rows: lines } = await client.query<{ 'QUERY PLAN': string }>(`explain ${text}`, params)
  return { readThrough, text: lines.map((line) => line['QUERY PLAN']).join('\n') }
}
