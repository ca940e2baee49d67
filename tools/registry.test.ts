import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { toolNamed, tools } from './registry.ts'

type Node = { properties?: Record<string, Node & { description?: string }>; items?: Node; anyOf?: Node[] }

/** Every property of an object schema, at any depth, with its path. */
function properties(schema: Node, path = ''): [path: string, property: { description?: string }][] {
  const inner = [schema.items, ...(schema.anyOf ?? [])].flatMap((part) => (part ? properties(part, path) : []))
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => [
    [`${path}${name}`, property] as [string, { description?: string }],
    ...properties(property, `${path}${name}.`),
  ])
  return [...own, ...inner]
}

describe.each(tools)('$name', (tool) => {
  const input = z.toJSONSchema(tool.input, { io: 'input' }) as Node

  it('describes every input that a model must fill in', () => {
    const undescribed = properties(input).filter(([, property]) => !property.description)

    expect(undescribed.map(([path]) => path)).toEqual([])
  })

  it('never takes a tenant as input', () => {
    expect(properties(input).map(([path]) => path)).not.toContainEqual(expect.stringMatching(/iso_agent|tenant|clerk/))
  })

  it('refuses fields that it does not know', () => {
    expect(tool.input.safeParse({ surprise: 1 }).error?.issues).toContainEqual(
      expect.objectContaining({ code: 'unrecognized_keys' }),
    )
  })

  it('speaks snake_case and can be shown to others as JSON Schema', () => {
    expect(tool.name).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(properties(input).map(([path]) => path)).not.toContainEqual(expect.stringMatching(/[A-Z]/))
    expect(() => z.toJSONSchema(tool.output, { io: 'output' })).not.toThrow()
    expect(() => z.toJSONSchema(tool.output, { io: 'input' })).not.toThrow()
    expect(() => z.toJSONSchema(tool.input, { io: 'output' })).not.toThrow()
  })

  it('says in its description what it does', () => {
    expect(tool.description.length).toBeGreaterThan(40)
  })
})

describe('outward tools', () => {
  const outward = tools.filter((tool) => tool.effect === 'outward')

  it('are exactly those whose effect leaves the house', () => {
    expect(outward.map(({ name }) => name).sort()).toEqual([
      'accept_quote',
      'cancel_request',
      'reply_to_operator',
      'send_proposal',
    ])
  })

  it.each(outward)('$name lets the broker edit only what its payload has, and never to whom it goes', (tool) => {
    for (const field of tool.editable) expect(Object.keys(tool.payload.shape)).toContain(field)
    expect(tool.editable.filter((field) => /email|_id|name|link/.test(field))).toEqual([])
  })
})

describe('the registry', () => {
  it('has each name once', () => {
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length)
  })

  it('finds a tool by its name, and nothing by any other', () => {
    expect(toolNamed('create_request')?.effect).toBe('write')
    expect(toolNamed('drop_tables')).toBeUndefined()
    expect(toolNamed('constructor')).toBeUndefined()
  })
})
