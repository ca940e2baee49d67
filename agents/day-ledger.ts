import { z } from 'zod'
import type { Db } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import { type AgentsDeps, limitsOf } from './agent-deps.ts'
import { type Account, DayLimitError, type Use } from './limits.ts'

/** What one broker has used since midnight UTC: as the database knew it when nothing was running here, and what was spent here since. */
type Day = { date: string; known: Promise<Use>; spent: Use; reserved: Use; open: number }

// Runs of one broker at the same time see what the others spend, before any of it is in the database.
const ledgers = new WeakMap<Db, Map<string, Day>>()

const Usage = z.object({ tokens: z.number(), cost_usd: z.number() })

/** The account of one run with its broker's day. Rules cost nothing, so without a model it never runs dry. */
export function dayAccount(deps: AgentsDeps, iso_agent_id: string): Account {
  const nothing = () => undefined
  if (deps.models.offline)
    return { open: async () => undefined, spend: nothing, reserve: () => nothing, close: nothing }
  const { day_tokens, day_cost_usd } = limitsOf(deps)
  let mine: { day: Day; known: Use } | undefined

  const refuseMore = ({ tokens, cost_usd }: Use) => {
    if (!mine) return
    const { known, day } = mine
    const taken = (key: keyof Use) => known[key] + day.spent[key] + day.reserved[key]
    if (taken('tokens') + tokens > day_tokens || taken('cost_usd') + cost_usd > day_cost_usd) throw new DayLimitError()
  }
  return {
    async open() {
      const day = today(deps, iso_agent_id)
      day.open += 1
      try {
        mine = { day, known: await day.known }
        refuseMore({ tokens: 1, cost_usd: 0 })
      } catch (error) {
        day.open -= 1
        mine = undefined
        throw error
      }
    },
    spend: (use) => mine && add(mine.day.spent, use),
    reserve(use) {
      refuseMore(use)
      const reserved = mine?.day.reserved
      if (reserved) add(reserved, use)
      return () => reserved && add(reserved, use, -1)
    },
    close() {
      if (mine) mine.day.open -= 1
      mine = undefined
    },
  }
}

function add(sum: Use, { tokens, cost_usd }: Use, sign = 1) {
  sum.tokens += sign * tokens
  sum.cost_usd += sign * cost_usd
}

const none = (): Use => ({ tokens: 0, cost_usd: 0 })

/** The day that the broker's present runs share, or a new one when none of them is running. */
function today({ supabase, now = () => new Date() }: AgentsDeps, iso_agent_id: string): Day {
  const ledger = ledgers.get(supabase.service) ?? new Map<string, Day>()
  ledgers.set(supabase.service, ledger)
  const date = now().toISOString().slice(0, 10)
  const running = ledger.get(iso_agent_id)
  if (running && running.open > 0 && running.date === date) return running
  const p_since = `${date}T00:00:00Z`
  const known = call(Usage, supabase.service.rpc('assistant_usage', { p_iso_agent_id: iso_agent_id, p_since }))
  const day = { date, known, spent: none(), reserved: none(), open: 0 }
  ledger.set(iso_agent_id, day)
  return day
}
