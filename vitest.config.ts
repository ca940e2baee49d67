import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{agents,tools,mcp-servers,api,queue,supabase,evals}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
