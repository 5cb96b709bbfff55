import * as z from 'zod'
import { wireErrors } from '../errors.ts'
import { BoundedObject } from '../json.ts'

/** What every refusal and failure looks like over HTTP. */
export const ErrorBody = z.strictObject({
  error: z.enum(Object.values(wireErrors)),
  message: z.string().max(4_096),
  /** What to do about it. */
  hint: z.string().max(1_024),
  request_id: z.string().max(64),
  /** `code` holds the permanent code of `docs/errors.md`. */
  details: BoundedObject,
})
export type ErrorBody = z.infer<typeof ErrorBody>
