const HIDDEN = /\p{Cf}|\p{Variation_Selector}|\p{Zl}|\p{Zp}|\p{Default_Ignorable_Code_Point}|\u2800|[^\P{Cc}\n\r\t]/gu
const TAGS = /[\u{e0000}-\u{e007f}]+/gu
/** What belongs to an emoji: a joiner between two pictures, the selector that colours one. */
const EMOJI =
  /(?:\p{Extended_Pictographic}|[\d#*]|\p{Emoji_Modifier})[\ufe0f\ufe0e]?\u20e3?(?:\u200d\p{Extended_Pictographic}[\ufe0f]?)*/gu

/** How a hidden character is shown: `⟨U+202E⟩`. */
export const MARK = /(⟨[^⟩]*⟩)/

/**
 * The text with what nobody would see made visible: direction marks, zero-width characters, tags. A run of tag characters is a message of its own,
 * so it is spelt out.
 */
export function showHidden(text: string): string {
  let shown = ''
  let end = 0
  for (const emoji of text.matchAll(EMOJI)) {
    shown += mark(text.slice(end, emoji.index)) + emoji[0]
    end = emoji.index + emoji[0].length
  }
  return shown + mark(text.slice(end))
}

const mark = (text: string) =>
  text
    .replace(TAGS, (run) => `⟨hidden text: ${[...run].map(asciiOf).join('')}⟩`)
    .replace(HIDDEN, (character) => `⟨U+${codeOf(character).toString(16).toUpperCase().padStart(4, '0')}⟩`)

const asciiOf = (tag: string) => {
  const code = codeOf(tag) - 0xe0000
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ''
}

const codeOf = (character: string) => character.codePointAt(0) ?? 0
