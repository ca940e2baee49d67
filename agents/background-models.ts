import type { AgentsDeps } from './agent-deps.ts'
import { dayAccount } from './day-ledger.ts'
import { DayLimitError } from './limits.ts'
import { offlineModels } from './models.ts'

/** For work that nobody asks for in a chat: where the broker's day is spent, rules do it, so that quotes are still compared. */
export async function withModelsLeft(deps: AgentsDeps, iso_agent_id: string): Promise<AgentsDeps> {
  const account = dayAccount(deps, iso_agent_id)
  try {
    await account.open()
    return deps
  } catch (error) {
    if (!(error instanceof DayLimitError)) throw error
    return { ...deps, models: offlineModels() }
  } finally {
    account.close()
  }
}
