import { z } from 'zod'
import { columnsOf, rows } from '../database.ts'
import { pageInput } from '../page.ts'
import { defineTool } from '../tool.ts'
import { FailedExecution } from './execution.ts'

export const listFailedExecutions = defineTool({
  name: 'list_failed_executions',
  description: "List the latest runs of agents on the broker's requests that failed or timed out, newest first.",
  effect: 'read',
  input: z.strictObject({ limit: pageInput.limit }),
  output: z.object({ executions: z.array(FailedExecution) }),
  async run({ limit }, { db }) {
    const failed = db
      .from('agent_executions')
      .select(columnsOf(FailedExecution))
      .in('status', ['failed', 'timeout'])
      .order('created_at', { ascending: false })
      .limit(limit ?? 50)
    return { executions: await rows(FailedExecution, failed) }
  },
})
