import { type Outcome, pass, refuse } from '@vcp/protocol'
import type * as z from 'zod'

/**
 * Checks the text of a secret file. The reason of a refusal names fields and never quotes the text:
 * `JSON.parse` and strict schemas do, and what they quote may be the secret.
 */
export function parseSecret<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): Outcome<z.infer<Schema>> {
  if (text.trim() === '') return refuse('INVALID', 'it is empty')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('INVALID', 'it is not valid JSON, perhaps cut short')
  }
  const result = schema.safeParse(value)
  if (result.success) return pass(result.data)
  const faults = result.error.issues.slice(0, 5).map(({ code, path, message }) => {
    if (code === 'unrecognized_keys') return 'it has fields that do not belong there'
    return path.length === 0 ? 'it is not of that form' : `${path.join('.')}: ${message}`
  })
  return refuse('INVALID', faults.join('; '))
}
