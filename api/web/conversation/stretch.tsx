import { Fragment, memo, useEffect, useRef, useState } from 'react'
import type { Answer } from '../data/store.ts'
import { formatDate } from '../look/format.ts'
import { type Entry, idOf } from './entries.ts'
import { MessageRow } from './message-row.tsx'

/** Few enough to be drawn at once, many enough that a long thread has few of them. */
const MOST = 40

export type Cut = { entries: Entry[]; isFar: boolean }

/** More than a page of older messages: the reader is taken a long way back. */
const MANY = 6
const AT_ONCE = 3

/**
 * A long log, cut into stretches. Where one begins is kept in `starts`, so that what is added at either end leaves the others what they
 * are. Of very many new ones only the last are drawn at once.
 */
export function stretchesOf(entries: Entry[], starts: Set<string>): Cut[] {
  const cuts: Entry[][] = []
  for (const entry of entries) {
    const last = cuts.at(-1)
    if (last && last.length < MOST && !starts.has(entry.key)) last.push(entry)
    else cuts.push([entry])
  }
  const keys = cuts.map(([first]) => first?.key ?? '')
  const added = keys.filter((key) => !starts.has(key))
  const far = new Set(added.length > MANY ? added.slice(0, -AT_ONCE) : [])
  for (const key of keys) starts.add(key)
  return cuts.map((cut, at) => ({ entries: cut, isFar: far.has(keys[at] ?? '') }))
}

/** How far around what is seen the log is drawn. */
const NEAR = '2400px 0px'
/** The height of a message that was never drawn. */
const GUESS_PX = 88

type Props = {
  entries: Entry[]
  /** The answer that is being given, where it stands in this stretch. */
  live: Answer | undefined
  /** Drawn wherever the reader is. */
  isKept: boolean
  /** Not to be drawn before the reader comes near. */
  isFar: boolean
}

/** Some messages that follow each other. Far from what is being read only their place is kept. */
export const Stretch = memo(function Stretch({ entries, live, isKept, isFar }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const height = useRef(entries.length * GUESS_PX)
  const [isNear, setNear] = useState(!isFar)

  useEffect(() => {
    const element = frame.current
    if (!element) return
    const watch = new IntersectionObserver(
      ([seen]) => {
        // In a pane that is not shown nothing has a height.
        if (!seen || seen.boundingClientRect.height === 0) return
        if (!seen.isIntersecting) height.current = seen.boundingClientRect.height
        setNear(seen.isIntersecting || element.contains(document.activeElement))
      },
      { root: element.closest('.log'), rootMargin: NEAR },
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [])

  if (!isNear && !isKept) return <div ref={frame} className="stretch" style={{ height: height.current }} />
  return (
    <div ref={frame} className="stretch">
      {entries.map(({ key, message, part, isFirst, isNewDay }) => (
        <Fragment key={key}>
          {isNewDay && <p className="day">{formatDate(message.created_at)}</p>}
          <MessageRow
            message={message}
            part={part}
            isFirst={isFirst}
            live={live && idOf(live) === message.id ? live : undefined}
          />
        </Fragment>
      ))}
    </div>
  )
}, isSameStretch)

function isSameStretch(a: Props, b: Props) {
  return (
    a.live === b.live &&
    a.isKept === b.isKept &&
    a.entries.length === b.entries.length &&
    a.entries.every((entry, at) => isSameEntry(entry, b.entries[at]))
  )
}

const isSameEntry = (a: Entry, b: Entry | undefined) =>
  b !== undefined &&
  a.message === b.message &&
  a.part === b.part &&
  a.isFirst === b.isFirst &&
  a.isNewDay === b.isNewDay
