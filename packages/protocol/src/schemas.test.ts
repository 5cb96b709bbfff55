// Every schema of the door, against everything that no sane program sends.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { payloadSchemas } from './envelope.ts'
import * as door from './index.ts'
import { ledgerEvents } from './ledger-event.ts'
import type { Route } from './routes/route.ts'
import { routes } from './routes/routes.ts'
import { taskTypes } from './tasks/task-type.ts'
import { hostile } from './testing/arbitraries.ts'
import { evidenceOf, receiptBy } from './testing/log.ts'
import { propertyRuns } from './testing/property.ts'
import { ana, capabilities, receipt, registration, taskOf, telemetry } from './testing/samples.ts'

const ofRoutes = Object.entries(routes as Record<string, Route>).flatMap(([name, route]) =>
  (['params', 'query', 'body', 'answer'] as const).flatMap((part) => {
    const schema = route[part]
    return schema instanceof z.ZodType ? [[`${name}.${part}`, schema] as const] : []
  }),
)

const schemas: readonly (readonly [string, z.ZodType])[] = [
  ...Object.entries(door).flatMap(([name, value]) =>
    value instanceof z.ZodType ? [[name, value] as const] : [],
  ),
  ...Object.entries(ledgerEvents),
  ...Object.entries(payloadSchemas),
  ...ofRoutes,
]

/** Valid data to begin from: a change of one place reaches deeper than noise does. */
const valid: readonly unknown[] = [
  receipt,
  registration,
  telemetry,
  capabilities,
  evidenceOf([receiptBy(ana)]),
  ...taskTypes.map((type) => taskOf(type)),
]

/** Every place in a value, as a path. */
function placesOf(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))
  return [path, ...inner]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Object.assign(copy, { [key]: replaced((value as never)[key], rest, by) })
  return copy
}

const changed = fc
  .constantFrom(...valid)
  .chain((value) => fc.tuple(fc.constant(value), fc.constantFrom(...placesOf(value)), hostile))
  .map(([value, place, by]) => replaced(value, place, by))

describe('every schema', () => {
  test('is here', () => {
    expect(schemas.length).toBeGreaterThan(100)
    expect(schemas.flatMap(([, schema]) => patternsOf(schema)).length).toBeGreaterThan(100)
  })

  test.each(schemas)('%s refuses hostile data by an issue, and throws nothing', (_, schema) => {
    fc.assert(
      fc.property(fc.oneof(hostile, changed), (value) => {
        const result = schema.safeParse(value)
        if (!result.success) expect(result.error).toBeInstanceOf(z.ZodError)
      }),
      { numRuns: propertyRuns },
    )
  })

  test('takes what it gave: parsing twice is parsing once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schemas),
        fc.oneof(changed, fc.constantFrom(...valid)),
        ([, schema], value) => {
          const once = schema.safeParse(value)
          if (once.success) expect(schema.parse(once.data)).toEqual(once.data)
        },
      ),
      { numRuns: propertyRuns },
    )
  })

  test('has only patterns that are matched in linear time', () => {
    const text = JSON.stringify(schemas.map(([, schema]) => patternsOf(schema)))
    for (const pattern of JSON.parse(text).flat() as string[]) {
      // One repetition at most per character class, none around a group that itself repeats.
      expect(pattern).not.toMatch(/[+*}]\)[+*{]/)
      expect(pattern).not.toMatch(/[+*][+*{]/)
    }
  })

  test('spends linear time: sixteen times the size is not a hundred times the work', () => {
    const work = (size: number) => {
      const data = ['a', '-', '0', '/', ' '].map((character) => character.repeat(size))
      const began = process.cpuUsage()
      for (const [, schema] of schemas) for (const text of data) schema.safeParse(text)
      const { user, system } = process.cpuUsage(began)
      return user + system
    }
    work(1_000)
    const [small, large] = [work(40_000), work(640_000)]
    expect(large).toBeLessThan(100 * small + 500_000)
  })
})

/** The regular expressions of a schema, however deep. */
function patternsOf(schema: z.ZodType): string[] {
  const found: string[] = []
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  JSON.stringify(json, (key, value) => {
    if (key === 'pattern' && typeof value === 'string') found.push(value)
    return value
  })
  return found
}
