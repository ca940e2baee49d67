/** Unsent words, by broker and room. They outlive reloads and failed sends; where storage is full or forbidden they live as long as the page. */
const inMemory = new Map<string, string>()

const keyOf = (agent_id: string, room: string) => `jetvision.draft.${agent_id}.${room}`

export function readDraft(agent_id: string, room: string): string {
  const key = keyOf(agent_id, room)
  try {
    return localStorage.getItem(key) ?? inMemory.get(key) ?? ''
  } catch {
    return inMemory.get(key) ?? ''
  }
}

export function keepDraft(agent_id: string, room: string, text: string) {
  const key = keyOf(agent_id, room)
  if (text) inMemory.set(key, text)
  else inMemory.delete(key)
  try {
    if (text) localStorage.setItem(key, text)
    else localStorage.removeItem(key)
  } catch {
    // Kept in memory above.
  }
}
