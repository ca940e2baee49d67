import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'

type Props = { request_id: string; deep_link: string; words: string }

/** The step that only a person can do: pick operators in Avinode and send them RFQs. */
export function TripCard({ request_id, deep_link, words }: Props) {
  const { store } = useDesk()
  const request = useStore(store, ({ requests }) => requests[request_id])
  const asked = request?.operators_contacted ?? 0
  const trip = request?.metadata.avinode_display_id
  return (
    <section className="card trip-card" aria-label="Trip in Avinode" data-done={asked > 0}>
      <header>
        <Icon name="plane" />
        <h2>Trip {typeof trip === 'string' && trip} in Avinode</h2>
      </header>
      <p>
        {asked > 0
          ? `${asked} ${asked === 1 ? 'operator is' : 'operators are'} asked. Open Avinode to ask more.`
          : words}
      </p>
      <OpenAvinode deep_link={deep_link} isDone={asked > 0} />
    </section>
  )
}

/** Opens the trip in the marketplace. Only an address of the web is one. */
export function OpenAvinode({ deep_link, isDone }: { deep_link: string | null; isDone: boolean }) {
  if (!deep_link || !/^https?:\/\//.test(deep_link)) return null
  return (
    <a className={isDone ? 'button quiet' : 'button'} href={deep_link} target="_blank" rel="noreferrer">
      Open Avinode <Icon name="out" />
    </a>
  )
}
