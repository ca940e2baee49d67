import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import pg from 'pg'
import { createDecoder, type Message } from './pgoutput.ts'

type Options = {
  databaseUrl: string
  publication: string
  /** Called for every message in order. While it answers false, no more are read; call `resume`. */
  onMessage(message: Message): boolean
  /** The stream broke: what happened since is lost. Not called after `close`. */
  onEnd(error: Error): void
}

export type ChangeStream = { resume(): void; close(): Promise<void> }

/** What pg keeps for itself of a connection that copies both ways. */
type Wire = EventEmitter & {
  stream: { pause(): void; resume(): void; destroy(): void }
  sendCopyFromChunk(chunk: Buffer): void
}

const STATUS_MS = 10_000

/**
 * Follows the committed changes of a publication from now on, by logical decoding. The slot is temporary: it is gone with
 * the connection and never keeps log files for anyone who is away. Without a follower nothing is decoded at all.
 */
export async function followChanges({ databaseUrl, publication, onMessage, onEnd }: Options): Promise<ChangeStream> {
  const slot = `jetvision_realtime_${randomUUID().replaceAll('-', '')}`
  // pg hands the option over to Postgres, but its types do not know it.
  const config: pg.ClientConfig & { replication: string } = {
    connectionString: databaseUrl,
    replication: 'database',
    application_name: 'realtime',
    keepAlive: true,
  }
  const client = new pg.Client(config)
  let isClosed = false
  const end = (error: Error) => {
    if (isClosed) return
    isClosed = true
    clearInterval(timer)
    wire.stream.destroy()
    onEnd(error)
  }
  client.on('error', end)
  await client.connect()
  const wire = client.connection as unknown as Wire

  let received = 0n
  const confirm = () => wire.sendCopyFromChunk(statusUpdate(received))
  const timer = setInterval(confirm, STATUS_MS).unref()
  const decode = createDecoder()
  wire.on('copyData', ({ chunk }: { chunk: Buffer }) => {
    if (isClosed) return
    try {
      if (chunk[0] === KEEPALIVE) {
        received = max(received, chunk.readBigInt64BE(1))
        if (chunk[17] === 1) confirm()
      } else if (chunk[0] === DATA) {
        received = max(received, chunk.readBigInt64BE(1))
        if (!onMessage(decode(chunk.subarray(25)))) wire.stream.pause()
      }
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)))
    }
  })
  try {
    await client.query(`CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')`)
    await startReplication(client, wire, slot, publication, end)
  } catch (error) {
    isClosed = true
    clearInterval(timer)
    wire.stream.destroy()
    throw error
  }
  client.once('end', () => end(new Error('the connection ended')))
  return {
    resume: () => wire.stream.resume(),
    async close() {
      if (isClosed) return
      isClosed = true
      clearInterval(timer)
      const gone = new Promise((done) => client.once('end', done))
      wire.stream.destroy()
      await gone
    },
  }
}

/** Resolves when Postgres streams; the query itself lasts as long as the stream. */
function startReplication(client: pg.Client, wire: Wire, slot: string, publication: string, end: (e: Error) => void) {
  return new Promise<void>((started, failed) => {
    wire.once('replicationStart', () => started())
    client
      .query(`START_REPLICATION SLOT ${slot} LOGICAL 0/0 (proto_version '1', publication_names '${publication}')`)
      .then(
        () => end(new Error('Postgres ended the stream')),
        (error: Error) => {
          failed(error)
          end(error)
        },
      )
  })
}

const DATA = 'w'.charCodeAt(0)
const KEEPALIVE = 'k'.charCodeAt(0)

const max = (a: bigint, b: bigint) => (a > b ? a : b)

/** Tells Postgres how far we are, so that it may forget the log before. */
function statusUpdate(position: bigint) {
  const update = Buffer.alloc(34)
  update.write('r', 0)
  for (const offset of [1, 9, 17]) update.writeBigInt64BE(position, offset)
  update.writeBigInt64BE(BigInt(Date.now() - Date.UTC(2000, 0, 1)) * 1000n, 25)
  return update
}
