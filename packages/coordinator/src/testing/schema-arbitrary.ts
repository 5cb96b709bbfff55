// Values of the form that a schema describes, so that tests reach what lies behind the schema, and
// values near it, which it must refuse.
import * as fc from 'fast-check'
import * as z from 'zod'

interface Described {
  readonly type?: string | readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Described[]
  readonly oneOf?: readonly Described[]
  readonly allOf?: readonly Described[]
  readonly properties?: Readonly<Record<string, Described>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Described | boolean
  readonly propertyNames?: Described
  readonly items?: Described
  readonly prefixItems?: readonly Described[]
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
}

export function arbitraryOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  return from(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Described)
}

/** A value of the schema with one field spoilt, or no value of it at all. */
export function nearlyOf(schema: z.ZodType): fc.Arbitrary<unknown> {
  const garbage = fc.jsonValue({ maxDepth: 3 })
  const spoilt = fc.tuple(arbitraryOf(schema), garbage, fc.nat()).map(([value, wrong, which]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong
    const names = Object.keys(value)
    const name = names[which % Math.max(1, names.length)] ?? 'unknown'
    return { ...value, [name]: wrong }
  })
  return fc.oneof(garbage, spoilt)
}

function from(schema: Described): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined) return fc.oneof(...choices.map(from))
  if (schema.allOf !== undefined) return from(Object.assign({}, ...schema.allOf))
  const { type } = schema
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => from({ ...schema, type: each })))
  switch (type) {
    case 'object':
      return object(schema)
    case 'array':
      return array(schema)
    case 'string':
      return text(schema)
    case 'integer':
      return fc.integer({ min: lowest(schema), max: Math.min(schema.maximum ?? 1e9, 2 ** 53 - 1) })
    case 'number':
      return fc.double({ min: lowest(schema), max: schema.maximum ?? 1e9, noNaN: true })
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function object({ properties = {}, required = [], ...rest }: Described): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, of]) => [name, from(of)] as const)
  const record = fc.record(Object.fromEntries(fields), {
    requiredKeys: required.filter((name) => Object.hasOwn(properties, name)),
  })
  const { additionalProperties: free, propertyNames } = rest
  if (typeof free !== 'object') return record
  const names = propertyNames === undefined ? fc.string({ maxLength: 8 }) : from(propertyNames)
  return fc.dictionary(names as fc.Arbitrary<string>, from(free), { maxKeys: 3 })
}

function array({ items = {}, prefixItems, minItems = 0, maxItems = 3 }: Described) {
  if (prefixItems !== undefined) return fc.tuple(...prefixItems.map(from))
  const maxLength = Math.max(minItems, Math.min(maxItems, 3))
  return fc.array(from(items), { minLength: minItems, maxLength })
}

function text({ pattern, minLength = 0, maxLength = 40, format }: Described) {
  if (format === 'date-time') return fc.constant('2026-11-21T00:00:00.000Z')
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  const length = { minLength, maxLength: Math.max(minLength, Math.min(maxLength, 40)) }
  return fc.string({ unit: 'grapheme', ...length })
}

function lowest({ minimum, exclusiveMinimum, type }: Described): number {
  if (exclusiveMinimum !== undefined) return exclusiveMinimum + (type === 'integer' ? 1 : 1e-6)
  return Math.max(minimum ?? -1e9, -(2 ** 53) + 1)
}
