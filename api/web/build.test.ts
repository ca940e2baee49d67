import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { webPageRoutes } from '../routes/web-page.ts'
import { buildPage } from './build.ts'

const MOST_BYTES = 200_000

it('the page’s JavaScript stays below 200 KB compressed', async () => {
  const assets = join(await buildPage(), 'assets')
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'))
  const sizes = await Promise.all(scripts.map(async (name) => gzipSync(await readFile(join(assets, name))).byteLength))

  expect(scripts).not.toEqual([])
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
})

it.each([
  ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
  ['gzip', 'gzip;q=0.8', gunzipSync],
  [null, 'identity', (bytes: Buffer) => bytes],
])('scripts go over the wire as %s to a browser that takes %s', async (encoding, accepted, unpack) => {
  const folder = await buildPage()
  const name = (await readdir(join(folder, 'assets'))).find((file) => file.endsWith('.js'))
  const headers = { 'Accept-Encoding': accepted }
  const answer = await webPageRoutes(folder).request(`/assets/${name}`, { headers })

  expect(answer.headers.get('Content-Encoding')).toBe(encoding)
  expect(answer.headers.get('Content-Type')).toBe('text/javascript; charset=utf-8')
  const bytes = unpack(Buffer.from(await answer.arrayBuffer()))
  expect(bytes.equals(await readFile(join(folder, 'assets', `${name}`)))).toBe(true)
})
