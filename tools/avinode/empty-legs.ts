import { z } from 'zod'
import { formatMoney } from '../money.ts'
import { fields, parseAnswer, pathId } from './answer.ts'
import type { Connection } from './connection.ts'
import { toAirportCode } from './itinerary.ts'
import { toOperator } from './mapping.ts'
import type { AvinodeMarketplace, EmptyLeg, EmptyLegWatch, NewEmptyLegWatch, WatchedPlace } from './marketplace.ts'
import { toCents } from './quote-price.ts'
import { WireAircraft, WireEmptyLeg, WireWatch } from './wire.ts'

const GROUPS = ['sellercontactinfo', 'taildetails', 'typedetails', 'calculatedprice']

/** Empty legs, watches and aircraft over the REST API. */
export function createMarketplace({ call }: Connection): AvinodeMarketplace {
  const watchPath = (watch_id: string) => `/emptylegs/watches/${pathId(watch_id, 'watch_id')}`

  return {
    async searchEmptyLegs({ date, departure_airport, arrival_airport, flexibility_days, passengers }, signal) {
      const body = {
        date,
        ...(departure_airport && { startAirport: toAirportCode(departure_airport) }),
        ...(arrival_airport && { endAirport: toAirportCode(arrival_airport) }),
        ...(flexibility_days !== null && { numberOfDaysFlexibility: String(flexibility_days) }),
        ...(passengers !== null && { passengers: String(passengers) }),
      }
      const query = fields('search', GROUPS)
      const answer = await call({ method: 'POST', path: '/emptylegs/search', query, body, what: 'Empty legs', signal })
      return parseAnswer(z.array(WireEmptyLeg), answer, 'empty legs').map(toEmptyLeg)
    },

    async getEmptyLeg(empty_leg_id, signal) {
      const what = `Empty leg ${empty_leg_id}`
      const path = `/emptylegs/${pathId(empty_leg_id, 'empty_leg_id')}`
      const answer = await call({ method: 'GET', path, query: fields('emptylegs', GROUPS), what, signal })
      return toEmptyLeg(parseAnswer(WireEmptyLeg, answer, what))
    },

    async createEmptyLegWatch(watch, signal) {
      const what = `Watch ${watch.unique_name}`
      const answer = await call({ method: 'POST', path: '/emptylegs/watches', body: toWatchBody(watch), what, signal })
      return toWatch(parseAnswer(WireWatch, answer, what))
    },

    async listEmptyLegWatches(signal) {
      const answer = await call({ method: 'GET', path: '/emptylegs/watches', what: 'Watches', signal })
      return parseAnswer(z.array(WireWatch), answer, 'watches').map(toWatch)
    },

    async getEmptyLegWatch(watch_id, signal) {
      const what = `Watch ${watch_id}`
      return toWatch(
        parseAnswer(WireWatch, await call({ method: 'GET', path: watchPath(watch_id), what, signal }), what),
      )
    },

    async updateEmptyLegWatch(watch_id, watch, signal) {
      const what = `Watch ${watch_id}`
      const body = { id: watch_id, ...toWatchBody(watch) }
      return toWatch(
        parseAnswer(WireWatch, await call({ method: 'PUT', path: watchPath(watch_id), body, what, signal }), what),
      )
    },

    async getWatchMatchesOnce(watch_id, signal) {
      const what = `Watch ${watch_id}`
      const answer = await call({ method: 'GET', path: `${watchPath(watch_id)}/getall`, what, signal })
      return parseAnswer(z.array(WireEmptyLeg), answer, 'empty legs').map(toEmptyLeg)
    },

    async findAircraftByTail(tails, signal) {
      const query = tails.map((tail): [string, string] => ['tail', tail])
      const answer = await call({ method: 'GET', path: '/aircraft/search', query, what: 'Aircraft', signal })
      return parseAnswer(z.array(WireAircraft), answer, 'aircraft').map((aircraft) => ({
        id: aircraft.id,
        tail_number: aircraft.tailNumber ?? aircraft.aircraftTail ?? '',
        aircraft_type: aircraft.aircraftType,
        aircraft_category: aircraft.aircraftCategory,
        max_passengers: aircraft.maxPax,
        home_base: aircraft.homeBase,
        operator: aircraft.sellerCompany ? toOperator(aircraft.sellerCompany) : null,
      }))
    },
  }
}

export function toEmptyLeg(leg: WireEmptyLeg): EmptyLeg {
  const nested = typeof leg.sellerPrice === 'object' ? leg.sellerPrice : null
  const price = typeof leg.sellerPrice === 'object' ? leg.sellerPrice?.price : leg.sellerPrice
  const cents = price === undefined || price === null ? undefined : toCents(price)
  return {
    id: leg.id,
    operator: leg.sellerCompany ? toOperator(leg.sellerCompany) : null,
    departure_airport: leg.startAirport?.icao ?? leg.startAirport?.faa ?? null,
    arrival_airport: leg.endAirport?.icao ?? leg.endAirport?.faa ?? null,
    start_date: leg.startDate,
    end_date: leg.endDate,
    aircraft_type: leg.lift?.aircraftType ?? null,
    aircraft_category: leg.lift?.aircraftCategory ?? null,
    aircraft_tail: leg.lift?.aircraftTail ?? null,
    max_passengers: leg.lift?.maxPax ?? null,
    price: cents === undefined ? null : formatMoney(cents),
    currency: nested?.currency ?? leg.sellerPriceCurrency,
    published: leg.published ?? true,
    message: leg.sellerMessage,
  }
}

const toWatchBody = ({
  unique_name,
  segments,
  aircraft_categories,
  active,
  priced_only,
  days_out,
}: NewEmptyLegWatch) => ({
  uniqueName: unique_name,
  active,
  priced: priced_only,
  ...(days_out !== null && { daysOut: days_out }),
  watchedSegments: segments.map(({ start, end }) => ({
    ...(start && { start: toWirePlace(start) }),
    ...(end && { end: toWirePlace(end) }),
  })),
  lifts: aircraft_categories.map((aircraftCategory) => ({ aircraftCategory })),
})

const toWirePlace = ({ airport, country }: WatchedPlace) =>
  airport ? { airport: toAirportCode(airport) } : { countryCode: country }

const toWatch = (watch: WireWatch): EmptyLegWatch => ({
  id: watch.id,
  unique_name: watch.uniqueName ?? '',
  segments: watch.watchedSegments.map(({ start, end }) => ({ start: toPlace(start), end: toPlace(end) })),
  aircraft_categories: watch.lifts.flatMap(({ aircraftCategory }) => (aircraftCategory ? [aircraftCategory] : [])),
  active: watch.active ?? true,
  priced_only: watch.priced ?? false,
  days_out: watch.daysOut,
})

const toPlace = (place: WireWatch['watchedSegments'][number]['start']): WatchedPlace | null =>
  place ? { airport: place.airport?.icao ?? place.airport?.faa ?? null, country: place.countryCode } : null
