const PATHS = {
  mark: 'M2.5 11.5 14 4l-4.6 9-2-3.4z',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zm3.6-1.4L14 14',
  next: 'M6 3.5 10.5 8 6 12.5',
  back: 'M10 3.5 5.5 8l4.5 4.5',
  down: 'M8 3v10M4 9l4 4 4-4',
  send: 'M8 13V3M4 7l4-4 4 4',
  stop: 'M4.5 4.5h7v7h-7z',
  close: 'm4 4 8 8M12 4l-8 8',
  check: 'm3 8.5 3.2 3L13 4.5',
  checks: 'm1.5 8.5 3 3 6-7M7.5 11l.8.6 6-7',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 5v3.2l2 1.3',
  alert: 'M8 2.2 14.5 13.5h-13zM8 6.5v3M8 11.4v.2',
  out: 'M6 4H4a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1v-2M9 3h4v4M13 3 7.5 8.5',
  file: 'M4 2h5l3 3v9H4zM9 2v3h3',
  mail: 'M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5',
  plane: 'M14 3 9.2 13 7.4 8.7 3 7z',
  panel: 'M2.5 3.5h11v9h-11zM9.5 3.5v9',
  people:
    'M6 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4zM2 13c.3-2.4 1.8-3.7 4-3.7s3.700 1.300 4 3.700M11 7.400a1.800 1.800 0 1 0-.6-3.500M11.400 9.500c1.500.3 2.400 1.500 2.600 3.500',
  chat: 'M2.500 3.500h11v7.500H7l-3 2.500V11H2.500z',
  list: 'M3 4.500h10M3 8h10M3 11.500h10',
  eye: 'M1.500 8S4 3.700 8 3.700 14.500 8 14.500 8 12 12.300 8 12.300 1.500 8 1.500 8zM8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  reply: 'M6.5 4 2.5 8l4 4M3 8h6c2.500 0 4 1.500 4 4',
  clip: 'm12.500 7.500-5 5a3 3 0 0 1-4.200-4.200l5.500-5.500a2 2 0 0 1 2.800 2.800L6.200 11a1 1 0 0 1-1.400-1.400l4.700-4.700',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  star: 'm8 2.300 1.700 3.600 3.900.5-2.900 2.700.8 3.900L8 11.100 4.500 13l.8-3.900L2.400 6.400l3.900-.5z',
} as const

export type IconName = keyof typeof PATHS

/** A small picture beside words that say the same; screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
