import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { App } from '@supabase/lite'

export type StorageAdapter = NonNullable<App['_storageAdapter']>

type Kept = { bucket: string; key: string; mimetype: string; cacheControl: string; eTag: string }

/**
 * Keeps uploaded files in a folder. A file is named after the hash of its bucket and key, so that no key, whatever it
 * contains, can name another file; what it was called stands in a JSON file beside it.
 */
export function storageInFolder(folder: string): StorageAdapter {
  const fileOf = (bucket: string, key: string) => {
    const name = createHash('sha256').update(`${bucket}\n${key}`).digest('hex')
    return { folder: join(folder, name.slice(0, 2)), file: join(folder, name.slice(0, 2), name) }
  }

  const put = async (bucket: string, key: string, content: Uint8Array, mimetype: string, cacheControl: string) => {
    const target = fileOf(bucket, key)
    const eTag = `"${createHash('md5').update(content).digest('hex')}"`
    const kept: Kept = { bucket, key, mimetype, cacheControl, eTag }
    await mkdir(target.folder, { recursive: true })
    await replace(`${target.file}.json`, JSON.stringify(kept))
    await replace(target.file, content)
    return head(bucket, key)
  }

  const head = async (bucket: string, key: string) => {
    const { file } = fileOf(bucket, key)
    const [kept, { size, mtime }] = await Promise.all([readFile(`${file}.json`, 'utf8'), stat(file)])
    const { mimetype, cacheControl, eTag }: Kept = JSON.parse(kept)
    return { mimetype, cacheControl, eTag, size, contentLength: size, lastModified: mtime, httpStatusCode: 200 }
  }

  const remove = async (bucket: string, key: string) => {
    const { file } = fileOf(bucket, key)
    await rm(file, { force: true })
    await rm(`${file}.json`, { force: true })
  }

  return {
    driver: 'folder',
    async getObject(bucket, key) {
      const [metadata, content] = await Promise.all([head(bucket, key), readFile(fileOf(bucket, key).file)])
      return { httpStatusCode: 200, metadata, body: new Blob([content]).stream() }
    },
    async uploadObject(bucket, key, _version, body, contentType, cacheControl) {
      const stream = body as ReadableStream<Uint8Array> // lite's own type for streams of any runtime
      const content = body instanceof Uint8Array ? body : new Uint8Array(await new Response(stream).arrayBuffer())
      return put(bucket, key, content, contentType, cacheControl)
    },
    async copyObject(fromBucket, fromKey, _version, bucket, key) {
      const { mimetype, cacheControl } = await head(fromBucket, fromKey)
      return put(bucket, key, await readFile(fileOf(fromBucket, fromKey).file), mimetype, cacheControl)
    },
    headObject: head,
    deleteObject: remove,
    async deleteObjects(bucket, keys) {
      await Promise.all(keys.map((key) => remove(bucket, key)))
    },
    async privateAssetUrl(bucket, key) {
      return `file://${fileOf(bucket, key).file}`
    },
  }
}

/** Readers see the old content or the new one, never a part. */
async function replace(file: string, content: string | Uint8Array) {
  const unfinished = `${file}.${randomUUID()}`
  await writeFile(unfinished, content, { mode: 0o600 })
  await rename(unfinished, file)
}
