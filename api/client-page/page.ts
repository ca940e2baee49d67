import { html, raw } from 'hono/html'
import { cityOf, day, days, localTime, money, type Offer, placeOf, type Segment, segmentsOf } from './offer.ts'
import { styles } from './styles.ts'

type View = {
  offer: Offer
  token: string
  locale: string
  /** What the reader has to know first: a mistake in the form, a decision that came too late. */
  notice?: string
  /** What was typed before the form was refused. */
  name?: string
}

/** The page that a client opens from the e-mail: route first, then price, then one clear decision. Works without scripts. */
export function offerPage(view: View) {
  const { offer, locale } = view
  const { proposal, request, broker, client } = offer
  const segments = segmentsOf(offer)
  const prepared = [client?.contact_name, client?.company_name].filter(Boolean).join(', ')
  return shell(
    `${route(segments)}: ${proposal.proposal_number}`,
    html`<div class="sheet">
      <header>
        <span class="brand">${broker.full_name}</span>
        <span class="number">Proposal ${proposal.proposal_number}</span>
      </header>
      <main>
        ${prepared ? html`<p class="for">Prepared for ${prepared}</p>` : html`<p class="for">Private charter proposal</p>`}
        <h1>${route(segments)}</h1>
        <p class="lede">${period(segments, locale)} · ${passengers(request.passengers)}${offer.aircraft?.type ? ` · ${offer.aircraft.type}` : ''}</p>
        ${view.notice ? html`<div class="state danger" role="alert"><p>${view.notice}</p></div>` : ''}
        ${decided(offer, locale)}
        ${proposal.description ? html`<section><h2>About this proposal</h2><p>${proposal.description}</p></section>` : ''}
        <section>
          <h2>Itinerary</h2>
          <ol>${segments.map((segment) => leg(segment, locale))}</ol>
        </section>
        ${aircraft(offer)}
        <section>
          <h2>Price</h2>
          <div class="price">${money(proposal.final_amount, proposal.currency)}</div>
          <p class="note">${proposal.currency === 'USD' ? 'US dollars' : proposal.currency}, all-in for the whole trip: aircraft and crew, fuel, taxes and fees.</p>
          ${validity(proposal.expires_at, locale)}
        </section>
        ${decision(view)}
        <div class="more">
          ${proposal.file_path ? html`<a class="button quiet" href="/p/${view.token}/pdf">Download the PDF</a>` : ''}
          <a class="button quiet" href="mailto:${broker.email}?subject=${encodeURIComponent(`Question about ${proposal.proposal_number}`)}">Ask ${broker.full_name} a question</a>
        </div>
      </main>
      <footer>This page was made for you alone; whoever has its address can answer in your name. ${broker.full_name}, ${broker.email}</footer>
    </div>`,
  )
}

/** The one page for every link that leads nowhere: it does not tell a wrong address from an old one. */
export const lostPage = () =>
  shell(
    'This page is not available',
    html`<main class="lost">
      <h1>This page is not available</h1>
      <p class="lede">The address may be incomplete, or the proposal is no longer open. Your broker can send you a new one.</p>
    </main>`,
  )

export const busyPage = () =>
  shell(
    'Please try again later',
    html`<main class="lost">
      <h1>Please try again later</h1>
      <p class="lede">Too many addresses that lead nowhere were opened from your network.</p>
    </main>`,
  )

const shell = (title: string, body: ReturnType<typeof html>) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="robots" content="noindex, nofollow" />
    <title>${title}</title>
    <style>${raw(styles)}</style>
  </head>
  <body>${body}</body>
</html>`

function route(segments: Segment[]): string {
  const [first] = segments
  if (!first) return 'Your flight'
  const stops = [first.departure_airport, ...segments.map(({ arrival_airport }) => arrival_airport)].map(cityOf)
  const isReturn = segments.length === 2 && stops[0] === stops[2]
  return isReturn ? `${stops[0]} to ${stops[1]} and back` : stops.join(' to ')
}

function period(segments: Segment[], locale: string): string {
  const [first, last] = [segments[0], segments.at(-1)]
  return first && last ? days(first.departure_date, last.departure_date, locale) : ''
}

const passengers = (count: number) => `${count} passenger${count === 1 ? '' : 's'}`

function leg(segment: Segment, locale: string) {
  return html`<li class="leg">
    <div class="when">${day(segment.departure_date, locale)}<span>${localTime(segment) ?? 'Time to be agreed'}</span></div>
    <div class="route">
      <div><span class="code">${segment.departure_airport}</span><span class="place">${placeOf(segment.departure_airport)}</span></div>
      <div class="path" aria-hidden="true"></div>
      <div class="to"><span class="code">${segment.arrival_airport}</span><span class="place">${placeOf(segment.arrival_airport)}</span></div>
    </div>
  </li>`
}

function aircraft({ aircraft, request }: Offer) {
  if (!aircraft?.type && !request.special_requirements) return ''
  return html`<section>
    <h2>On board</h2>
    <dl>
      ${aircraft?.type ? html`<dt>Aircraft</dt><dd>${aircraft.type}</dd>` : ''}
      ${aircraft?.tail_number ? html`<dt>Registration</dt><dd>${aircraft.tail_number}</dd>` : ''}
      <dt>Travelling</dt><dd>${passengers(request.passengers)}</dd>
      ${request.special_requirements ? html`<dt>Your wishes</dt><dd>${request.special_requirements}</dd>` : ''}
    </dl>
  </section>`
}

const validity = (expires_at: string | null | undefined, locale: string) =>
  expires_at ? html`<p class="note">Valid until ${day(expires_at, locale)}.</p>` : ''

function decided({ proposal, broker }: Offer, locale: string) {
  if (proposal.status === 'accepted') {
    return html`<div class="state good" role="status">
      <strong>Accepted${proposal.accepted_at ? ` on ${day(proposal.accepted_at, locale)}` : ''}</strong>
      <p>Thank you. ${broker.full_name} confirms the aircraft and writes to you with the next steps.</p>
    </div>`
  }
  if (proposal.status === 'rejected') {
    return html`<div class="state" role="status">
      <strong>Declined${proposal.rejected_at ? ` on ${day(proposal.rejected_at, locale)}` : ''}</strong>
      <p>${broker.full_name} has been told and may come back to you with something else.</p>
    </div>`
  }
  return ''
}

function decision({ offer, token, name }: View) {
  const { proposal } = offer
  if (proposal.status === 'accepted' || proposal.status === 'rejected') return ''
  return html`<section class="decide">
    <h2>Your decision</h2>
    <form method="post" action="/p/${token}/accept">
      <label for="name">Your full name</label>
      <input type="text" id="name" name="name" autocomplete="name" required maxlength="200" value="${name ?? offer.client?.contact_name ?? ''}" />
      <label class="consent">
        <input type="checkbox" name="consent" value="true" required />
        <span>I accept proposal ${proposal.proposal_number} at ${money(proposal.final_amount, proposal.currency)} and may decide this for ${offer.client?.company_name ?? 'the travellers'}.</span>
      </label>
      <button type="submit">Accept proposal</button>
    </form>
    <details>
      <summary>Decline instead</summary>
      <form method="post" action="/p/${token}/reject">
        <label for="reason">What would have to be different? (optional)</label>
        <textarea id="reason" name="reason" rows="3" maxlength="2000"></textarea>
        <button type="submit" class="quiet">Decline proposal</button>
      </form>
    </details>
  </section>`
}
