/** A list may go on after an empty line, and what is indented belongs to what stands above it. */
const GOES_ON = /^(\s|[-*+>]|\d+[.)])/

/** A Markdown text cut between its paragraphs, where reading the parts one by one gives what reading all at once gives. */
export function passagesOf(text: string): string[] {
  const passages = ['']
  let isCode = false
  for (const paragraph of text.split(/\n{2,}/)) {
    const goesOn = isCode || passages.at(-1) === '' || GOES_ON.test(paragraph)
    if (goesOn) passages.push([passages.pop(), paragraph].filter(Boolean).join('\n\n'))
    else passages.push(paragraph)
    if ((paragraph.match(/^(```|~~~)/gm)?.length ?? 0) % 2 === 1) isCode = !isCode
  }
  return passages
}
