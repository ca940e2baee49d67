-- A small agency to try things with. Every person, company and address is made up. May run any number of times.
-- The history leaves Dana without an open request for Acme or Redwood, so that "the Acme trip" is the one that you ask for.

insert into public.iso_agents (id, clerk_user_id, email, full_name, role, margin_type, margin_value) values
  ('a0000000-0000-4000-8000-000000000001', 'user_dana_example', 'dana@example.com', 'Dana Whitfield', 'iso_agent', 'percentage', 15),
  ('a0000000-0000-4000-8000-000000000002', 'user_omar_example', 'omar@example.com', 'Omar Haddad', 'iso_agent', 'fixed', 7500),
  ('a0000000-0000-4000-8000-000000000003', 'user_lena_example', 'lena@example.com', 'Lena Brandt', 'iso_agent', 'percentage', 12.5),
  ('a0000000-0000-4000-8000-000000000004', 'user_alex_example', 'alex@example.com', 'Alex Morgan', 'admin', 'percentage', 10)
on conflict do nothing;

insert into public.client_profiles (id, iso_agent_id, company_name, contact_name, email, phone, preferences, notes) values
  (
    'c0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001',
    'Acme', 'Jordan Avery', 'jordan.avery@acme.example.com', '+1 201 555 0142',
    '{
      "preferred_aircraft": ["Gulfstream G650"],
      "dietary_restrictions": ["vegetarian", "no peanuts"],
      "preferred_amenities": ["Wi-Fi", "conference seating"],
      "budget_range": {"min": "90000.00", "max": "140000.00"}
    }',
    'Flies between Teterboro and Los Angeles about once a month.'
  ),
  (
    'c0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001',
    'Redwood', 'Sam Rivers', 'sam.rivers@redwood.example.com', '+1 650 555 0118',
    '{
      "preferred_aircraft": ["Challenger 350", "Citation Latitude"],
      "dietary_restrictions": [],
      "preferred_amenities": ["Wi-Fi", "pets on board"],
      "budget_range": {"min": "20000.00", "max": "60000.00"}
    }',
    'Two dogs travel along.'
  ),
  (
    'c0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002',
    'Harbor Lights Media', 'Priya Nolan', 'priya.nolan@harborlights.example.com', '+1 305 555 0176',
    '{
      "preferred_aircraft": ["Global 6000"],
      "dietary_restrictions": ["halal"],
      "preferred_amenities": ["beds"],
      "budget_range": {"min": "150000.00", "max": "260000.00"}
    }',
    null
  )
on conflict do nothing;

insert into public.operator_profiles (
  id, avinode_operator_id, avinode_company_id, company_name, contact_name, contact_email, contact_phone, aoc_number,
  country_code, region, operator_rating, fleet_size, aircraft_types, certifications, preferred_contact,
  is_preferred_partner, last_synced_at
) values
  ('b0000000-0000-4000-8000-000000000001', 'acomp-seed-1', 'acomp-seed-1', 'Summit Air Charter', 'Robin Keller', 'charter@summitair.example.com', '+1 914 555 0101', 'SUMA001A', 'US', 'Northeast', 4.80, 14, '{"Gulfstream G650","Gulfstream G550","Challenger 350"}', '{"ARGUS Platinum","IS-BAO Stage 3","Wyvern Wingman"}', 'avinode', true, now()),
  ('b0000000-0000-4000-8000-000000000002', 'acomp-seed-2', 'acomp-seed-2', 'Blue Coast Jets', 'Marta Silva', 'ops@bluecoast.example.com', '+1 310 555 0102', 'BLCA002B', 'US', 'West', 4.40, 9, '{"Gulfstream G550","Citation Latitude"}', '{"ARGUS Gold","IS-BAO Stage 2"}', 'both', false, now()),
  ('b0000000-0000-4000-8000-000000000003', 'acomp-seed-3', 'acomp-seed-3', 'Northern Crown Aviation', 'Elin Dahl', 'charter@northerncrown.example.com', '+44 20 5550 0103', 'NCAV003C', 'GB', 'Europe', 4.60, 21, '{"Global 6000","Challenger 650"}', '{"IS-BAO Stage 3","Wyvern Registered"}', 'avinode', true, now())
on conflict do nothing;

insert into public.requests (
  id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, return_date, passengers,
  aircraft_type, budget, special_requirements, status, metadata, operators_contacted, quotes_expected, quotes_received,
  created_at
)
select
  id::uuid, agent::uuid, client::uuid, origin, destination, current_date + days, current_date + back, passengers, aircraft,
  budget, wishes, status::public.request_status,
  jsonb_build_object('segments', case
    when back is null then jsonb_build_array(there)
    else jsonb_build_array(there, jsonb_build_object(
      'departure_airport', destination, 'arrival_airport', origin, 'departure_date', current_date + back,
      'departure_time', null, 'passengers', passengers
    ))
  end, 'special_wishes', '[]'::jsonb),
  contacted, contacted, received, now() - make_interval(days => age)
from (
  values
    ('d0000000-0000-4000-8000-000000000001', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000001', 'KTEB', 'KVNY', -40, -37, 6, 'Gulfstream G650', 115000.00, null, 'completed', 2, 2, 60),
    ('d0000000-0000-4000-8000-000000000002', 'a0000000-0000-4000-8000-000000000001', 'c0000000-0000-4000-8000-000000000002', 'KSQL', 'KASE', -15, null, 4, 'Challenger 350', 42000.00, 'Two dogs on board', 'cancelled', 1, 1, 30),
    ('d0000000-0000-4000-8000-000000000003', 'a0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000003', 'KOPF', 'EGGW', 21, 26, 9, 'Global 6000', 240000.00, 'Halal catering', 'analyzing_proposals', 2, 2, 2),
    ('d0000000-0000-4000-8000-000000000004', 'a0000000-0000-4000-8000-000000000002', 'c0000000-0000-4000-8000-000000000003', 'KOPF', 'KTEB', 35, null, 5, null, null, null, 'draft', 0, 0, 1)
) as seed (id, agent, client, origin, destination, days, back, passengers, aircraft, budget, wishes, status, contacted, received, age),
lateral (
  select jsonb_build_object(
    'departure_airport', origin, 'arrival_airport', destination, 'departure_date', current_date + days,
    'departure_time', null, 'passengers', passengers
  ) as there
) first_segment
on conflict do nothing;

insert into public.quotes (
  id, request_id, operator_profile_id, operator_id, operator_name, base_price, fuel_surcharge, taxes, fees, total_price,
  aircraft_type, aircraft_tail_number, aircraft_details, availability_confirmed, valid_until, score, ranking,
  analysis_notes, status, received_at, created_at
)
select
  seed.id::uuid, request::uuid, o.id, o.avinode_operator_id, o.company_name, base, fuel, taxes, fees, base + fuel + taxes + fees,
  aircraft, tail, jsonb_build_object('year_built', built, 'seats', seats, 'wifi', true), true,
  now() + make_interval(days => valid_days), score, ranking, notes, status::public.quote_status,
  now() - make_interval(days => age), now() - make_interval(days => age)
from (
  values
    ('e0000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', 'acomp-seed-1', 92000.00, 9500.00, 7500.00, 3000.00, 'Gulfstream G650', 'N650SA', 2019, 14, -50, 91, 1, 'The preferred aircraft, within budget.', 'accepted', 58),
    ('e0000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', 'acomp-seed-2', 81000.00, 8800.00, 6700.00, 2900.00, 'Gulfstream G550', 'N550BC', 2014, 14, -50, 78, 2, 'Cheaper, but not the preferred aircraft.', 'rejected', 58),
    ('e0000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000002', 'acomp-seed-2', 31000.00, 3200.00, 2400.00, 900.00, 'Citation Latitude', 'N270BC', 2020, 9, -20, 74, 1, 'The only offer.', 'expired', 28),
    ('e0000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000003', 'acomp-seed-3', 178000.00, 21000.00, 9500.00, 4200.00, 'Global 6000', 'G-NCRA', 2018, 13, 7, 88, 1, 'The preferred aircraft, well within budget.', 'analyzed', 1),
    ('e0000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000003', 'acomp-seed-1', 196000.00, 22500.00, 10800.00, 4400.00, 'Gulfstream G650', 'N651SA', 2021, 14, 5, 80, 2, 'Newer and faster, close to the budget.', 'analyzed', 1)
) as seed (id, request, operator, base, fuel, taxes, fees, aircraft, tail, built, seats, valid_days, score, ranking, notes, status, age)
join public.operator_profiles o on o.avinode_operator_id = seed.operator
on conflict do nothing;
