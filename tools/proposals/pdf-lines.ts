import bidiFactory from 'bidi-js'
import type PDFDocument from 'pdfkit'
import type { Fonts } from './pdf-fonts.ts'

type Pdf = InstanceType<typeof PDFDocument>
type Look = { size: number; width: number; isBold: boolean; align?: 'right' }
type Run = { text: string; font: string; level: number }

// Its types speak of a default export, which Node sees as the module itself.
const bidi = (bidiFactory as unknown as typeof bidiFactory.default)()
/** As the standard fonts have it, so that lines of both kinds stand side by side. */
const BASELINE = 0.72
const LINE = 1.3
const GAP = 1.5

const wordless = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー]'
/** Where a line may break: after a space, and after each letter of a script without spaces, but not before what closes. */
const breakable = new RegExp(`${wordless}[、。，．！？：；」』）】〉》]*|(?:(?!${wordless})\\S)+ *| +`, 'gu')

/** How high a text is when it is set in these fonts. */
export const heightOfLines = (pdf: Pdf, text: string, look: Look, fonts: Fonts) =>
  breakLines(pdf, text, look, fonts).length * (look.size * LINE + GAP)

/** Sets a text of any script, with the words of each direction in their order, and returns where the next line would begin. */
export function writeLines(pdf: Pdf, text: string, x: number, y: number, look: Look, fonts: Fonts): number {
  let top = y
  for (const line of breakLines(pdf, text, look, fonts)) {
    if (top + look.size * LINE > pdf.page.maxY()) {
      pdf.addPage()
      top = pdf.y
    }
    const runs = inVisualOrder(runsOf(line, look, fonts))
    const widths = runs.map((run) => widthOf(pdf, run, look.size))
    const sum = widths.reduce((total, width) => total + width, 0)
    let left = look.align === 'right' ? x + look.width - sum : x
    for (const [index, { text, font }] of runs.entries()) {
      pdf.font(font).fontSize(look.size)
      pdf.text(text, left, top + look.size * BASELINE, { lineBreak: false, baseline: 'alphabetic' })
      left += widths[index] ?? 0
    }
    top += look.size * LINE + GAP
  }
  pdf.x = x
  pdf.y = top
  return top
}

function widthOf(pdf: Pdf, { text, font }: Run, size: number) {
  return pdf.font(font).fontSize(size).widthOfString(text)
}

function breakLines(pdf: Pdf, text: string, look: Look, fonts: Fonts): string[] {
  const fits = (line: string) =>
    runsOf(line.trimEnd(), look, fonts).reduce((sum, run) => sum + widthOf(pdf, run, look.size), 0) <= look.width
  return text.split('\n').flatMap((paragraph) => {
    const lines = ['']
    for (const word of paragraph.match(breakable) ?? []) {
      for (const piece of fits(word) ? [word] : word) {
        const line = lines.at(-1) ?? ''
        if (line === '' || fits(line + piece)) lines[lines.length - 1] = line + piece
        else lines.push(piece)
      }
    }
    return lines.map((line) => line.trimEnd())
  })
}

/** What can be set in one go, in the order in which it is read. Where it runs from right to left, a font orders one word only. */
function runsOf(line: string, { isBold }: Look, fonts: Fonts): Run[] {
  const { levels } = bidi.getEmbeddingLevels(line, 'ltr')
  const mirrored = bidi.getMirroredCharactersMap(line, levels)
  const runs: Run[] = []
  let joins = false
  let at = 0
  for (const sign of line) {
    const level = levels[at] ?? 0
    const last = runs.at(-1)
    const font = `${isMark(sign) && last ? last.font.replace(/-bold$/, '') : (fonts.of(sign) ?? fonts.of('?'))}${isBold ? '-bold' : ''}`
    const stands_alone =
      level % 2 === 1 ? !isRightToLeft(sign) && !isMark(sign) : /\p{Nd}/u.test(sign) && sign > '\u0600'
    if (last && joins && !stands_alone && last.level === level && last.font === font) last.text += sign
    else runs.push({ text: mirrored.get(at) ?? sign, font, level })
    joins = !stands_alone
    at += sign.length
  }
  return runs
}

const isMark = (sign: string) => /\p{M}/u.test(sign)
const isRightToLeft = (sign: string) => /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(sign)

/** From the deepest level outwards, what stands on it is turned round. */
function inVisualOrder(runs: readonly Run[]): Run[] {
  const ordered = [...runs]
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level--) {
    for (let from = 0; from < ordered.length; from++) {
      let to = from
      while ((ordered[to]?.level ?? -1) >= level) to++
      if (to > from) ordered.splice(from, to - from, ...ordered.slice(from, to).reverse())
      from = to
    }
  }
  return ordered
}
