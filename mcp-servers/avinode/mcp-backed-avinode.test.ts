import { describe, expect, it } from 'vitest'
import { AvinodeUnavailableError } from '../../tools/avinode/unavailable.ts'
import { ConflictError, InvalidInputError, NotFoundError, UpstreamError } from '../../tools/errors.ts'
import { connectAvinodeMcp } from './connect.ts'
import { createMcpBackedAvinode } from './mcp-backed-avinode.ts'
import { newTrip, signal, silent } from './sandbox/testing.ts'
import { startServedAvinode } from './testing.ts'

async function throughMcp(...options: Parameters<typeof startServedAvinode>) {
  const served = await startServedAvinode(...options)
  const connection = connectAvinodeMcp(served.url, { log: silent })
  return {
    ...served,
    direct: served.avinode,
    avinode: createMcpBackedAvinode(connection),
    async [Symbol.asyncDispose]() {
      await connection.close()
      await served[Symbol.asyncDispose]()
    },
  }
}

describe('the port through MCP', () => {
  it('gives exactly what the port gives without it', async () => {
    await using world = await throughMcp()
    const { avinode, direct } = world
    const trip = await avinode.createTrip(newTrip(), signal)
    await world.play(`trips/${trip.id}/send-rfqs`, { operators: 2 })
    const { quote_id, message_id, rfq_id } = await world.play(`trips/${trip.id}/operator-quote`)

    expect(await avinode.getTrip(trip.id, signal)).toEqual(await direct.getTrip(trip.id, signal))
    expect(await avinode.findTrip('request-1', signal)).toEqual(await direct.getTrip(trip.id, signal))
    expect(await avinode.findTrip('request-2', signal)).toBeUndefined()
    expect(await avinode.getRfq(rfq_id, signal)).toEqual(await direct.getRfq(rfq_id, signal))
    expect(await avinode.getQuote(quote_id, signal)).toEqual(await direct.getQuote(quote_id, signal))
    expect(await avinode.getTripMessage(message_id, signal)).toEqual(await direct.getTripMessage(message_id, signal))
    expect(await avinode.searchAirports('Van Nuys', signal)).toEqual(await direct.searchAirports('Van Nuys', signal))
    expect(await avinode.sendTripMessage(rfq_id, 'Thank you', signal)).toMatchObject({
      from: 'broker',
      text: 'Thank you',
    })
    expect(await avinode.updateTrip(trip.id, newTrip(), signal)).toEqual(await direct.getTrip(trip.id, signal))
    await avinode.cancelTrip(trip.id, { reason: 'CHANGED', message: 'Sorry' }, signal)
    expect(await direct.getTrip(trip.id, signal)).toMatchObject({ canceled: true })
  })

  it('throws the errors that the port promises', async () => {
    await using world = await throughMcp({}, { timeoutMs: 60 })
    const { avinode } = world
    const { id } = await avinode.createTrip(newTrip(), signal)
    const [segment] = newTrip().segments
    const nowhere = newTrip({ segments: segment ? [{ ...segment, departure_airport: 'XYZQ' }] : [] })

    await expect(avinode.getTrip('atrip-1', signal)).rejects.toThrow(NotFoundError)
    await expect(avinode.getTrip('atrip-1', signal)).rejects.toThrow('Trip atrip-1 was not found')
    const refusal = await avinode.createTrip(nowhere, signal).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(InvalidInputError)
    expect(refusal).toMatchObject({ details: { issues: [{ path: 'segments.0.departure_airport' }] } })
    await avinode.cancelTrip(id, { reason: 'OTHER', message: '' }, signal)
    await expect(avinode.cancelTrip(id, { reason: 'OTHER', message: '' }, signal)).rejects.toThrow(ConflictError)
    await world.play('faults', { hang: true })
    await expect(avinode.sendTripMessage('arfq-1', 'Hello', signal)).rejects.toMatchObject({
      details: { outcome: 'unknown' },
    })
    await world.play('faults', { status: 429, retry_after_seconds: 21 })
    await expect(avinode.getTrip(id, signal)).rejects.toMatchObject({
      upstream: 'avinode',
      retryable: true,
      retry_after_seconds: 21,
    })
  })

  it('refuses input that the server would not take as invalid, not as an outage', async () => {
    await using world = await throughMcp()
    const [segment] = newTrip().segments

    const creating = world.avinode.createTrip(
      newTrip({ segments: segment ? [{ ...segment, departure_date: 'tomorrow' }] : [] }),
      signal,
    )

    await expect(creating).rejects.toThrow(InvalidInputError)
  })

  it('stops when the caller does', async () => {
    await using world = await throughMcp()
    await world.play('faults', { hang: true })
    const stop = new AbortController()

    const reading = world.avinode.getTrip('atrip-1', stop.signal)
    stop.abort(new Error('stopped by the broker'))

    await expect(reading).rejects.toThrow('stopped by the broker')
  })
})

describe('a server that is away', () => {
  it('is an outage at first, and once it is back the same connection works', async () => {
    await using world = await throughMcp()
    await world.stop()
    await expect(world.avinode.findTrip('request-1', signal)).rejects.toThrow(UpstreamError)

    await world.start()

    await expect(world.avinode.findTrip('request-1', signal)).resolves.toBeUndefined()
  })

  it('in the middle of the work is an outage too, with a restart that nobody notices', async () => {
    await using world = await throughMcp()
    const trip = await world.avinode.createTrip(newTrip(), signal)
    await world.stop()
    await world.start()
    await expect(world.avinode.getTrip(trip.id, signal)).resolves.toEqual(trip)

    await world.stop()
    await expect(world.avinode.getTrip(trip.id, signal)).rejects.toThrow(AvinodeUnavailableError)
    await world.start()
    await expect(world.avinode.getTrip(trip.id, signal)).resolves.toEqual(trip)
  })
})

it('an answer that is none of the port’s is an outage, whatever the server', async () => {
  const avinode = createMcpBackedAvinode({ callTool: async () => ({ structuredContent: { trip: { id: 7 } } }) })

  await expect(avinode.getTrip('atrip-1', signal)).rejects.toThrow(AvinodeUnavailableError)
})

it('a typed error survives a client that passes on only the text', async () => {
  const error = {
    code: 'not_found',
    status: 404,
    message: 'Trip x was not found',
    retryable: false,
    retry_after_seconds: null,
    issues: [],
    outcome: null,
  }
  const avinode = createMcpBackedAvinode({
    callTool: async () => ({ isError: true, content: [{ type: 'text', text: JSON.stringify({ error }) }] }),
  })

  await expect(avinode.getTrip('x', signal)).rejects.toThrow(new NotFoundError('Trip x'))
})
