import { defineConfig } from 'vitest/config'
import type { Reporter } from 'vitest/node'

/** Closes the run with one plain line, for people and programs that read nothing else. */
const closingLine: Reporter = {
  onTestRunEnd(modules) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const ended = (state: string) => tests.filter((test) => test.result().state === state).length
    const broken = modules.filter((module) => module.errors().length > 0).length
    process.on('exit', () =>
      console.log(`${ended('passed')} passed, ${ended('failed') + broken} failed, ${ended('skipped')} skipped`),
    )
  },
}

export default defineConfig({
  test: {
    include: ['{agents,tools,mcp-servers,api,queue,supabase,evals}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    globalSetup: 'supabase/embedded/test-cluster.ts',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 50_000 } },
    // A shared machine may stall for seconds; on a developer's own, a second try would hide something.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', closingLine],
  },
})
