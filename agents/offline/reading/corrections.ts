import { folded, type Span } from './text.ts'

const markers =
  'no,? wait|wait|hold on|sorry|scratch that|strike that|correction|actually|i (?:mean|meant)|make (?:that|it)|or rather|rather|nope|no|oops|my bad|my mistake|pardon|(?:raised|lowered|changed|moved|upped|cut) (?:it|that) to|ach nein|nein|besser|quatsch|ich meine|non|plutôt|je veux dire|mejor|digo|quiero decir|perd[oó]n'
const small = "to|for|it's|its|is|from|on|at|the|that|they|oh|just|make|mean|be|of|a|it|für|nach|am|pour|le|à|para|el"
const takesBack = new RegExp(`(?<![\\p{L}])(?:${markers})(?:[\\s,:;.!?-]+(?:${markers}|${small}))*[\\s,:;.!?-]*$`, 'iu')

/** Whether the words between two mentions of one kind take the first one back: "Dec 4, no wait, Dec 5". */
export const isCorrection = (between: string) => takesBack.test(between)

/** Mentions of one kind without those that the broker took back; what replaces one stands for both places. */
export function withoutTakenBack<Mention extends Span>(text: string, mentions: readonly Mention[]): Mention[] {
  const sorted = [...mentions].sort((a, b) => a.start - b.start)
  return folded(sorted, (last, next) =>
    isCorrection(text.slice(last.end, next.start)) ? { ...next, start: last.start } : undefined,
  )
}
