// Whose tasks may use a data set. Submitters go by what their coordinator calls them, which is
// another name at every coordinator: at the next one nothing is granted to anybody by mistake.
import { Digest, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import type { Style } from '../style.ts'
import type { DatasetBook, DatasetRecord } from './dataset-book.ts'

export type Grantee = 'everybody' | Digest

/** How the operator names whose tasks are meant. */
export const Grantee = z.custom<Grantee>(
  (value) => value === 'everybody' || Digest.safeParse(value).success,
  'a submitter is "everybody", or the 64 digits that `vcp account show` calls a requester',
)

/** Whom nobody vouches for is granted nothing that is not for everybody. */
export function isGranted({ allow }: DatasetRecord, requester: Digest | null): boolean {
  return allow === null || (requester !== null && allow.includes(requester))
}

/** One more; the first that is named ends it that everybody may. */
export function granted(allow: DatasetRecord['allow'], to: Grantee): DatasetRecord['allow'] {
  if (to === 'everybody') return null
  return [...new Set([...(allow ?? []), to])].sort()
}

export function denied({ name, allow }: DatasetRecord, to: Grantee): DatasetRecord['allow'] {
  if (to === 'everybody') return []
  if (allow !== null) return allow.filter((each) => each !== to)
  throw new VcpError('CONFLICT', {
    message: `the data set ${name} is granted to every submitter, and so to this one`,
    hint: 'Name those who may with `vcp node dataset allow`: from then on nobody else may.',
  })
}

/** Changes whom a data set is granted to, from the next offer and the next update on. */
export function regrant(
  book: DatasetBook,
  name: string,
  change: (record: DatasetRecord) => DatasetRecord['allow'],
): DatasetRecord {
  const record = book.find(name)
  if (record === null) {
    throw new VcpError('NOT_FOUND', {
      message: `there is no data set ${name}`,
      hint: 'See which there are with `vcp node dataset list`.',
    })
  }
  const changed = { ...record, allow: change(record) }
  book.put(changed)
  return changed
}

export function grantText(
  { name, allow }: Pick<DatasetRecord, 'name' | 'allow'>,
  style: Style,
): string {
  if (allow === null) return `${style.title(name)} is granted to every submitter`
  if (allow.length === 0) return `${style.title(name)} is granted to no submitter`
  return `${style.title(name)} is granted to\n${allow.map((each) => `  ${each}`).join('\n')}`
}
