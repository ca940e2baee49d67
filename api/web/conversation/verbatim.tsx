import { MARK, showHidden } from './hidden-characters.ts'

/** Words exactly as they are, line breaks and all; what is hidden in them stands out. */
export function Verbatim({ text }: { text: string }) {
  const parts = showHidden(text).split(MARK)
  return (
    <span className="verbatim" dir="auto">
      {parts.map((part, at) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
        at % 2 === 1 ? <mark key={at}>{part}</mark> : part,
      )}
    </span>
  )
}
