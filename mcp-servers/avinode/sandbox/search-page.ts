import { html } from 'hono/html'
import { spellMoney } from '../../../tools/money.ts'
import { operatorById } from './fleet.ts'
import type { Leg } from './itinerary.ts'
import { page } from './page-layout.ts'
import type { Rfq, Trip } from './records.ts'
import type { Option } from './selection.ts'

type View = { trip: Trip; legs: Leg[]; options: Option[]; contacted: Rfq[]; problem: string | null }

const SHOWN = 14
const TABS = ['One way', 'Return', 'Multi-leg']

/** The search behind the deep link: the itinerary, the aircraft that fit with Avinode's estimates, and the button that sends RFQs. */
export function searchPage({ trip, legs, options, contacted, problem }: View) {
  if (legs.length === 0) {
    return page(
      'Search',
      html`<h1>Search</h1><section><p>The search form is empty: this trip carries no segments to search for.</p></section>`,
    )
  }
  const asked = new Set(contacted.map(({ operator_id }) => operator_id))
  const suitable = options.filter(({ is_suitable }) => is_suitable)
  const shown = (suitable.length > 0 ? suitable : options).slice(0, SHOWN)
  const wanted = trip.criteria.requiredLift?.[0]
  return page(
    `Search ${trip.display_id}`,
    html`<h1>Search for trip ${trip.display_id}</h1>
      ${problem ? html`<section role="alert">${problem}</section>` : ''}
      ${itinerary(legs)}
      <section>
        <form method="post" action="/marketplace/mvc/search/load/${trip.id}">
          <h2 id="pick">Pick operators</h2>
          <p class="soft">${wanted ? `Wanted: ${wanted.aircraftType ?? wanted.aircraftCategory ?? wanted.aircraftTail}. ` : ''}Prices are estimates, not offers: an operator's price comes with its quote.</p>
          <table aria-labelledby="pick">
            <thead><tr><th>Send</th><th>Operator</th><th>Aircraft</th><th>Category</th><th class="num">Seats</th><th class="num">Estimate</th></tr></thead>
            <tbody>${shown.map((option) => row(option, asked))}</tbody>
          </table>
          <label>Message to operators<textarea name="message" rows="2" maxlength="4000"></textarea></label>
          <div class="row"><button type="submit">Send RFQs</button><a href="/marketplace/mvc/trips/buying/${trip.id}?source=api">Trip and answers</a></div>
        </form>
      </section>`,
  )
}

const row = ({ aircraft, estimate_cents }: Option, asked: Set<string>) => {
  const operator = operatorById(aircraft.operator_id)
  const label = `${operator?.name}, ${aircraft.type}`
  return html`<tr>
    <td>${
      asked.has(aircraft.operator_id)
        ? html`<span class="tag">RFQ sent</span>`
        : html`<input type="checkbox" name="aircraft" value="${aircraft.id}" aria-label="${label}" />`
    }</td>
    <td>${operator?.name}<div class="soft">${aircraft.home_base}</div></td>
    <td>${aircraft.type}<div class="soft">${aircraft.tail} · ${aircraft.year}</div></td>
    <td>${aircraft.category}</td><td class="num">${aircraft.max_passengers}</td>
    <td class="num">≈ ${dollars(estimate_cents)}</td>
  </tr>`
}

/** The flights of a trip as a small table. */
export const itinerary = (legs: Leg[]) => html`<section>
  <p class="tag">${TABS[Math.min(legs.length, 3) - 1]}</p>
  <table>
    <thead><tr><th>From</th><th>To</th><th>Date</th><th>Time</th><th class="num">Passengers</th></tr></thead>
    <tbody>${legs.map(
      ({ from, to, date, time, passengers }) => html`<tr>
        <td><strong>${from.icao}</strong> <span class="soft">${from.name}</span></td>
        <td><strong>${to.icao}</strong> <span class="soft">${to.name}</span></td>
        <td>${date}</td><td>${time ?? 'open'}</td><td class="num">${passengers}</td>
      </tr>`,
    )}</tbody>
  </table>
</section>`

export const dollars = (cents: number, currency = 'USD') => spellMoney((cents / 100).toFixed(2), currency)
