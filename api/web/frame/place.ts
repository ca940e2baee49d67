import { useCallback, useEffect, useState } from 'react'

/** Where the broker is: in a deal (and one of its rooms), at the beginning of a new one, or in one of the lists beside the deals. */
export type Place = {
  view: 'deals' | 'clients' | 'admin'
  deal?: string | undefined
  room?: string | undefined
  /** A message to be shown, however long ago it was said. */
  message?: string | undefined
}

const ID = /^\/deals\/([0-9a-f-]{36})/

export function readPlace({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Place {
  const query = new URLSearchParams(search)
  const view = query.get('view')
  if (view === 'clients' || view === 'admin') return { view }
  return {
    view: 'deals',
    deal: ID.exec(pathname)?.[1],
    room: query.get('room') ?? undefined,
    message: query.get('message') ?? undefined,
  }
}

export function addressOf({ view, deal, room, message }: Place): string {
  if (view !== 'deals') return `/?view=${view}`
  if (!deal) return '/'
  const query = new URLSearchParams({ ...(room && { room }), ...(message && { message }) }).toString()
  return query ? `/deals/${deal}?${query}` : `/deals/${deal}`
}

/** The place in the address bar: it survives a reload, and Back works. */
export function usePlace() {
  const [place, setPlace] = useState(() => readPlace(location))
  useEffect(() => {
    const follow = () => setPlace(readPlace(location))
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [])
  const go = useCallback((next: Place) => {
    const address = addressOf(next)
    if (address !== location.pathname + location.search) history.pushState(null, '', address)
    setPlace(next)
  }, [])
  return [place, go] as const
}
