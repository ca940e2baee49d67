// What we use of two packages that bring no types.

declare module 'subset-font' {
  /** The part of a font that these signs need, at one weight. */
  export default function subsetFont(
    font: Uint8Array,
    signs: string,
    options: { targetFormat: 'sfnt'; variationAxes: { wght: number } },
  ): Promise<Uint8Array>
}

declare module 'fontkit' {
  export function create(font: Uint8Array): { hasGlyphForCodePoint(code_point: number): boolean }
}
