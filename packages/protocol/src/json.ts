// JSON from strangers: measured before anything walks it, so that no input is deeper, wider or
// larger than its bounds, and no schema ever recurses.
import * as z from 'zod'
import { limits } from './limits.ts'
import { type Outcome, pass, refuse } from './outcome.ts'

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

interface Frame {
  readonly value: unknown
  readonly depth: number
}

/**
 * Whether a value is plain JSON within bounds; otherwise the first thing that is wrong with it.
 * What `isLeaf` says is taken as it is.
 */
export function measureJson(
  root: unknown,
  isLeaf: (value: unknown) => boolean = () => false,
): string | null {
  const pending: Frame[] = [{ value: root, depth: 0 }]
  let items = 0
  let keys = 0
  for (let frame = pending.pop(); frame !== undefined; frame = pending.pop()) {
    items += 1
    if (items > limits.jsonItemsMax) return `more than ${limits.jsonItemsMax} values`
    const { value, depth } = frame
    if (isLeaf(value)) continue
    const wrong = scalarFault(value)
    if (wrong !== null) return wrong
    if (typeof value !== 'object' || value === null) continue
    if (depth >= limits.jsonDepthMax) return `nested deeper than ${limits.jsonDepthMax}`
    if (Array.isArray(value)) {
      if (items + pending.length + value.length > limits.jsonItemsMax) {
        return `more than ${limits.jsonItemsMax} values`
      }
      for (const item of value) pending.push({ value: item, depth: depth + 1 })
      continue
    }
    for (const key of Object.keys(value)) {
      keys += 1
      const fault = keyFault(key, keys)
      if (fault !== null) return fault
      pending.push({ value: (value as Record<string, unknown>)[key], depth: depth + 1 })
    }
  }
  return null
}

function scalarFault(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      if (value.length > limits.jsonStringCharactersMax) {
        return `a text longer than ${limits.jsonStringCharactersMax} characters`
      }
      return value.isWellFormed() ? null : 'a text that is not valid Unicode'
    case 'number':
      return Number.isFinite(value) ? null : 'a number that is not finite'
    case 'boolean':
      return null
    case 'object': {
      if (value === null || Array.isArray(value)) return null
      const prototype: unknown = Object.getPrototypeOf(value)
      if (prototype === Object.prototype || prototype === null) return null
      return 'an object that is not plain data'
    }
    default:
      return `a value of type ${typeof value}`
  }
}

function keyFault(key: string, keys: number): string | null {
  if (keys > limits.jsonKeysMax) return `more than ${limits.jsonKeysMax} keys`
  if (key.length > limits.jsonKeyCharactersMax) {
    return `a key longer than ${limits.jsonKeyCharactersMax} characters`
  }
  if (key === '__proto__') return 'a key named __proto__'
  return key.isWellFormed() ? null : 'a key that is not valid Unicode'
}

/** Any JSON within bounds. Does not recurse, whatever the depth of the input. */
export const BoundedJson = z.custom<Json>().superRefine((value, context) => {
  const fault = measureJson(value)
  if (fault !== null) context.addIssue({ code: 'custom', message: fault })
})

/** A JSON object within bounds, its keys free. */
export const BoundedObject = z
  .custom<{ readonly [key: string]: Json }>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'expected an object',
  )
  .superRefine((value, context) => {
    const fault = measureJson(value)
    if (fault !== null) context.addIssue({ code: 'custom', message: fault })
  })

/** One line for each thing that is wrong: `requirements.min_nodes: expected a number`. */
export function faultsOf(error: z.core.$ZodError): readonly string[] {
  return error.issues
    .slice(0, 20)
    .map(({ path, message }) => `${path.map(String).join('.') || '(all)'}: ${message}`)
}

/** DAG-CBOR has bytes where JSON has none; whoever decoded them has bounded their length. */
const isBytes = (value: unknown) => value instanceof Uint8Array

/** Checks data from outside against its schema: bounds first, then form. */
export function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Outcome<z.infer<Schema>> {
  const fault = measureJson(value, isBytes)
  if (fault !== null) return refuse('INVALID', fault)
  const result = schema.safeParse(value)
  if (result.success) return pass(result.data)
  return refuse('INVALID', faultsOf(result.error).join('; '))
}

/** As `parse`, from text; bounds its size before anything reads it. */
export function parseJsonText<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  charactersMax: number,
): Outcome<z.infer<Schema>> {
  if (text.length > charactersMax) {
    return refuse('TOO_LARGE', `${text.length} characters; at most ${charactersMax} are taken`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse('INVALID', `not JSON: ${(error as Error).message}`)
  }
  return parse(schema, value)
}
