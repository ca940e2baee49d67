import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')
const SCHEMAS = [
  'api/config.ts',
  'api/local/config.ts',
  'queue/config.ts',
  'tools/settings.ts',
  'agents/models.ts',
  'mcp-servers/jetvision/stdio.ts',
  'mcp-servers/avinode/stdio.ts',
]

const read = (path: string) => readFile(join(root, path), 'utf8')

it('.env.example names every setting that a process reads, and no other', async () => {
  const example = await read('.env.example')
  const listed = new Set(
    [...example.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\bPORT\b|\bHOST\b/g)].map(([name]) => name),
  )
  const sources = await Promise.all(SCHEMAS.map(read))
  const settings = new Set(
    sources.flatMap((text) => [...text.matchAll(/^ {2,4}([A-Z][A-Z0-9_]+):/gm)].map(([, name]) => name)),
  )

  expect([...settings].filter((name) => name !== undefined && !listed.has(name))).toEqual([])
  const groups = new Set(['OPENAI_'])
  expect([...listed].filter((name) => !settings.has(name) && !groups.has(name))).toEqual([])
})
