import { inflateSync } from 'node:zlib'

/** The text of a PDF in the order in which it was written: enough for what pdfkit makes with the standard fonts. For tests. */
export function textOfPdf(pdf: Uint8Array): string {
  const file = Buffer.from(pdf).toString('latin1')
  const streams = [...file.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body = '']) => inflate(body))
  const shown = streams.flatMap((stream) => [...stream.matchAll(/\[((?:<[0-9a-f]*>|[-\d.\s])*)\]\s*TJ/gi)])
  const lines = shown.map(([, parts = '']) =>
    [...parts.matchAll(/<([0-9a-f]*)>/gi)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join(''),
  )
  return lines.join('\n').replaceAll('\x95', '•').replaceAll('\x97', '-')
}

function inflate(body: string) {
  try {
    return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
  } catch {
    return '' // a font or an image
  }
}
