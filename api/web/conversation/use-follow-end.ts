import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

type Content = { count: number; mine: number; isReady: boolean }

const NEAR_PX = 64

/** Follows the end of the log while the reader is there, and counts what they miss when they have scrolled up. */
export function useFollowEnd({ count, mine, isReady }: Content) {
  const log = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const seen = useRef({ count, mine })
  const anchor = useRef<{ element: Element; top: number }>(undefined)
  const [unseen, setUnseen] = useState(0)

  const goToEnd = useCallback(() => {
    isAtEnd.current = true
    setUnseen(0)
    if (log.current) log.current.scrollTop = log.current.scrollHeight
  }, [])

  useEffect(() => {
    const [frame, inner] = [log.current, content.current]
    if (!frame || !inner) return
    let top = frame.scrollTop
    const onScroll = () => {
      // What grows below takes nobody away from the end: only going up does.
      if (frame.scrollHeight - frame.scrollTop - frame.clientHeight < NEAR_PX) isAtEnd.current = true
      else if (frame.scrollTop < top) isAtEnd.current = false
      top = frame.scrollTop
      if (isAtEnd.current) setUnseen(0)
    }
    const stay = new ResizeObserver(() => {
      if (isAtEnd.current) frame.scrollTop = frame.scrollHeight
    })
    frame.addEventListener('scroll', onScroll, { passive: true })
    stay.observe(inner)
    stay.observe(frame)
    return () => {
      frame.removeEventListener('scroll', onScroll)
      stay.disconnect()
    }
  }, [])

  useLayoutEffect(() => {
    const before = seen.current
    seen.current = { count, mine }
    if (anchor.current && log.current) {
      const { element, top } = anchor.current
      anchor.current = undefined
      log.current.scrollTop += element.getBoundingClientRect().top - top
    } else if (mine > before.mine || isAtEnd.current) goToEnd()
    else if (isReady && count > before.count) setUnseen((missed) => missed + count - before.count)
  }, [count, mine, isReady, goToEnd])

  /** Call before older messages come in above: what is being read stays where it is. */
  const keepPlace = useCallback(() => {
    const frame = log.current
    if (!frame || isAtEnd.current) return
    const { top } = frame.getBoundingClientRect()
    const element = [...frame.querySelectorAll('.message')].find((row) => row.getBoundingClientRect().bottom > top)
    anchor.current = element && { element, top: element.getBoundingClientRect().top }
  }, [])

  /** Call before the log is taken to somewhere else. */
  const leaveEnd = useCallback(() => {
    isAtEnd.current = false
  }, [])

  return { log, content, unseen, leaveEnd, keepPlace, goToEnd }
}
