import type { Place } from '../data/airports.ts'
import { greatCircle, near, type Point } from './great-circle.ts'

export type Leg = { from: string; to: string }
type Props = { legs: Leg[]; places: Record<string, Place | undefined> }

const [WIDTH, HEIGHT] = [360, 132]
/** Room for the codes beside the ends. */
const [BESIDE, ABOVE] = [64, 24]

/** The trip as great circles on a quiet grid. Nothing is drawn until every airport's place is known. */
export function RouteLine({ legs, places }: Props) {
  const lines = linesOf(legs, places)
  const first = lines[0]?.points[0]
  if (!first) return <div className="route-line" aria-hidden="true" />
  const project = projection(lines.flatMap(({ points }) => points))
  const stops = new Map(
    lines.flatMap(({ from, to, points }) => [[from, points[0]] as const, [to, points.at(-1)] as const]),
  )
  // From west to east: the western half is named on the left of its dots, the eastern half on the right.
  const placed = [...stops]
    .flatMap(([code, point]) => (point ? [{ code, at: project(point) }] : []))
    .map(({ code, at: [x, y] }) => ({ code, x, y }))
    .sort((a, b) => a.x - b.x)
  const spoken = legs.map(({ from, to }) => `${places[from]?.city ?? from} to ${places[to]?.city ?? to}`).join(', ')
  return (
    <svg className="route-line" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Route: ${spoken}`}>
      {[1, 2, 3, 4, 5].map((column) => (
        <line
          key={`c${column}`}
          x1={(WIDTH / 6) * column}
          x2={(WIDTH / 6) * column}
          y1={0}
          y2={HEIGHT}
          className="grid"
        />
      ))}
      {[1, 2].map((row) => (
        <line key={`r${row}`} x1={0} x2={WIDTH} y1={(HEIGHT / 3) * row} y2={(HEIGHT / 3) * row} className="grid" />
      ))}
      {lines.map(({ from, to, points }) => (
        <polyline
          key={`${from}${to}`}
          className="way"
          points={points.map((point) => project(point).join(',')).join(' ')}
        />
      ))}
      {placed.map(({ code, x, y }, at) => {
        const isLeft = at < placed.length / 2
        return (
          <g key={code}>
            <circle cx={x} cy={y} r={4} className="stop-dot" />
            <text x={isLeft ? x - 10 : x + 10} y={y + 4} textAnchor={isLeft ? 'end' : 'start'}>
              {code}
            </text>
          </g>
        )
      })}
    </svg>
  )
}

/** Every leg once: the way back is the same line. */
function linesOf(legs: Leg[], places: Props['places']) {
  const drawn = new Set<string>()
  const lines: { from: string; to: string; points: Point[] }[] = []
  for (const { from, to } of legs) {
    const [start, end] = [places[from], places[to]]
    const key = [from, to].sort().join()
    if (!start || !end || drawn.has(key)) continue
    drawn.add(key)
    const last = lines.at(-1)?.points.at(-1)
    const begin = { ...start, longitude: last ? near(start.longitude, last.longitude) : start.longitude }
    lines.push({ from, to, points: greatCircle(begin, end) })
  }
  return lines
}

/** Fits the points into the picture without stretching them; a degree of longitude is as wide as it is at that latitude. */
function projection(points: Point[]) {
  const latitudes = points.map(({ latitude }) => latitude)
  const longitudes = points.map(({ longitude }) => longitude)
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)]
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)]
  const narrow = Math.cos((((south + north) / 2) * Math.PI) / 180)
  const scale = Math.min(
    (WIDTH - 2 * BESIDE) / Math.max(0.5, (east - west) * narrow),
    (HEIGHT - 2 * ABOVE) / Math.max(0.5, north - south),
  )
  const round = (value: number) => Math.round(value * 10) / 10
  return ({ latitude, longitude }: Point): [x: number, y: number] => [
    round(WIDTH / 2 + (longitude - (west + east) / 2) * narrow * scale),
    round(HEIGHT / 2 - (latitude - (south + north) / 2) * scale),
  ]
}
