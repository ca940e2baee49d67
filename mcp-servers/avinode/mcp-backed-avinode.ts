import { z } from 'zod'
import type { Avinode } from '../../tools/avinode/avinode.ts'
import { AvinodeUnavailableError } from '../../tools/avinode/unavailable.ts'
import { InvalidInputError } from '../../tools/errors.ts'
import { airportSchema, messageSchema, quoteSchema, rfqSchema, tripSchema } from './schemas.ts'
import { ERROR_META, fromToolError, ToolError } from './tool-error.ts'

/** What of a tool's answer is read here; the official clients' results fit. */
export type ToolAnswer = {
  isError?: boolean | undefined
  structuredContent?: unknown
  content?: unknown
  _meta?: Record<string, unknown> | undefined
}

export type CallTool = (name: string, input: Record<string, unknown>, signal: AbortSignal) => Promise<ToolAnswer>

/** The port over an MCP connection to the Avinode server: the same promises, the same typed errors. */
export function createMcpBackedAvinode({ callTool }: { callTool: CallTool }): Avinode {
  async function call<Out extends z.ZodType>(
    name: string,
    input: Record<string, unknown>,
    output: Out,
    signal: AbortSignal,
  ) {
    const answer = await callTool(name, input, signal)
    if (answer.isError) throw errorOf(answer)
    const parsed = output.safeParse(answer.structuredContent)
    if (parsed.success) return parsed.data
    throw new AvinodeUnavailableError('The Avinode MCP server gave an answer that is not understood', 'unknown', {
      cause: new Error(z.prettifyError(parsed.error)),
    })
  }
  const trip = z.object({ trip: tripSchema })
  const message = z.object({ message: messageSchema })

  return {
    createTrip: async (input, signal) => (await call('create_trip', input, trip, signal)).trip,
    async findTrip(external_trip_id, signal) {
      const output = z.object({ trip: tripSchema.nullable() })
      return (await call('find_trip', { external_trip_id }, output, signal)).trip ?? undefined
    },
    getTrip: async (trip_id, signal) => (await call('get_trip', { trip_id }, trip, signal)).trip,
    updateTrip: async (trip_id, input, signal) => (await call('update_trip', { trip_id, ...input }, trip, signal)).trip,
    async cancelTrip(trip_id, cancel, signal) {
      await call('cancel_trip', { trip_id, ...cancel }, z.object({ canceled: z.literal(true) }), signal)
    },
    getRfq: async (rfq_id, signal) => (await call('get_rfq', { rfq_id }, z.object({ rfq: rfqSchema }), signal)).rfq,
    getQuote: async (quote_id, signal) =>
      (await call('get_quote', { quote_id }, z.object({ quote: quoteSchema }), signal)).quote,
    getTripMessage: async (message_id, signal) =>
      (await call('get_trip_message', { message_id }, message, signal)).message,
    sendTripMessage: async (rfq_id, text, signal) =>
      (await call('send_trip_message', { rfq_id, text }, message, signal)).message,
    searchAirports: async (filter, signal) =>
      (await call('search_airports', { filter }, z.object({ airports: z.array(airportSchema) }), signal)).airports,
  }
}

function errorOf({ _meta, content }: ToolAnswer): Error {
  const written = textOf(content)
  const typed = ToolError.safeParse(_meta?.[ERROR_META] ?? writtenError(written))
  if (typed.success) return fromToolError(typed.data)
  if (written.startsWith('Input validation error')) {
    return new InvalidInputError([{ path: '', message: 'Avinode cannot take this input' }], undefined, {
      cause: written,
    })
  }
  return new AvinodeUnavailableError('The Avinode MCP server failed', 'unknown')
}

function textOf(content: unknown): string {
  const texts = z.array(z.object({ text: z.string() })).safeParse(content)
  return texts.data?.[0]?.text ?? ''
}

/** Some clients drop `_meta`; the text says the same. */
function writtenError(written: string): unknown {
  try {
    return JSON.parse(written).error
  } catch {
    return undefined // words for people: the caller gets the general failure
  }
}
