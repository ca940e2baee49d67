import type { Proposal } from '../data/rows.ts'

/** How often the client looked at a proposal, and took its document. */
export const Reach = ({ proposal }: { proposal: Proposal | undefined }) => (
  <ul className="reach" aria-label="What the client did">
    <li>
      <strong className="figure">{proposal?.view_count ?? '–'}</strong> {proposal?.view_count === 1 ? 'view' : 'views'}
    </li>
    <li>
      <strong className="figure">{proposal?.download_count ?? '–'}</strong>{' '}
      {proposal?.download_count === 1 ? 'download' : 'downloads'}
    </li>
  </ul>
)
