import type { TestApi } from './testing.ts'

export type Schema = {
  $ref?: string
  type?: string | string[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  [key: string]: unknown
}
export type Operation = {
  operationId?: string
  summary?: string
  tags?: string[]
  security?: Record<string, string[]>[]
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[]
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema; example?: unknown }> }
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>
}
export type Document = {
  openapi: string
  info: { title: string; version: string; description: string }
  tags: { name: string; description: string }[]
  servers: { url: string }[]
  components: { schemas: Record<string, Schema>; securitySchemes: Record<string, { type: string }> }
  paths: Record<string, Record<string, Operation>>
}

/** The contract as anybody may read it. */
export const documentOf = async (api: TestApi) =>
  (await api.anonymous.get('/api/openapi.json')).body as unknown as Document

/** Every route of it. */
export async function operationsOf(api: TestApi) {
  const { paths } = await documentOf(api)
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )
}
