import { useEffect, useRef, useState } from 'react'
import { loadLists } from '../data/load.ts'
import { useStore } from '../data/store.ts'
import { Icon } from '../look/icon.tsx'
import { useDesk } from './desk-context.ts'

/** Says when the desk is cut off, and for a moment that it is not any more. */
export function ConnectionBanner() {
  const { store } = useDesk()
  const { connection, lists } = useStore(store, select)
  const [isBack, setBack] = useState(false)
  const before = useRef(connection)

  useEffect(() => {
    const wasLost = before.current === 'lost'
    before.current = connection
    if (connection !== 'live' || !wasLost) return setBack(false)
    setBack(true)
    const timer = setTimeout(() => setBack(false), 4_000)
    return () => clearTimeout(timer)
  }, [connection])

  if (connection === 'lost') {
    return (
      <p className="banner lost" role="status">
        <Icon name="alert" /> Connection lost. Trying again; what you type is kept, and what you see may be out of date.
      </p>
    )
  }
  if (lists === 'failed') {
    return (
      <p className="banner lost" role="alert">
        Your deals could not be read.{' '}
        <button type="button" className="quiet small" onClick={() => void loadLists(store).catch(() => undefined)}>
          Try again
        </button>
      </p>
    )
  }
  return (
    <p className={isBack ? 'banner back' : 'unseen'} role="status">
      {isBack && (
        <>
          <Icon name="check" /> Connected again. Everything is up to date.
        </>
      )}
    </p>
  )
}

const select = ({ connection, lists }: { connection: string; lists: string }) => ({ connection, lists })
