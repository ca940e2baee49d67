/** What a text may leave so open that a person has to be asked, beside what it simply does not say. */
export type Topic = 'place' | 'day' | 'time' | 'passengers' | 'budget' | 'aircraft' | 'client' | 'trip'

/** One text as a broker types it, and everything that it says. What is absent here is not said, and must not be read. */
export type Sample = {
  /** Several texts are messages of one chat, oldest first, before a request exists. */
  text: string | string[]
  /** A Sunday unless it says otherwise. */
  today?: string
  /**
   * Every flight in order: "KTEB KVNY 2026-11-27 09:00 x8". `?` stands for what is not known and must be asked for, `~` behind an airport
   * for a city that leaves a choice of airports, of which this is the usual one; the time, and how many fly on this flight alone, may be absent.
   */
  flights?: string[]
  passengers?: number
  /** "120000 USD" */
  budget?: string
  /** With or without its maker. */
  aircraft?: string
  category?: string
  client?: string
  /** A word or two of each wish. */
  wishes?: string[]
  /** What contradicts itself or leaves a choice: the reader must not choose. */
  unclear?: Topic[]
}

export const DEFAULT_TODAY = '2026-11-22'
