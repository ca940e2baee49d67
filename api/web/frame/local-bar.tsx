import { useEffect, useState } from 'react'
import { Icon } from '../look/icon.tsx'

type Links = { marketplace_url?: string; mailbox_url?: string; simulated?: string[] }

/** Local mode only: what is simulated, and where to see it. Services that do not say so get the bare sentence. */
export function LocalBar() {
  const [links, setLinks] = useState<Links>()
  useEffect(() => {
    let current = true
    void readLinks().then((found) => current && setLinks(found))
    return () => {
      current = false
    }
  }, [])
  if (!links) return null
  const simulated = links.simulated ?? ['Avinode', 'model', 'e-mail']
  return (
    <aside className="local-bar" aria-label="Local mode">
      <p>
        <strong>Local mode</strong> <span>Simulated: {simulated.join(', ')}</span>
      </p>
      <OutLink address={links.marketplace_url} name="Marketplace" />
      <OutLink address={links.mailbox_url} name="Mailbox" />
      <OutLink address="/api/docs" name="API" />
    </aside>
  )
}

function OutLink({ address, name }: { address: string | undefined; name: string }) {
  if (!address) return null
  return (
    <a href={address} target="_blank" rel="noreferrer">
      {name} <Icon name="out" />
    </a>
  )
}

async function readLinks(): Promise<Links | undefined> {
  const links = await fetch('/api/dev/links').catch(() => undefined) // no network: the banner says so
  if (links?.ok) return (await links.json()) as Links
  const accounts = await fetch('/api/dev/accounts').catch(() => undefined) // the same
  return accounts?.ok ? {} : undefined
}
