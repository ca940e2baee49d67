import { expect, it } from 'vitest'
import { daysAhead, startTestDesk } from '../test-context.ts'
import { requestApproval, runTool } from '../tool.ts'
import { cancelRequest } from './cancel-request.ts'
import { createRequest } from './create-request.ts'
import { createTrip } from './create-trip.ts'
import { getTrip } from './get-trip.ts'

it("a broker who writes the id of another's trip into a request neither reads that trip nor cancels it", async () => {
  await using desk = await startTestDesk()
  const [dana, omar] = [await desk.broker(), await desk.broker()]
  const wanted = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: daysAhead(20), passengers: 8 }
  const danas = (await runTool(createRequest, wanted, dana)).request
  await runTool(createTrip, { request_id: danas.id }, dana)
  const trip = desk.avinode.trips.find(({ external_trip_id }) => external_trip_id === danas.id)
  await desk.sql.query('update public.requests set avinode_trip_id = null where id = $1', [danas.id])
  const { request } = await runTool(createRequest, wanted, omar)
  await omar.db
    .from('requests')
    .update({ avinode_trip_id: trip?.id ?? '' })
    .eq('id', request.id)

  await expect(runTool(getTrip, { request_id: request.id }, omar)).rejects.toMatchObject({ code: 'not_found' })
  const approval = await requestApproval(cancelRequest, { request_id: request.id, reason: 'BY_CLIENT' }, omar)
  const payload = cancelRequest.payload.parse(approval.payload)
  await cancelRequest.perform(payload, omar, { key: 'k', sending: async () => undefined })

  expect(trip).toMatchObject({ canceled: false })
})
