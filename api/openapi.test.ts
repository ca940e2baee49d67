import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApi, type TestApi } from './testing.ts'
import { type Document, documentOf, operationsOf, type Schema } from './testing-contract.ts'

let api: TestApi
let document: Document
beforeAll(async () => {
  api = await startTestApi()
  document = await documentOf(api)
})
afterAll(() => api.close())

const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']
/** Words of JSON Schema 2020-12 and of OpenAPI 3.1: anything else would be a word of ours that no reader knows. */
const KEYWORDS = new Set(
  `$ref type properties required items anyOf oneOf allOf enum const description title default example examples format pattern
   minLength maxLength minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems uniqueItems
   additionalProperties propertyNames discriminator deprecated readOnly writeOnly not`.split(/\s+/),
)

/** Every schema below a value, with the way to it. */
function* schemasIn(value: unknown, at: string): Generator<[string, Schema]> {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'schema') yield* schemaAndInner(inner as Schema, `${at}/${key}`)
    else if (key !== 'example' && key !== 'examples') yield* schemasIn(inner, `${at}/${key}`)
  }
}
function* schemaAndInner(schema: Schema, at: string): Generator<[string, Schema]> {
  yield [at, schema]
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield* schemaAndInner(inner, `${at}/${name}`)
  for (const key of ['anyOf', 'oneOf', 'allOf'] as const) {
    for (const [index, inner] of (schema[key] ?? []).entries()) yield* schemaAndInner(inner, `${at}/${key}/${index}`)
  }
  for (const key of ['items', 'additionalProperties', 'propertyNames'] as const) {
    const inner = schema[key]
    if (typeof inner === 'object' && inner !== null) yield* schemaAndInner(inner as Schema, `${at}/${key}`)
  }
}
const allSchemas = () => [
  ...schemasIn(document.paths, '#/paths'),
  ...Object.entries(document.components.schemas).flatMap(([name, schema]) => [
    ...schemaAndInner(schema, `#/components/schemas/${name}`),
  ]),
]

describe('the OpenAPI document', () => {
  it('is of version 3.1, says what it is about, and where', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'JetVision', version: expect.any(String), description: expect.stringContaining('RFC 9457') },
      servers: [{ url: 'https://jetvision.example.com' }],
    })
  })

  it('has every route of the contract', async () => {
    const routes = (await operationsOf(api)).map(({ method, path }) => `${method} ${path}`)

    expect(routes).toEqual(expect.arrayContaining(CONTRACT))
  })

  it('has every route that the service answers, and no other', async () => {
    const described = new Set((await operationsOf(api)).map(({ method, path }) => `${method} ${path}`))
    const answered = new Set(
      api.app.routes
        .filter(({ method, path }) => method !== 'ALL' && !path.includes('*') && !/^\/api\/(docs|openapi)/.test(path))
        .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`),
    )
    answered.add('POST /mcp') // mounted only where there is an MCP server

    expect([...described].toSorted()).toEqual([...answered].toSorted())
  })

  it('names and describes each route, and where it belongs', async () => {
    const tags = new Set(document.tags.map(({ name }) => name))
    const names = new Set<string>()
    for (const { method, path, operation } of await operationsOf(api)) {
      const where = `${method} ${path}`
      expect(operation.summary, where).toMatch(/^\S.{5,}/)
      expect(operation.operationId, where).toMatch(/^[a-z][A-Za-z]+$/)
      expect(names.has(String(operation.operationId)), `${where} shares its name`).toBe(false)
      names.add(String(operation.operationId))
      expect(
        operation.tags?.filter((tag) => !tags.has(tag)),
        where,
      ).toEqual([])
      for (const scheme of operation.security?.flatMap(Object.keys) ?? []) {
        expect(document.components.securitySchemes, where).toHaveProperty(scheme)
      }
    }
    for (const { description } of document.tags) expect(description).toMatch(/\S/)
  })

  it('declares every part of a path, and nothing that is not in it', async () => {
    for (const { method, path, operation } of await operationsOf(api)) {
      const declared = (operation.parameters ?? []).filter(({ in: place }) => place === 'path')
      expect(declared.map(({ name }) => name).toSorted(), `${method} ${path}`).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted(),
      )
      expect(
        declared.every(({ required }) => required),
        `${method} ${path}`,
      ).toBe(true)
    }
  })

  it('describes every answer, and refusals as problems', async () => {
    for (const { method, path, operation } of await operationsOf(api)) {
      expect(
        Object.keys(operation.responses).some((status) => /^2/.test(status)),
        `${method} ${path}`,
      ).toBe(true)
      for (const [status, { description, content = {} }] of Object.entries(operation.responses)) {
        expect(status).toMatch(/^[2345]\d\d$/)
        expect(description, `${method} ${path} ${status}`).toMatch(/\S/)
        if (/^[45]/.test(status) && !path.startsWith('/p/') && path !== '/readyz') {
          expect(content, `${method} ${path} ${status}`).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          })
        }
      }
    }
  })

  it('is made of schemas that a reader understands, and of references that lead somewhere', () => {
    const wrong = allSchemas().flatMap(([at, schema]) => {
      const unknown = Object.keys(schema).filter((key) => !KEYWORDS.has(key) && !key.startsWith('x-'))
      const types = [schema.type ?? []].flat().filter((type) => !TYPES.includes(type))
      const reference = schema.$ref?.replace('#/components/schemas/', '')
      const lost = reference !== undefined && !(reference in document.components.schemas) ? [schema.$ref] : []
      const missing = (schema.required ?? []).filter((name) => !(name in (schema.properties ?? {})))
      const found = [...unknown, ...types, ...lost, ...missing]
      return found.length > 0 ? [`${at}: ${found.join(', ')}`] : []
    })

    expect(wrong).toEqual([])
    expect(allSchemas().length).toBeGreaterThan(500)
  })

  it('uses every schema that it names', () => {
    const text = JSON.stringify(document)
    const cards = Object.keys(document.components.schemas).filter((name) => name.endsWith('Card'))
    const unused = Object.keys(document.components.schemas).filter(
      (name) => !cards.includes(name) && !text.includes(`"#/components/schemas/${name}"`),
    )

    expect(unused).toEqual([])
    expect(cards.length).toBe(12)
  })

  it('shows what to send wherever a body has more than a field or two', async () => {
    const without = (await operationsOf(api)).flatMap(({ method, path, operation }) => {
      const body = operation.requestBody?.content['application/json']
      const schema = body?.schema.$ref
        ? document.components.schemas[body.schema.$ref.split('/').at(-1) ?? '']
        : body?.schema
      const isLarge = (schema?.required?.length ?? 0) > 1 || Object.keys(schema?.properties ?? {}).length > 4
      return isLarge && body?.example === undefined && schema?.example === undefined ? [`${method} ${path}`] : []
    })

    expect(without).toEqual([])
  })
})

const CONTRACT = [
  'GET /api/me',
  'PATCH /api/me',
  'GET /api/clients',
  'POST /api/clients',
  'GET /api/clients/{id}',
  'PATCH /api/clients/{id}',
  'DELETE /api/clients/{id}',
  'GET /api/requests',
  'POST /api/requests',
  'GET /api/requests/{id}',
  'PATCH /api/requests/{id}',
  'POST /api/requests/{id}/cancel',
  'GET /api/requests/{id}/quotes',
  'GET /api/requests/{id}/timeline',
  'GET /api/requests/{id}/executions',
  'GET /api/requests/{id}/proposals',
  'POST /api/quotes/{id}/accept',
  'POST /api/quotes/{id}/reject',
  'POST /api/chat',
  'GET /api/chat/{conversation_id}/stream',
  'POST /api/chat/{conversation_id}/stop',
  'GET /api/conversations',
  'POST /api/conversations',
  'GET /api/conversations/{id}',
  'PATCH /api/conversations/{id}',
  'GET /api/conversations/{id}/messages',
  'POST /api/conversations/{id}/messages',
  'PATCH /api/messages/{id}',
  'DELETE /api/messages/{id}',
  'PUT /api/messages/{id}/reactions/{emoji}',
  'DELETE /api/messages/{id}/reactions/{emoji}',
  'POST /api/conversations/{id}/read',
  'POST /api/conversations/{id}/typing',
  'POST /api/conversations/{id}/participants',
  'POST /api/conversations/{id}/attachments',
  'GET /api/conversations/{id}/events',
  'GET /api/events',
  'GET /api/approvals',
  'POST /api/approvals/{id}',
  'GET /api/proposals',
  'GET /api/proposals/{id}',
  'GET /api/proposals/{id}/pdf',
  'POST /api/proposals/{id}/send',
  'GET /api/admin/webhooks',
  'POST /api/admin/webhooks/{id}/replay',
  'GET /api/admin/queues',
  'GET /api/admin/errors',
  'POST /api/chat/{conversation_id}/retry',
  'GET /api/messages/{id}',
  'POST /api/messages/{id}/retry',
  'GET /api/messages/search',
  'GET /api/conversations/{id}/participants',
  'PATCH /api/conversations/{id}/participants/{participant_id}',
  'DELETE /api/conversations/{id}/participants/{participant_id}',
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /p/{token}',
  'GET /p/{token}/pdf',
  'POST /p/{token}/accept',
  'POST /p/{token}/reject',
  'POST /api/webhooks/avinode',
  'POST /api/webhooks/avinode/seller-response',
  'POST /api/webhooks/avinode/seller-chat',
  'POST /api/webhooks/avinode/trip-mine',
  'POST /api/webhooks/avinode/chat-mine',
  'POST /api/webhooks/avinode/empty-legs',
  'POST /api/webhooks/clerk',
  'POST /mcp',
]
