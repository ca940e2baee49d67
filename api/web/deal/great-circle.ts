export type Point = { latitude: number; longitude: number }

const radians = (degrees: number) => (degrees * Math.PI) / 180
const degrees = (angle: number) => (angle * 180) / Math.PI

/** Great-circle distance in nautical miles. */
export function distanceNm(from: Point, to: Point): number {
  return 3440.065 * angleBetween(from, to)
}

function angleBetween(from: Point, to: Point) {
  const [a, b] = [radians(from.latitude), radians(to.latitude)]
  const [height, width] = [b - a, radians(to.longitude - from.longitude)]
  const haversine = Math.sin(height / 2) ** 2 + Math.cos(a) * Math.cos(b) * Math.sin(width / 2) ** 2
  return 2 * Math.asin(Math.min(1, Math.sqrt(haversine)))
}

/** Points along the shortest way. Longitudes run on beyond 180°, so that a way across the Pacific stays one line. */
export function greatCircle(from: Point, to: Point, pieces = 48): Point[] {
  const angle = angleBetween(from, to)
  if (angle === 0) return [from, to]
  const points: Point[] = []
  for (let at = 0; at <= pieces; at++) {
    const point = between(from, to, angle, at / pieces)
    const before = points.at(-1)
    points.push(
      before
        ? { ...point, longitude: near(point.longitude, before.longitude) }
        : { ...point, longitude: from.longitude },
    )
  }
  return points
}

function between(from: Point, to: Point, angle: number, share: number): Point {
  const [f, t] = [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)]
  const vector = (weight: number, { latitude, longitude }: Point) => [
    weight * Math.cos(radians(latitude)) * Math.cos(radians(longitude)),
    weight * Math.cos(radians(latitude)) * Math.sin(radians(longitude)),
    weight * Math.sin(radians(latitude)),
  ]
  const [x = 0, y = 0, z = 0] = vector(f, from).map((value, axis) => value + (vector(t, to)[axis] ?? 0))
  return { latitude: degrees(Math.atan2(z, Math.hypot(x, y))), longitude: degrees(Math.atan2(y, x)) }
}

/** The same meridian, on the turn of the globe that is nearest to another. */
export const near = (longitude: number, other: number) => longitude + 360 * Math.round((other - longitude) / 360)

/** A rough time from block to block for a jet: 450 knots, and a quarter of an hour on the ground. */
export const blockMinutes = (nautical_miles: number) => (nautical_miles / 450) * 60 + 15
