import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { parseMoney } from '../../../tools/money.ts'
import { buyingPage, type TripView } from './buying-page.ts'
import type { ApiEnv } from './envelope.ts'
import { type Exchange, Refusal } from './exchange.ts'
import { liveScript, page } from './page-layout.ts'
import type { Rfq, Trip, World } from './records.ts'
import { searchPage } from './search-page.ts'
import { optionsFor } from './selection.ts'

type Parts = { world: World; exchange: Exchange; onRfqsSent: (rfqs: Rfq[]) => void }

/** The pages behind Avinode's deep links, where a person picks operators, sends RFQs and sees the answers. */
export function createMarketplaceRoutes({ world, exchange, onRfqsSent }: Parts) {
  const tripOf = (c: Context): Trip => {
    const trip = world.trips.get(c.req.param('trip_id') ?? '')
    if (!trip) throw new Refusal(404, 'NOT_FOUND', 'There is no such trip')
    return trip
  }
  const buyingPath = (trip: Trip) => `/marketplace/mvc/trips/buying/${trip.id}?source=api`

  const view = (trip: Trip): TripView => ({
    trip,
    legs: exchange.legs(trip),
    rfqs: exchange.rfqsOf(trip.id).map((rfq) => ({
      rfq,
      lifts: exchange.liftsOf(rfq.id).map((lift) => ({ lift, quotes: exchange.quotesOf(lift.id) })),
      messages: world.messages.where('rfq_id', rfq.id),
    })),
  })

  const app = new Hono<ApiEnv>()
  app.use('/marketplace/*', async (c, next) => {
    const origin = c.req.header('Origin')
    const is_foreign = origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== c.req.header('Host'))
    if (c.req.method === 'POST' && is_foreign) return c.text('Forbidden', 403)
    await next()
    c.header(
      'Content-Security-Policy',
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'",
    )
    c.header('X-Content-Type-Options', 'nosniff')
    return undefined
  })

  app.get('/marketplace/live.js', (c) => c.body(liveScript, 200, { 'Content-Type': 'text/javascript' }))

  app.get('/marketplace', (c) => {
    const trips = world.trips.list().slice(-50).reverse()
    const rows = trips.map((trip) => {
      const [first] = exchange.legs(trip)
      const route = first ? `${first.from.icao} – ${first.to.icao}, ${first.date}` : 'no usable segments'
      return html`<tr>
        <td><a href="${buyingPath(trip)}">${trip.display_id}</a></td><td>${route}</td>
        <td>${exchange.rfqsOf(trip.id).length} RFQs ${trip.canceled ? html`<span class="tag canceled">Cancelled</span>` : ''}</td>
      </tr>`
    })
    return c.html(
      page(
        'Trips',
        html`<h1>Trips</h1><section>${rows.length > 0 ? html`<table>${rows}</table>` : 'No trips yet.'}</section>`,
      ),
    )
  })

  app.get('/marketplace/mvc/search/load/:trip_id', (c) => {
    const trip = tripOf(c)
    const legs = trip.sourcing ? exchange.legs(trip) : []
    const contacted = exchange.rfqsOf(trip.id).filter(({ canceled }) => !canceled)
    return c.html(
      searchPage({ trip, legs, options: optionsFor(trip, legs), contacted, problem: c.req.query('problem') ?? null }),
    )
  })

  app.post('/marketplace/mvc/search/load/:trip_id', async (c) => {
    const trip = tripOf(c)
    const form = await c.req.parseBody({ all: true })
    const picked = new Set([form.aircraft ?? []].flat().map(String))
    const options = optionsFor(trip, exchange.legs(trip)).filter(({ aircraft }) => picked.has(aircraft.id))
    const contacted = new Set(
      exchange
        .rfqsOf(trip.id)
        .filter(({ canceled }) => !canceled)
        .map(({ operator_id }) => operator_id),
    )
    const fresh = options.filter(({ aircraft }) => !contacted.has(aircraft.operator_id))
    if (fresh.length === 0) {
      return c.redirect(
        `/marketplace/mvc/search/load/${trip.id}?problem=${encodeURIComponent('Pick at least one operator.')}`,
        303,
      )
    }
    const text = String(form.message ?? '')
      .trim()
      .slice(0, 4_000)
    onRfqsSent(exchange.sendRfqs(trip, fresh, text || null))
    return c.redirect(buyingPath(trip), 303)
  })

  app.get('/marketplace/mvc/trips/buying/:trip_id', (c) =>
    c.html(buyingPage(view(tripOf(c)), c.req.query('problem') ?? null)),
  )

  app.post('/marketplace/mvc/trips/buying/:trip_id', async (c) => {
    const trip = tripOf(c)
    const form = await c.req.parseBody()
    try {
      act(trip, (name) => String(form[name] ?? '').trim())
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return c.redirect(`${buyingPath(trip)}&problem=${encodeURIComponent(error.message)}`, 303)
    }
    return c.redirect(buyingPath(trip), 303)
  })

  /** What the two forms of the page do: the broker's own chat and cancellation, and the part that plays an operator. */
  function act(trip: Trip, field: (name: string) => string) {
    const action = field('action')
    if (action === 'cancel') return exchange.cancelTrip(trip, 'OTHER')
    const rfq = exchange.rfqsOf(trip.id).find(({ id }) => id === field('rfq_id'))
    if (!rfq) throw new Refusal(404, 'NOT_FOUND', 'There is no such RFQ')
    const text = field('text')
    if (action === 'broker-chat' && text) return exchange.chat(rfq, 'broker', text)
    if (action === 'operator-chat' && text) return exchange.chat(rfq, 'operator', text)
    if (action === 'operator-decline') return exchange.decline(rfq, text || 'Unfortunately we cannot offer this trip.')
    const lift = exchange.liftsOf(rfq.id)[0]
    if (action !== 'operator-quote' || !lift) throw new Refusal(400, 'INVALID_INPUT', 'Write a message first')
    const price = field('total_price')
    return exchange.quote(rfq, lift, {
      cents: price === '' ? undefined : Number(parseMoney(price, 'total_price')),
      message: text || undefined,
    })
  }

  return app
}
