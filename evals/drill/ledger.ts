import { appendFileSync } from 'node:fs'

/** What happened outside of our service, by those who saw it happen: the other side, and whoever delivers for it. */
export type Entry =
  /** The other side has this now, and must be told of to us. `of` is the RFQ that it belongs to. */
  | { kind: 'made'; what: 'rfq' | 'quote' | 'decline' | 'chat' | 'own-chat'; id: string; of: string; trip: string }
  | { kind: 'made-quote'; id: string; message: string; trip: string }
  | { kind: 'sent'; delivery: number; id: string; duplicate: boolean }
  | { kind: 'acked'; delivery: number; id: string }
  /** A broker's own words, accepted by us to be passed on to an operator. */
  | { kind: 'said'; message: string; text: string; trip: string }

export type Ledger = ReturnType<typeof openLedger>

/** Kept in a file that is only added to, line by line, and in memory for the comparison at the end. */
export function openLedger(file: string) {
  const entries: Entry[] = []
  return {
    entries,
    note(entry: Entry) {
      appendFileSync(file, `${JSON.stringify(entry)}\n`)
      entries.push(entry)
    },
    of: <Kind extends Entry['kind']>(kind: Kind) =>
      entries.filter((entry): entry is Extract<Entry, { kind: Kind }> => entry.kind === kind),
  }
}
