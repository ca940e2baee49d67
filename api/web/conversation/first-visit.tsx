import { Icon } from '../look/icon.tsx'

const EXAMPLES = [
  'Teterboro to Van Nuys for Acme, 8 people, next Tuesday, back on Friday, they like the G650, about $120k',
  'Need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax',
  'Three legs for Redwood: TEB-OPF on Dec 1, OPF-NAS on Dec 3, NAS-TEB on Dec 7, 6 pax',
]

/** The beginning of a deal: what to type, and three sentences that can be clicked instead. */
export function FirstVisit({ onChoose }: { onChoose(text: string): void }) {
  return (
    <section className="first-visit">
      <Icon name="mark" />
      <h1>Where does your client want to fly?</h1>
      <p className="soft">Type it as you would say it. Route, day and passengers are enough to begin.</p>
      <ul aria-label="Examples">
        {EXAMPLES.map((example) => (
          <li key={example}>
            <button type="button" className="choice" onClick={() => onChoose(example)}>
              <span>{example}</span>
              <Icon name="next" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
