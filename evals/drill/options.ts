import { parseArgs } from 'node:util'
import { z } from 'zod'

const whole = z
  .string()
  .regex(/^\d+$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.number().positive('must be more than 0'))
const oneOf = <Name extends string>(...names: [Name, ...Name[]]) =>
  z.enum(names, { error: ({ input }) => `knows ${names.join(' and ')}, not ${JSON.stringify(input)}` })

/** What `npm run drill` can be told. */
const Options = z.object({
  n: whole.default(2_000),
  queue: oneOf('redis', 'postgres').default('redis'),
  /** Notifications for each second; by default all within about half a minute, or spread over the storm. */
  rate: whole.optional(),
  /** What is broken: everything that we know, once or twice; or Postgres alone, again and again. */
  storm: oneOf('all', 'postgres').default('all'),
  /** How long Postgres is restarted again and again. */
  minutes: whole.default(5),
  apis: whole.default(2),
  workers: whole.default(2),
  calm: z.boolean().default(false),
  keep: z.boolean().default(false),
  log: oneOf('debug', 'info', 'warn', 'error').default('warn'),
})

/** Reads the words behind `npm run drill --`. Throws a sentence for whatever it does not know, instead of doing something else. */
export function readOptions(args: string[]) {
  const flags = ['calm', 'keep']
  const named = Object.keys(Options.shape).map((name) => [
    name,
    { type: flags.includes(name) ? ('boolean' as const) : ('string' as const) },
  ])
  const { values } = parseArgs({ args, options: Object.fromEntries(named) })
  const parsed = Options.safeParse(values)
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`).join('; '))
  const options = parsed.data
  const seconds = options.storm === 'postgres' ? options.minutes * 60 : 30
  return { ...options, rate: options.rate ?? Math.max(options.storm === 'postgres' ? 1 : 20, options.n / seconds) }
}
