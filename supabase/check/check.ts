import { KINDS, type Kind, type Named, type Query, read } from './live.ts'
import { OPEN_FUNCTIONS } from './open-functions.ts'
import { minimum, type Specification, specification } from './specification.ts'

export type Finding = { differences: string[]; counts: Record<string, number> }

/** Kinds of which a database may have more than is specified: our own functions, what else a Supabase project keeps. */
const MAY_HAVE_MORE: readonly Kind[] = ['function', 'bucket', 'live table', 'migration']

/** Compares a live database with the specification, and says every difference in a sentence. */
export async function checkDatabase(query: Query, expected: Specification = specification): Promise<Finding> {
  const differences: string[] = []
  const counts: Record<string, number> = {}
  for (const kind of KINDS) {
    const found = await read(kind, query)
    // Policies on Supabase's own tables do not count.
    counts[kind] = Object.keys(found).filter((name) => !name.includes('/')).length
    differences.push(...compare(kind, expected[kind], found))
  }
  for (const [kind, least] of Object.entries(minimum)) {
    const there = counts[kind] ?? 0
    if (there < least) differences.push(`the count of ${kind} is ${there}, at least ${least} are specified`)
  }
  return { differences: [...differences, ...(await checkFunctions(query, expected.function))], counts }
}

function compare(kind: Kind, specified: Named, found: Named) {
  const names = new Set([...Object.keys(specified), ...Object.keys(found)])
  return [...names].flatMap((name) => {
    const [is, should] = [found[name], specified[name]]
    if (is === should) return []
    if (is === undefined) return [`${kind} ${name} is missing`]
    if (should !== undefined) return [`${kind} ${name} is ${is}, specified is ${should}`]
    return mayBeThere(kind, name) ? [] : [`${kind} ${name} is not specified`]
  })
}

/** Policies of other applications on Supabase's own tables are theirs; on ours, every one counts. */
const mayBeThere = (kind: Kind, name: string) =>
  MAY_HAVE_MORE.includes(kind) || (kind === 'policy' && name.includes('/'))

/** Functions run with more rights than their caller's: who may call one is part of what is specified. */
async function checkFunctions(query: Query, expected: Named) {
  const names = async (condition: string) =>
    (
      await query<{ name: string }>(`
        select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname in ('public', 'private') and ${condition}
          and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1`)
    ).rows.map(({ name }) => name)
  const mayCall = (role: string) =>
    `n.nspname = 'public' and exists (select from pg_roles where rolname = '${role}')
     and has_function_privilege('${role}', p.oid, 'execute')`
  const open = await names(mayCall('authenticated'))
  const called = Object.keys(expected).filter((name) => !expected[name]?.includes('-> trigger'))
  const served = await names(mayCall('service_role'))
  const specified = Object.keys(OPEN_FUNCTIONS).map((name) => `public.${name}`)
  return [
    // Of a path that does not name pg_temp, it comes first: a type that a caller made there would be used with the owner's rights.
    ...(await names("not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)")).map(
      (name) => `function ${name} has another search_path than pg_catalog, pg_temp`,
    ),
    ...(await names(mayCall('anon'))).map((name) => `function ${name} may be called by anyone`),
    ...open
      .filter((name) => !specified.includes(name))
      .map((name) => `function ${name} may be called by whoever signed in`),
    ...called
      .map((name) => `public.${name}`)
      .filter((name) => !served.includes(name))
      .map((name) => `function ${name} may not be called by the service`),
    ...specified.filter((name) => !open.includes(name)).map((name) => `function ${name} may not be called by brokers`),
  ]
}
