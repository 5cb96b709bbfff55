import * as z from 'zod'
import { limits } from '../limits.ts'

/** Query values are text; numbers among them are read, not guessed. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(limits.pageItemsMax).default(100),
  cursor: z.string().max(256).optional(),
})

/** One page of a list, and where the next one begins; null after the last. */
export function pageOf<Item extends z.ZodType>(name: string, item: Item) {
  return z.strictObject({
    [name]: z.array(item).max(limits.pageItemsMax),
    next_cursor: z.string().max(256).nullable(),
  })
}
