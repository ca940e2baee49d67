import type { TestDesk } from '../../../api/web/test-desk.ts'

/** Gives Dana many deals that have come to an end, as a year at a busy desk leaves them. */
export async function fillDesk({ sql }: TestDesk, deals: number) {
  await sql(
    `insert into public.requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status, metadata)
     select a.id, 'KTEB', 'KVNY', current_date + 30 + n % 300, 1 + n % 12, 'draft', jsonb_build_object('segments', jsonb_build_array(
       jsonb_build_object('departure_airport', 'KTEB', 'arrival_airport', 'KVNY', 'departure_date', current_date + 30 + n % 300,
         'departure_time', null, 'passengers', 1 + n % 12)))
       from generate_series(1, $1::int) n, public.iso_agents a where a.email = 'dana@example.com'`,
    [deals],
  )
}
