import type { JsonSchemaDefinition } from '@openai/agents'
import { z } from 'zod'

type Json = { [key: string]: unknown }
export type StrictSchema = Extract<JsonSchemaDefinition['schema'], { additionalProperties: false }>

// Keywords that strict mode refuses or that mean nothing to a model; the verb's own schema checks them all the same.
const LEFT_OUT = [
  '$schema',
  'default',
  'minLength',
  'maxLength',
  'propertyNames',
  'uniqueItems',
  'examples',
  'contentEncoding',
  'id',
]

/**
 * The input of a tool as JSON Schema in strict form: every object closed, every property required, and nullable where the
 * tool would do without it.
 */
export function strictSchema(input: z.ZodObject): StrictSchema {
  return strict(
    z.toJSONSchema(input, { io: 'input', target: 'draft-7', reused: 'inline', unrepresentable: 'any' }) as Json,
  ) as StrictSchema
}

function strict(schema: Json): Json {
  const kept: Json = Object.fromEntries(
    Object.entries(schema).filter(([key, value]) => !LEFT_OUT.includes(key) && !isSafeBound(value)),
  )
  if (kept.format !== undefined) delete kept.pattern // says the same in a form that no model reads
  if (Array.isArray(kept.oneOf)) {
    kept.anyOf = kept.oneOf
    delete kept.oneOf
  }
  if (Array.isArray(kept.anyOf)) kept.anyOf = kept.anyOf.map((member: Json) => strict(member))
  if (isObject(kept.items)) kept.items = strict(kept.items)
  if (kept.type !== 'object') return kept
  const properties = isObject(kept.properties) ? kept.properties : {}
  const required = Array.isArray(kept.required) ? kept.required : []
  return {
    ...kept,
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, property]) => {
        const inner = strict(property as Json)
        return [name, required.includes(name) || takesNull(inner) ? inner : nullable(inner)]
      }),
    ),
    required: Object.keys(properties),
    additionalProperties: false,
  }
}

const nullable = ({ description, ...schema }: Json): Json => ({
  ...(description !== undefined && { description }),
  anyOf: [schema, { type: 'null' }],
})

const takesNull = (schema: Json): boolean =>
  schema.type === 'null' ||
  (Array.isArray(schema.type) && schema.type.includes('null')) ||
  (Array.isArray(schema.anyOf) && schema.anyOf.some((member: Json) => takesNull(member)))

/** The bounds that every integer of a schema carries say nothing to a model. */
const isSafeBound = (value: unknown) => typeof value === 'number' && Math.abs(value) === Number.MAX_SAFE_INTEGER

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Takes out the nulls that strict form made a model write for what the tool's own schema would rather not see. */
export function withoutStrictNulls(schema: z.ZodType, value: unknown): unknown {
  if (!isObject(value) || !(schema instanceof z.ZodObject)) return value
  const shape: Record<string, z.ZodType> = schema.shape
  return Object.fromEntries(
    Object.entries(value).filter(
      ([name, given]) => given !== null || !shape[name] || shape[name].safeParse(null).success,
    ),
  )
}
