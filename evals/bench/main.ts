import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** What every file of this folder exports: it measures, prints, and says whether its goals were met. */
export type Bench = (flags: string[]) => Promise<boolean>

/** `npm run bench -- database [flags]` runs `evals/bench/database.ts`. */
const { positionals } = parseArgs({ allowPositionals: true, strict: false })
const [name = ''] = positionals
const file = join(import.meta.dirname, `${name}.ts`)
const isBench =
  /^[a-z][a-z-]*$/.test(name) &&
  name !== 'main' &&
  (await access(file).then(
    () => true,
    () => false,
  ))
if (!isBench) {
  console.error('Name a benchmark, such as: npm run bench -- database')
  process.exit(2)
}
const { bench }: { bench: Bench } = await import(file)
const isGood = await bench(process.argv.slice(2).filter((word) => word !== name))
process.exitCode = isGood ? 0 : 1
