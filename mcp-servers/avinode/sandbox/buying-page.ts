import { html } from 'hono/html'
import { operatorById } from './fleet.ts'
import type { Leg } from './itinerary.ts'
import { page } from './page-layout.ts'
import type { Lift, Message, Quote, Rfq, Trip } from './records.ts'
import { dollars, itinerary } from './search-page.ts'

type RfqView = { rfq: Rfq; lifts: { lift: Lift; quotes: Quote[] }[]; messages: Message[] }
export type TripView = { trip: Trip; legs: Leg[]; rfqs: RfqView[] }

const ANSWERS = { unanswered: 'Unanswered', accepted: 'Accepted', declined: 'Declined' }

/** A trip with its RFQs and what came back, and a marked area that plays the operators. */
export function buyingPage({ trip, legs, rfqs }: TripView, problem: string | null) {
  const open = rfqs.filter(({ rfq }) => !rfq.canceled)
  const action = `/marketplace/mvc/trips/buying/${trip.id}`
  return page(
    `Trip ${trip.display_id}`,
    html`<h1>Trip ${trip.display_id} ${trip.canceled ? html`<span class="tag canceled">Cancelled</span>` : ''}</h1>
      ${problem ? html`<section role="alert">${problem}</section>` : ''}
      ${legs.length > 0 ? itinerary(legs) : ''}
      <div id="live" aria-live="polite">
        <h2>RFQs</h2>
        ${rfqs.length === 0 ? html`<section>No RFQs sent yet.</section>` : rfqs.map(rfqCard)}
      </div>
      <p><a href="/marketplace/mvc/search/load/${trip.id}?source=api">Search and send more RFQs</a></p>
      ${open.length === 0 ? '' : html`${brokerForms(action, open)}${operatorForm(action, open)}`}`,
  )
}

const rfqCard = ({ rfq, lifts, messages }: RfqView) => html`<article class="card">
  <div class="row"><strong>${operatorById(rfq.operator_id)?.name}</strong><span class="soft">${rfq.id}</span>
    ${rfq.canceled ? html`<span class="tag canceled">Cancelled</span>` : ''}</div>
  <table><tbody>${lifts.map(
    ({ lift, quotes }) => html`<tr>
      <td>${lift.aircraft_type} <span class="soft">${lift.aircraft_tail}</span></td>
      <td><span class="tag ${lift.answer}">${ANSWERS[lift.answer]}</span></td>
      <td class="num">${price(quotes)}</td>
    </tr>`,
  )}</tbody></table>
  ${messages.map(
    ({ from, sender_name, text }) => html`<p class="chat ${from}"><strong>${sender_name}</strong> ${text}</p>`,
  )}
</article>`

function price(quotes: Quote[]) {
  const offer = quotes.filter(({ is_estimate }) => !is_estimate).at(-1)
  if (offer) return html`<strong>${dollars(offer.cents, offer.currency)}</strong>`
  const [estimate] = quotes
  return estimate ? html`<span class="soft">estimate ≈ ${dollars(estimate.cents)}</span>` : ''
}

const choice = (rfqs: RfqView[]) => html`<label>Operator
  <select name="rfq_id">${rfqs.map(({ rfq }) => html`<option value="${rfq.id}">${operatorById(rfq.operator_id)?.name}</option>`)}</select>
</label>`

const brokerForms = (action: string, rfqs: RfqView[]) => html`<section>
  <h2>Write to an operator</h2>
  <form method="post" action="${action}">
    ${choice(rfqs)}
    <label>Message<textarea name="text" rows="2" maxlength="5000" required></textarea></label>
    <button name="action" value="broker-chat">Send message</button>
  </form>
  <form method="post" action="${action}"><p><button class="plain" name="action" value="cancel">Cancel trip and all RFQs</button></p></form>
</section>`

const operatorForm = (action: string, rfqs: RfqView[]) => html`<section class="play" aria-labelledby="play">
  <h2 id="play">Simulation: play an operator</h2>
  <p class="soft">Avinode has no such area. Here you answer in an operator's place.</p>
  <form method="post" action="${action}">
    <div class="row">${choice(rfqs)}<label>Total price (USD)<input name="total_price" inputmode="decimal" placeholder="as usual" /></label></div>
    <label>Message<textarea name="text" rows="2" maxlength="5000"></textarea></label>
    <div class="row">
      <button name="action" value="operator-quote">Quote</button>
      <button class="plain" name="action" value="operator-decline">Decline</button>
      <button class="plain" name="action" value="operator-chat">Write a chat message</button>
    </div>
  </form>
</section>`
