import { html, raw } from 'hono/html'
import type { HtmlEscapedString } from 'hono/utils/html'

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>

/** The frame of every marketplace page; the banner says that nothing here is real. */
export const page = (title: string, content: Html) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title}</title>
    <style>${raw(style)}</style>
  </head>
  <body>
    <p class="banner" role="note"><strong>Simulated marketplace.</strong> A local stand-in for Avinode: operators, aircraft and prices are invented.</p>
    <header><span class="mark">Marketplace</span><nav><a href="/marketplace">Trips</a></nav></header>
    <main>${content}</main>
    <script src="/marketplace/live.js" defer></script>
  </body>
</html>`

/** Keeps the answers on an open page fresh without touching what is being typed beside them. */
export const liveScript = `
const live = document.getElementById('live')
if (live) setInterval(async () => {
  if (document.hidden) return
  try {
    const text = await (await fetch(location.href)).text()
    const fresh = new DOMParser().parseFromString(text, 'text/html').getElementById('live')
    if (fresh && fresh.innerHTML !== live.innerHTML) live.innerHTML = fresh.innerHTML
  } catch {}
}, 3000)
`

const style = `
:root { --ink:#16202c; --soft:#5b6b7d; --line:#dde4ec; --blue:#0b57a4; --paper:#f5f7fa; --good:#0c6b45; --bad:#a1261f }
* { box-sizing:border-box }
body { margin:0; font:15px/1.5 system-ui,sans-serif; color:var(--ink); background:var(--paper) }
.banner { margin:0; padding:.5rem 1rem; background:#ffe9a8; color:#4a3500; text-align:center; font-size:.9rem }
header { display:flex; gap:2rem; align-items:center; padding:.8rem 1.5rem; background:#0d2b4b; color:#fff }
header a { color:#cfe2f7 } .mark { font-weight:700; letter-spacing:.02em }
main { max-width:68rem; margin:0 auto; padding:1.5rem 1rem 4rem }
h1 { font-size:1.5rem; margin:.2rem 0 1rem } h2 { font-size:1.1rem; margin:2rem 0 .6rem } section h2 { margin-top:.2rem } section form + form { margin-top:.6rem }
section,.card { background:#fff; border:1px solid var(--line); border-radius:10px; padding:1rem 1.2rem; margin-bottom:1rem }
table { width:100%; border-collapse:collapse } th { text-align:left; font-size:.8rem; color:var(--soft); font-weight:600 }
th,td { padding:.5rem .6rem; border-bottom:1px solid var(--line); vertical-align:top } td.num,th.num { text-align:right; white-space:nowrap }
tr:last-child td { border-bottom:0 } .soft { color:var(--soft); font-size:.88rem }
.tag { display:inline-block; padding:.05rem .5rem; border-radius:99px; background:#e8eef5; font-size:.82rem }
.tag.accepted { background:#d7f2e4; color:var(--good) } .tag.declined,.tag.canceled { background:#fbe1df; color:var(--bad) }
button { font:inherit; font-weight:600; padding:.5rem 1rem; border:0; border-radius:8px; background:var(--blue); color:#fff; cursor:pointer }
button.plain { background:#e8eef5; color:var(--ink) } button:focus-visible,a:focus-visible,input:focus-visible { outline:3px solid #f0a202; outline-offset:2px }
input,select,textarea { font:inherit; padding:.4rem .5rem; border:1px solid #b8c4d2; border-radius:6px; max-width:100% } textarea { width:100% }
label { display:block; margin:.5rem 0 } .row { display:flex; gap:1rem; flex-wrap:wrap; align-items:end }
.play { border:2px dashed #d0a000; background:#fffaf0 } .chat { margin:.3rem 0; padding:.3rem .7rem; border-left:3px solid var(--line) }
.chat.broker { border-color:var(--blue) }
`
