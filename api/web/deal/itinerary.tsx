import type { Place } from '../data/airports.ts'
import type { Segment } from '../data/rows.ts'
import { formatFlight, formatLocalTime, formatLongDay, formatNumber, instantAt, zoneName } from '../look/format.ts'
import { blockMinutes, distanceNm } from './great-circle.ts'

type Places = Record<string, Place | undefined>

/** Every flight with its airports, and times as the clocks there show them. */
export function Itinerary({ segments, places }: { segments: Segment[]; places: Places }) {
  return (
    <ol className="itinerary">
      {segments.map((segment, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order of the flights is what they are
        <Flight key={at} segment={segment} places={places} />
      ))}
    </ol>
  )
}

function Flight({ segment, places }: { segment: Segment; places: Places }) {
  const { departure_airport, arrival_airport, departure_date, departure_time, passengers } = segment
  const [from, to] = [places[departure_airport], places[arrival_airport]]
  const distance = from && to ? distanceNm(from, to) : undefined
  const minutes = distance === undefined ? undefined : blockMinutes(distance)
  const leaves = from && departure_time ? instantAt(departure_date, departure_time, from.zone) : undefined
  const lands = leaves && minutes !== undefined ? new Date(leaves.getTime() + minutes * 60_000) : undefined
  return (
    <li>
      <p className="flight-day">
        <strong>{formatLongDay(departure_date)}</strong> <span className="soft">{passengers} pax</span>
      </p>
      <div className="ends">
        <End
          code={departure_airport}
          place={from}
          time={leaves && from ? formatLocalTime(leaves, from.zone) : openTime(departure_date, departure_time, from)}
        />
        <p className="soft between">
          {distance !== undefined && minutes !== undefined && (
            <>
              <span className="figure">{formatNumber(distance)} nm</span>
              <span className="figure">≈ {formatFlight(minutes)}</span>
            </>
          )}
        </p>
        <End
          code={arrival_airport}
          place={to}
          time={lands && to ? `≈ ${formatLocalTime(lands, to.zone)}` : to ? zoneName(departure_date, to.zone) : ''}
        />
      </div>
    </li>
  )
}

const openTime = (date: string, time: string | null, place: Place | undefined) =>
  [time?.slice(0, 5) ?? 'Time open', place && `(${zoneName(date, place.zone)})`].filter(Boolean).join(' ')

function End({ code, place, time }: { code: string; place: Place | undefined; time: string }) {
  return (
    <p className="end">
      <strong>{code}</strong>
      <span title={place?.name}>{place?.city ?? ' '}</span>
      <span className="soft figure">{time}</span>
    </p>
  )
}
