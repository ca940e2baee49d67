import { createHash } from 'node:crypto'

/** Phone first; grows to a sheet of paper, and prints as one. */
export const styles = `
:root {
  color-scheme: light dark;
  --ink: #14181f; --soft: #5b6472; --line: #dfe3e8; --paper: #ffffff; --ground: #f4f5f7;
  --accent: #0b4f8a; --accent-ink: #ffffff; --good: #17653a; --danger: #9b1c1c;
  font: 17px/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #eceff3; --soft: #a3adba; --line: #313843; --paper: #171b21; --ground: #0e1115;
    --accent: #7db8f0; --accent-ink: #08131f; --good: #7fd6a3; --danger: #f5a3a3;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); }
.sheet { max-width: 44rem; margin: 0 auto; background: var(--paper); min-height: 100vh; padding: 0 1.25rem 3rem; }
header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; padding: 1.25rem 0; border-bottom: 1px solid var(--line); }
.brand { font-weight: 600; letter-spacing: .01em; }
.number { color: var(--soft); font-size: .82rem; font-variant-numeric: tabular-nums; white-space: nowrap; }
.for { color: var(--soft); margin: 2rem 0 .25rem; font-size: .9rem; }
h1 { font-size: clamp(1.7rem, 7vw, 2.4rem); line-height: 1.15; letter-spacing: -.02em; margin: 0 0 .5rem; text-wrap: pretty; }
h2 { font-size: .82rem; font-weight: 600; color: var(--soft); text-transform: uppercase; letter-spacing: .07em; margin: 0 0 .75rem; }
section { border-top: 1px solid var(--line); padding: 1.5rem 0 .25rem; margin-top: 1.5rem; }
p { margin: 0 0 .75rem; }
.lede { color: var(--soft); margin: 0; }
ol { list-style: none; margin: 0; padding: 0; }
.leg + .leg { border-top: 1px dashed var(--line); margin-top: 1rem; padding-top: 1rem; }
.leg .when { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-weight: 600; }
.leg .when span { color: var(--soft); font-weight: 400; }
.route { display: grid; grid-template-columns: 1fr minmax(2rem, 5rem) 1fr; align-items: center; gap: .75rem; margin-top: .5rem; }
.route .to { text-align: right; }
.code { font-size: 1.5rem; font-weight: 600; letter-spacing: .02em; font-variant-numeric: tabular-nums; }
.place { display: block; color: var(--soft); font-size: .85rem; line-height: 1.35; overflow-wrap: anywhere; }
.path { height: 1px; background: var(--soft); position: relative; }
.path::after { content: ""; position: absolute; right: 0; top: -3.5px; border-left: 7px solid var(--soft); border-top: 4px solid transparent; border-bottom: 4px solid transparent; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.25rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.price { font-size: clamp(2rem, 9vw, 2.8rem); font-weight: 600; letter-spacing: -.02em; font-variant-numeric: tabular-nums; line-height: 1.1; }
.note { color: var(--soft); font-size: .9rem; margin: .5rem 0 0; }
.state { border: 1px solid currentColor; border-radius: 10px; padding: 1rem 1.1rem; margin-top: 1.5rem; }
.state p:last-child { margin: 0; color: var(--ink); }
.state strong { display: block; font-size: 1.1rem; }
.good { color: var(--good); } .danger { color: var(--danger); }
label { display: block; font-weight: 600; margin: 0 0 .35rem; }
input[type=text], textarea { width: 100%; font: inherit; color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: 8px; padding: .7rem .8rem; min-height: 3rem; }
.consent { display: grid; grid-template-columns: 1.6rem 1fr; gap: .5rem; align-items: start; font-weight: 400; margin: 1rem 0; min-height: 44px; }
.consent input { width: 1.35rem; height: 1.35rem; margin: .15rem 0 0; accent-color: var(--accent); }
button, .button { display: inline-block; width: 100%; min-height: 3.1rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); font: inherit; font-weight: 600; padding: .75rem 1.25rem; text-align: center; text-decoration: none; cursor: pointer; }
.quiet { background: transparent; color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.more { display: grid; gap: .75rem; margin-top: 1rem; }
summary { cursor: pointer; color: var(--accent); min-height: 44px; padding: .6rem 0; }
details form { padding-top: .5rem; } details button { margin-top: .75rem; }
footer { color: var(--soft); font-size: .85rem; border-top: 1px solid var(--line); margin-top: 2rem; padding-top: 1rem; }
a { color: var(--accent); }
.lost { min-height: 100vh; display: grid; place-content: center; text-align: center; padding: 2rem; }
@media (min-width: 40rem) {
  .sheet { padding: 0 3rem 4rem; }
  button, .button { width: auto; } .more { grid-auto-flow: column; justify-content: start; }
}
@media print {
  :root { color-scheme: light; --ink: #000; --soft: #444; --line: #bbb; --paper: #fff; --ground: #fff; --good: #000; --danger: #000; }
  .sheet { max-width: none; padding: 0; min-height: 0; } .decide, .more { display: none; } section { break-inside: avoid; }
}
`

/** The page runs no script and loads nothing: its one style sheet is named by its hash. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(styles).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')
