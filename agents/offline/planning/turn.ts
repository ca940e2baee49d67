import type { AgentInputItem, ModelRequest } from '@openai/agents'
import { z } from 'zod'
import { RequestRow } from './rows.ts'

const Situation = z.looseObject({
  today: z.iso.date(),
  broker: z.looseObject({ full_name: z.string() }).catch({ full_name: '' }),
  request: RequestRow.nullable().catch(null),
  requests: z.array(RequestRow).catch([]),
  pending_approvals: z.array(z.looseObject({ action: z.string() })).catch([]),
})
/** The facts that the agents' instructions end with. */
export type Situation = z.output<typeof Situation>

/** An expected failure of a tool, as the tools tell models: "<code>: <message>". */
export type Failure = { code: string; message: string }

/** What became of one call of this turn. */
export type ToolResult = { name: string; args: unknown; text: string }

/** What a model is asked, in the terms of the rules. */
export type Turn = {
  situation: Situation
  /** What was said before `text`, oldest first. */
  before: { by: 'broker' | 'assistant'; text: string }[]
  /** What is to be answered now: the broker's words, or a specialist's task as JSON. */
  text: string
  results: ToolResult[]
  tools: ReadonlyMap<string, readonly string[]>
}

/** What the rules do next: call tools, or say something (a specialist: its answer as JSON), which ends the run. */
export type Step = { calls: { name: string; args: Record<string, unknown> }[] } | { say: string }

export const call = (name: string, args: Record<string, unknown>): Step => ({ calls: [{ name, args }] })
export const say = (...parts: (string | null | undefined | false)[]): Step => ({
  say: parts.filter(Boolean).join('\n\n'),
})
export const answer = (value: object): Step => ({ say: JSON.stringify(value) })

export type Outcome<Value> = { ok: true; value: Value } | { ok: false; failure: Failure }

const codes = 'invalid_input|forbidden|not_found|conflict|approval_pending|limit_exceeded|upstream_unavailable|failed'
const failureText = new RegExp(`^(${codes}): ([\\s\\S]*)$`)

/** The newest result of a tool in this turn, or undefined if it was not called yet. */
export function resultOf<Schema extends z.ZodType>(
  turn: Turn,
  name: string,
  schema: Schema,
): Outcome<z.output<Schema>> | undefined {
  const result = turn.results.findLast((one) => one.name === name)
  if (!result) return undefined
  const parsed = schema.safeParse(jsonOf(result.text))
  if (parsed.success) return { ok: true, value: parsed.data }
  const [, code, message] = failureText.exec(result.text.trim()) ?? []
  return {
    ok: false,
    failure: code && message ? { code, message } : { code: 'failed', message: result.text.slice(0, 300) },
  }
}

/** The words of an outward tool's result, which is no JSON: "executed: …", "rejected: …". */
export const textOf = (turn: Turn, name: string) => turn.results.findLast((one) => one.name === name)?.text

export const isDone = (turn: Turn, name: string) => turn.results.some((one) => one.name === name)

/** Takes a model's request apart. What an earlier answer called is over; only calls after the newest user message count. */
export function readTurn(request: ModelRequest): Turn {
  const items: AgentInputItem[] =
    typeof request.input === 'string' ? [{ role: 'user', content: request.input }] : request.input
  const last = items.findLastIndex((item) => 'role' in item && item.role === 'user')
  const said = items.slice(0, Math.max(last, 0)).flatMap((item): Turn['before'] => {
    if (!('role' in item) || item.role === 'system') return []
    return [{ by: item.role === 'user' ? 'broker' : 'assistant', text: textContent(item.content) }]
  })
  const current = items[last]
  return {
    situation: readSituation(request.systemInstructions ?? ''),
    before: said,
    text: current && 'role' in current ? textContent(current.content) : '',
    results: resultsIn(items.slice(last + 1)),
    tools: new Map(
      request.tools.flatMap((tool) =>
        tool.type === 'function' ? [[tool.name, requiredOf(tool.parameters)] as const] : [],
      ),
    ),
  }
}

/** The block stands at the end; the prose before it may speak of it. */
function readSituation(instructions: string): Situation {
  const from = instructions.lastIndexOf('<situation>')
  const block = instructions.slice(from + '<situation>'.length, instructions.lastIndexOf('</situation>'))
  const found = Situation.safeParse(jsonOf(from < 0 ? '' : block))
  return found.data ?? Situation.parse({ today: new Date().toISOString().slice(0, 10) })
}

function resultsIn(items: AgentInputItem[]): ToolResult[] {
  const asked = new Map(
    items.flatMap((item) => (item.type === 'function_call' ? [[item.callId, jsonOf(item.arguments)] as const] : [])),
  )
  return items.flatMap((item) => {
    if (item.type !== 'function_call_result') return []
    return [{ name: item.name, args: asked.get(item.callId), text: textContent(item.output) }]
  })
}

const TextPart = z.looseObject({ text: z.string() })

/** Text comes as a string, as one part or as a list of parts. */
function textContent(content: unknown): string {
  if (typeof content === 'string') return content
  const parts = Array.isArray(content) ? content : [content]
  return parts.map((part) => TextPart.safeParse(part).data?.text ?? '').join('')
}

const requiredOf = (parameters: unknown): readonly string[] =>
  z.looseObject({ required: z.array(z.string()).catch([]) }).safeParse(parameters).data?.required ?? []

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // plain words
  }
}
