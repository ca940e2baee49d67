import type { Doubt } from '../doubts.ts'
import type { Span } from '../text.ts'

/** A day as `YYYY-MM-DD` and a time as `HH:mm`; either may be open. */
export type Day = { date: string | null; time: string | null }

/** One mention of a day or a time, or of both side by side. */
export type DateMention = Span &
  Day & {
    /** The last day of a range. */
    until: Day | null
    /** "the 23rd": its month depends on the trip. */
    day_of_month: number | null
    /** "Sunday" by itself: which one depends on the flight before it. 0 is Sunday. */
    weekday: number | null
    /** "a week later", "the same day": counted from the departure. */
    days_later: number | null
    /** "for three nights": counts only where the trip returns. */
    is_stay: boolean
    /** A year is written, or the day needs none. */
    has_year: boolean
    /** IANA name of a zone that is written beside the time; otherwise times are local to the departure. */
    zone: string | null
    /** What limits the time without being it, in the words of the text: "after 3pm", "in the morning". */
    note: string | null
    doubt: Doubt | null
  }

const open = {
  date: null,
  time: null,
  until: null,
  day_of_month: null,
  weekday: null,
  days_later: null,
  is_stay: false,
  has_year: true,
  zone: null,
  note: null,
  doubt: null,
}

export const mention = (span: Span, fields: Partial<DateMention>): DateMention => ({
  ...open,
  ...fields,
  start: span.start,
  end: span.end,
})

/** "arriving 8am" */
export const isArrival = ({ note }: DateMention) =>
  note !== null && /arriv|land|there|ankunft|llegada|be in|get in/i.test(note)

/** Whether it says anything about the day, be it only that the day is in doubt. */
export const namesDay = ({ date, day_of_month, weekday, days_later, doubt }: DateMention) =>
  date !== null ||
  day_of_month !== null ||
  weekday !== null ||
  days_later !== null ||
  (doubt !== null && doubt.about === 'day')
