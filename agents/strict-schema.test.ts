import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { tools } from '../tools/registry.ts'
import { strictSchema, withoutStrictNulls } from './strict-schema.ts'

type Json = { [key: string]: unknown }

/** Every object schema inside a schema. */
function objectsIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn)
  if (typeof value !== 'object' || value === null) return []
  const here = 'type' in value && value.type === 'object' ? [value as Json] : []
  return [...here, ...Object.values(value).flatMap(objectsIn)]
}

describe.each(tools)('the input of $name, as a model sees it', (tool) => {
  const schema = strictSchema(tool.input)

  it('is closed, and asks for every property', () => {
    for (const object of objectsIn(schema)) {
      expect(object.additionalProperties).toBe(false)
      expect(object.required).toEqual(Object.keys(object.properties as Json))
    }
  })

  it('holds no keyword that strict mode refuses', () => {
    expect(JSON.stringify(schema)).not.toMatch(
      /"(default|oneOf|allOf|not|minLength|maxLength|\$schema|\$ref|patternProperties)":/,
    )
  })

  it('keeps its descriptions', () => {
    for (const property of Object.values(schema.properties)) expect(property).toHaveProperty('description')
  })
})

it('makes what may be left out nullable, and takes the nulls away again', () => {
  const input = z.strictObject({
    query: z.string().describe('What to look for'),
    limit: z.int().default(20).describe('How many'),
    note: z.string().nullable().default(null).describe('Anything else'),
  })

  expect(strictSchema(input).properties).toMatchObject({
    query: { type: 'string' },
    limit: { description: 'How many', anyOf: [{ type: 'integer' }, { type: 'null' }] },
    note: { type: ['string', 'null'] },
  })
  expect(input.parse(withoutStrictNulls(input, { query: 'Acme', limit: null, note: null }))).toEqual({
    query: 'Acme',
    limit: 20,
    note: null,
  })
})
