import { OpenAvinode } from '../cards/trip-card.tsx'
import { useAirports } from '../data/airports.ts'
import type { Request } from '../data/rows.ts'
import { readRequest, stateName } from '../data/states.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatAge, formatMoney } from '../look/format.ts'
import { Itinerary } from './itinerary.tsx'
import { RouteLine } from './route-line.tsx'
import { Stepper } from './stepper.tsx'

/** The facts of a deal, and what happens next. */
export function Overview({ request }: { request: Request }) {
  const { store } = useDesk()
  const approvals = useStore(store, (state) => state.approvals)
  const { stage, next, group } = readRequest(request, Object.values(approvals))
  const legs = request.segments.map(({ departure_airport, arrival_airport }) => ({
    from: departure_airport,
    to: arrival_airport,
  }))
  const places = useAirports(legs.flatMap(({ from, to }) => [from, to]))
  return (
    <section className="side overview">
      <Stepper stage={stage} status={request.status} />
      <p className="next-action" data-group={group}>
        {next}
      </p>
      <RouteLine legs={legs} places={places} />
      <Itinerary segments={request.segments} places={places} />
      <dl className="facts">
        <Fact name="Client">{request.client?.company_name ?? 'Not named yet'}</Fact>
        <Fact name="Passengers">{request.passengers}</Fact>
        <Fact name="Aircraft">{request.aircraft_type ?? categoryOf(request) ?? 'Open'}</Fact>
        <Fact name="Budget">{request.budget ? formatMoney(request.budget) : 'Open'}</Fact>
        <Fact name="Wishes">{wishesOf(request) || 'None'}</Fact>
        <Fact name="Operators">
          {request.operators_contacted === 0
            ? 'None asked yet'
            : `${request.operators_contacted} asked, ${request.quotes_received} quoted`}
        </Fact>
        <Fact name="State">
          {stateName(request.status)} <span className="soft">{formatAge(request.updated_at)}</span>
        </Fact>
      </dl>
      <OpenAvinode deep_link={request.avinode_deep_link} isDone={request.operators_contacted > 0} />
    </section>
  )
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const categoryOf = ({ metadata }: Request) =>
  typeof metadata.aircraft_category === 'string' ? metadata.aircraft_category : null

function wishesOf({ special_requirements, metadata }: Request) {
  const wishes = Array.isArray(metadata.special_wishes) ? metadata.special_wishes.map(String) : []
  return [special_requirements, ...wishes.filter((wish) => wish !== special_requirements)].filter(Boolean).join(', ')
}
