import {
  AbstractChat,
  type ChatState,
  type ChatStatus,
  DefaultChatTransport,
  readUIMessageStream,
  type UIMessage,
} from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, OMAR, startTestApi, type TestApi } from '../testing.ts'
import { claimTurn, END, passage } from '../testing-turns.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

type Step = { id: string; label: string; status: string }
type Message = UIMessage<{ offline?: boolean }, { step: Step; approval: { approval_id: string } }>

/** What a page configures, and nothing more. */
const transport = (who = DANA) =>
  new DefaultChatTransport<Message>({
    headers: async () => ({ authorization: `Bearer ${await api.signer.sign({ sub: who.sub })}` }),
    fetch: async (input, init) => api.app.request(String(input), init),
  })

/** `useChat` without React: the same class of the AI SDK, with its state in plain fields. */
class Chat extends AbstractChat<Message> {
  private readonly watchers = new Set<() => void>()

  constructor({ id, messages = [], who = DANA }: { id?: string; messages?: Message[]; who?: typeof DANA } = {}) {
    const state: ChatState<Message> = {
      status: 'ready' as ChatStatus,
      error: undefined,
      messages,
      pushMessage(message) {
        this.messages = [...this.messages, message]
        changed()
      },
      popMessage() {
        this.messages = this.messages.slice(0, -1)
      },
      replaceMessage(index, message) {
        this.messages = this.messages.with(index, structuredClone(message))
        changed()
      },
      snapshot: structuredClone,
    }
    const changed = () => {
      for (const watcher of this.watchers) watcher()
    }
    super({ state, transport: transport(who), ...(id && { id }) })
  }

  /** Resolves once the last message reads so. */
  shows(text: string) {
    return new Promise<void>((resolve) => {
      const look = () => {
        if (textOf(this.lastMessage) !== text) return
        this.watchers.delete(look)
        resolve()
      }
      this.watchers.add(look)
      look()
    })
  }
}

const textOf = (message: Message | undefined) =>
  message?.parts.flatMap((part) => (part.type === 'text' ? part.text : [])).join('')
const newestTurn = () => api.enqueued.filter(({ kind }) => kind === 'turn').at(-1)?.id ?? ''

/** Waits until the service was asked for one more turn, and takes it. */
async function nextTurn(act: () => Promise<unknown>) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const known = api.enqueued.length
  api.onEnqueued(resolve)
  const acting = act()
  if (api.enqueued.length === known) await Promise.race([promise, acting])
  return { acting, worker: await claimTurn(api, newestTurn()) }
}

const rowsOf = async (conversation_id: string) =>
  (await api.as(DANA).get(`/api/conversations/${conversation_id}/messages`)).body.data as Json[]
const conversationOf = async (turn_id: string) =>
  String(
    (await api.sql.query('select conversation_id from private.assistant_turns where id = $1', [turn_id])).rows[0]
      ?.conversation_id,
  )

describe('useChat', () => {
  it('sends, and shows the answer grow, with the parts of our own', async () => {
    const chat = new Chat({ id: crypto.randomUUID() })
    const answer = crypto.randomUUID()

    const { acting, worker } = await nextTurn(() => chat.sendMessage({ text: 'KTEB to KVNY, 4 people, May 1' }))
    await worker.says(...passage(answer, 'The trip '))
    await worker.says({
      type: 'data-step',
      id: 's1',
      data: { id: 's1', label: 'Creating the trip', status: 'running' },
    })
    await worker.says({ type: 'data-step', id: 's1', data: { id: 's1', label: 'Creating the trip', status: 'done' } })
    await worker.says({ type: 'text-delta', id: '0', delta: 'is in Avinode.' }, ...END)
    await worker.ends('completed', 'The trip is in Avinode.', answer)
    await acting

    expect(chat.status).toBe('ready')
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(chat.lastMessage).toMatchObject({
      id: answer,
      metadata: { offline: true },
      parts: [
        { type: 'text', text: 'The trip is in Avinode.', state: 'done' },
        { type: 'data-step', id: 's1', data: { status: 'done' } },
      ],
    })
    expect((await rowsOf(chat.id)).map(({ id }) => id)).toContain(answer)
  })

  it('with ids that are uuids finds both messages under the same ids as the rows', async () => {
    const chat = new Chat({ id: crypto.randomUUID() })
    const [question, answer] = [crypto.randomUUID(), crypto.randomUUID()]

    const { acting, worker } = await nextTurn(() =>
      chat.sendMessage({ id: question, role: 'user', parts: [{ type: 'text', text: 'hello' }] }),
    )
    await worker.says(...passage(answer, 'Good day'), ...END)
    await worker.ends('completed', 'Good day', answer)
    await acting

    expect((await rowsOf(chat.id)).map(({ id }) => id)).toEqual([answer, question])
    expect(chat.messages.map(({ id }) => id)).toEqual([question, answer])
  })

  it('with the ids that it makes up by itself speaks in one room, which nobody else gets into', async () => {
    const chat = new Chat()
    const first = await nextTurn(() => chat.sendMessage({ text: 'one' }))
    await first.worker.says(...passage(crypto.randomUUID(), 'first'), ...END)
    await first.worker.ends('completed', 'first')
    await first.acting
    const second = await nextTurn(() => chat.sendMessage({ text: 'two' }))
    await second.worker.says(...passage(crypto.randomUUID(), 'second'), ...END)
    await second.worker.ends('completed', 'second')
    await second.acting
    const room = await conversationOf(second.worker.turn.turn_id)

    const stranger = new Chat({ id: chat.id, who: OMAR })
    const other = await nextTurn(() => stranger.sendMessage({ text: 'mine' }))
    await other.worker.ends('stopped')
    await other.acting

    expect((await rowsOf(room)).map(({ content }) => content)).toEqual(['second', 'two', 'first', 'one'])
    expect(await conversationOf(other.worker.turn.turn_id)).not.toBe(room)
  })

  it('resumes after a reload, from the start of the answer', async () => {
    const chat = new Chat()
    const answer = crypto.randomUUID()
    const { acting, worker } = await nextTurn(() => chat.sendMessage({ text: 'hello' }))
    await worker.says(...passage(answer, 'One', ' two'))
    await chat.stop() // what a reload does: only the connection ends
    await acting

    const reloaded = new Chat({ id: chat.id, messages: chat.messages.filter(({ role }) => role === 'user') })
    const resumed = reloaded.resumeStream()
    await reloaded.shows('One two')
    await worker.says({ type: 'text-delta', id: '0', delta: ' three' }, ...END)
    await worker.ends('completed', 'One two three', answer)
    await resumed

    expect(textOf(reloaded.lastMessage)).toBe('One two three')
    expect(reloaded.lastMessage?.id).toBe(answer)
  })

  it('finds nothing to resume when nobody speaks, also in a room that was just made', async () => {
    const { body } = await api.as(DANA).post('/api/conversations', {})
    const chat = new Chat({ id: String(body.id) })

    await chat.resumeStream()

    expect({ status: chat.status, messages: chat.messages }).toEqual({ status: 'ready', messages: [] })
    expect(await transport().reconnectToStream({ chatId: String(body.id) })).toBeNull()
  })

  it('is stopped on the server, and keeps what was said', async () => {
    const chat = new Chat()
    const answer = crypto.randomUUID()
    const { acting, worker } = await nextTurn(() => chat.sendMessage({ text: 'hello' }))
    await worker.says(...passage(answer, 'I was about to'))

    const { body } = await api.as(DANA).post(`/api/chat/${chat.id}/stop`)
    await worker.says({ type: 'text-end', id: '0' }, { type: 'abort', reason: 'stopped' })
    await worker.ends('stopped', 'I was about to', answer)
    await acting

    expect(body).toEqual({ stopped: true })
    expect({ status: chat.status, text: textOf(chat.lastMessage) }).toEqual({ status: 'ready', text: 'I was about to' })
  })

  it('shows an answer once although the worker that gave it died in the middle', async () => {
    const chat = new Chat()
    const answer = crypto.randomUUID()
    const { acting, worker } = await nextTurn(() => chat.sendMessage({ text: 'hello' }))
    await worker.says(...passage(answer, 'Half an ans'))
    await worker.dies()
    const another = await claimTurn(api, worker.turn.turn_id)
    await another.says(...passage(answer, 'A whole answer'), ...END)
    await another.ends('completed', 'A whole answer', answer)
    await acting

    expect(textOf(chat.lastMessage)).toBe('A whole answer')
  })

  it('regenerates the newest answer in the place of the old one', async () => {
    const chat = new Chat()
    const answer = crypto.randomUUID()
    const first = await nextTurn(() => chat.sendMessage({ text: 'hello' }))
    await first.worker.says(...passage(answer, 'Something went wrong'), ...END)
    await first.worker.ends('failed', 'Something went wrong', answer)
    await first.acting

    const again = await nextTurn(() => chat.regenerate())
    await again.worker.says(...passage(answer, 'Good day'), ...END)
    await again.worker.ends('completed', 'Good day', answer)
    await again.acting

    expect(again.worker.turn).toMatchObject({ turn_id: first.worker.turn.turn_id, attempt: 2 })
    expect(chat.messages.map(textOf)).toEqual(['hello', 'Good day'])
    const room = await conversationOf(again.worker.turn.turn_id)
    expect((await rowsOf(room)).map(({ content }) => content)).toEqual(['Good day', 'hello'])
  })

  it('answers an edited message anew', async () => {
    const chat = new Chat()
    const answer = crypto.randomUUID()
    const first = await nextTurn(() => chat.sendMessage({ text: 'to LA' }))
    await first.worker.says(...passage(answer, 'Los Angeles'), ...END)
    await first.worker.ends('completed', 'Los Angeles', answer)
    await first.acting
    const [question] = chat.messages

    const again = await nextTurn(() => chat.sendMessage({ text: 'to London', messageId: question?.id ?? '' }))
    await again.worker.says(...passage(answer, 'Farnborough'), ...END)
    await again.worker.ends('completed', 'Farnborough', answer)
    await again.acting

    const room = await conversationOf(again.worker.turn.turn_id)
    expect(chat.messages.map(textOf)).toEqual(['to London', 'Farnborough'])
    expect(await rowsOf(room)).toMatchObject([{ content: 'Farnborough' }, { content: 'to London', is_edited: true }])
  })

  it('is told in a sentence what was wrong', async () => {
    const chat = new Chat()
    const files = [{ type: 'file' as const, mediaType: 'text/plain', url: 'data:text/plain;base64,aGVsbG8=' }]

    await chat.sendMessage({ text: 'See this', files })

    expect(chat.status).toBe('error')
    expect(JSON.parse(chat.error?.message ?? '{}')).toMatchObject({
      status: 422,
      code: 'invalid_input',
      detail: expect.stringMatching(/upload them/),
    })
  })

  it('shows a failed turn as an error', async () => {
    const chat = new Chat()
    const { acting, worker } = await nextTurn(() => chat.sendMessage({ text: 'hello' }))
    await worker.ends('failed')
    await acting

    expect({ status: chat.status, error: chat.error?.message }).toEqual({
      status: 'error',
      error: 'The assistant could not finish this answer. Please ask again.',
    })
  })
})

describe('readUIMessageStream', () => {
  it('yields the message as it grows', async () => {
    const messages: Message[] = [{ id: crypto.randomUUID(), role: 'user', parts: [{ type: 'text', text: 'hello' }] }]
    const sending = transport().sendMessages({
      trigger: 'submit-message',
      chatId: crypto.randomUUID(),
      messageId: undefined,
      messages,
      abortSignal: undefined,
    })
    const stream = await sending
    const worker = await claimTurn(api, newestTurn())
    await worker.says(...passage('the-answer', 'Good', ' day'), ...END)
    await worker.ends('completed', 'Good day')

    const texts: (string | undefined)[] = []
    for await (const message of readUIMessageStream<Message>({ stream })) texts.push(textOf(message))

    expect(texts.at(-1)).toBe('Good day')
    expect(new Set(texts)).toEqual(new Set(['', 'Good', 'Good day']))
  })
})

describe('an answer that is given again', () => {
  const ask = async (message = 'hello') => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message })
    return {
      response,
      room: response.headers.get('x-conversation-id') ?? '',
      worker: await claimTurn(api, response.headers.get('x-turn-id') ?? ''),
    }
  }
  const again = (room: string, who = DANA) => api.as(who).send('POST', `/api/chat/${room}/retry`)

  it('is the same turn, so that what it had done is not done twice', async () => {
    const { response, room, worker } = await ask()
    await worker.ends('failed', 'Sorry', crypto.randomUUID())
    await response.text()

    const retried = await again(room)
    const second = await claimTurn(api, retried.headers.get('x-turn-id') ?? '')
    await second.says(...passage('m', 'Here you are'), ...END)
    await second.ends('completed', 'Here you are')

    expect(second.turn.turn_id).toBe(worker.turn.turn_id)
    expect(await retried.text()).toMatch(/Here you are.*\[DONE\]/s)
    expect((await rowsOf(room)).map(({ content }) => content)).toEqual(['Here you are', 'hello'])
    expect(api.enqueued.at(-1)).toEqual({ kind: 'turn', id: worker.turn.turn_id, attempt: 1 })
  })

  it('goes on when it is being given already', async () => {
    const { response, room } = await ask()

    const retried = await again(room)
    await Promise.all([response.body?.cancel(), retried.body?.cancel()])

    expect(retried.status).toBe(200)
    expect(retried.headers.get('x-turn-id')).toBe(response.headers.get('x-turn-id'))
  })

  it('is refused where there is none, to others, and for words under an id that is taken', async () => {
    const { body } = await api.as(DANA).post('/api/conversations', {})
    const id = crypto.randomUUID()
    const { response, room, worker } = await ask()
    await worker.ends('completed', 'hi')
    await response.text()
    await (await api.as(DANA).send('POST', '/api/chat', { message: 'one', id })).body?.cancel()

    expect((await again(String(body.id))).status).toBe(409)
    expect((await again(room, OMAR)).status).toBe(404)
    expect(await api.as(DANA).post('/api/chat', { message: 'two', id })).toMatchObject({ status: 409 })
  })
})
