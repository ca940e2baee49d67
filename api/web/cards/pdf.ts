import { call } from '../data/api.ts'
import type { Store } from '../data/store.ts'

/** Opens a proposal's PDF in a new tab. It is fetched with the broker's token, which a plain link could not carry. */
export async function openPdf({ session }: Store, proposal_id: string) {
  const tab = window.open('', '_blank')
  try {
    const response = await call(session, 'GET', `/api/proposals/${proposal_id}/pdf`)
    const address = URL.createObjectURL(await response.blob())
    if (tab) tab.location.href = address
    else location.assign(address)
    setTimeout(() => URL.revokeObjectURL(address), 60_000)
  } catch (error) {
    tab?.close()
    throw error
  }
}
