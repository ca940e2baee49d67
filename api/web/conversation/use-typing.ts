import { useEffect, useRef } from 'react'
import { tellTyping } from '../data/room-actions.ts'
import { useDesk } from '../frame/desk-context.ts'

const AGAIN_MS = 4_000
const SILENCE_MS = 6_000

/** Says to colleagues in the room that the broker writes: at the first letter, now and then, and when it ends. Nobody there: nothing is said. */
export function useTyping(conversation_id: string | undefined, hasColleagues: boolean) {
  const { store } = useDesk()
  const said_at = useRef(0)
  const silence = useRef<ReturnType<typeof setTimeout>>(undefined)

  const stop = () => {
    clearTimeout(silence.current)
    if (said_at.current === 0 || !conversation_id) return
    said_at.current = 0
    void tellTyping(store, conversation_id, false)
  }
  const onTyped = (text: string) => {
    if (!conversation_id || !hasColleagues) return
    if (!text) return stop()
    clearTimeout(silence.current)
    silence.current = setTimeout(stop, SILENCE_MS)
    if (Date.now() - said_at.current < AGAIN_MS) return
    said_at.current = Date.now()
    void tellTyping(store, conversation_id, true)
  }
  const latest = useRef(stop)
  latest.current = stop
  useEffect(() => () => latest.current(), [])
  /** Sent words end the typing by themselves. */
  const onSent = () => {
    clearTimeout(silence.current)
    said_at.current = 0
  }
  return { onTyped, onSent }
}
