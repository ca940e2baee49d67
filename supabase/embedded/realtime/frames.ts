import { z } from 'zod'

export type Payload = Record<string, unknown>

/** A message of Phoenix' channel protocol, which Supabase Realtime speaks. */
export type Frame = { join_ref: string | null; ref: string | null; topic: string; event: string; payload: Payload }

/** A message from client to client. Binary content stays as it is. */
export type Broadcast = { event: string; payload: unknown }

/** One of the two ways in which frames travel. `decode` gives null for what is no frame. */
export type Format = {
  decode(data: Buffer, isBinary: boolean): Frame | null
  encode(frame: Frame): string
  encodeBroadcast(topic: string, message: Broadcast): string | Buffer
}

const Ref = z
  .string()
  .max(255)
  .nullish()
  .transform((ref) => ref ?? null)
const Content = z.record(z.string(), z.unknown()).catch({})
const ListFrame = z
  .tuple([Ref, Ref, z.string(), z.string(), Content])
  .transform(([join_ref, ref, topic, event, payload]): Frame => ({ join_ref, ref, topic, event, payload }))
const ObjectFrame = z
  .object({ join_ref: Ref, ref: Ref, topic: z.string(), event: z.string(), payload: Content })
  .transform((frame): Frame => frame)

/** The format that a client asks for by `vsn`; null for one that does not exist. */
export function formatFor(vsn: string | null): Format | null {
  if (vsn === '2.0.0') return listFormat
  if (vsn === '1.0.0' || vsn === null) return objectFormat
  return null
}

const asBroadcastFrame = (topic: string, { event, payload }: Broadcast): Frame => ({
  join_ref: null,
  ref: null,
  topic,
  event: 'broadcast',
  payload: { type: 'broadcast', event, payload },
})

const objectFormat: Format = {
  decode: (data, isBinary) => (isBinary ? null : parse(ObjectFrame, data)),
  encode: (frame) => JSON.stringify(frame),
  encodeBroadcast: (topic, message) => JSON.stringify(asBroadcastFrame(topic, message)),
}

const listFormat: Format = {
  decode: (data, isBinary) => (isBinary ? decodePush(data) : parse(ListFrame, data)),
  encode: ({ join_ref, ref, topic, event, payload }) => JSON.stringify([join_ref, ref, topic, event, payload]),
  encodeBroadcast(topic, message) {
    if (!Buffer.isBuffer(message.payload)) return this.encode(asBroadcastFrame(topic, message))
    const [topicBytes, eventBytes] = [Buffer.from(topic), Buffer.from(message.event)]
    const header = Buffer.from([KIND_BROADCAST, topicBytes.length, eventBytes.length, 0, BINARY])
    return Buffer.concat([header, topicBytes, eventBytes, message.payload])
  },
}

function parse(schema: typeof ListFrame | typeof ObjectFrame, data: Buffer): Frame | null {
  try {
    return schema.safeParse(JSON.parse(data.toString('utf8'))).data ?? null
  } catch {
    return null
  }
}

const KIND_PUSH = 3
const KIND_BROADCAST = 4
const BINARY = 0

/** A broadcast as clients of version 2 send it: six lengths, five texts, and the content. */
function decodePush(data: Buffer): Frame | null {
  const [kind, joinRefLength = 0, refLength = 0, topicLength = 0, eventLength = 0, metaLength = 0, encoding] = data
  const lengths = [joinRefLength, refLength, topicLength, eventLength, metaLength]
  const start = 7 + lengths.reduce((sum, length) => sum + length, 0)
  if (kind !== KIND_PUSH || data.length < start) return null
  let offset = 7
  const [join_ref = '', ref = '', topic = '', event = ''] = lengths.map((length) => {
    offset += length
    return data.toString('utf8', offset - length, offset)
  })
  const content = readContent(data.subarray(start), encoding === BINARY)
  if (content === undefined) return null
  const payload = { type: 'broadcast', event, payload: content }
  return { join_ref: join_ref || null, ref: ref || null, topic, event: 'broadcast', payload }
}

function readContent(bytes: Buffer, isBinary: boolean): unknown {
  if (isBinary) return Buffer.from(bytes) // a copy: the socket's buffer is used again
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
