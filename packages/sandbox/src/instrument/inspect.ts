import { parseModule } from '../module/parse.ts'
import { catchingRefusal, type Rejection } from '../module/rejection.ts'
import { type Inspection, inspection } from './inspection.ts'
import { type InstrumentOptions, instrument } from './instrument.ts'

/** What a module is, as far as it could be read, and why it would be refused. */
export interface Inspected {
  /** Null where the bytes are no module. */
  readonly module: Inspection | null
  /** Null where it would run. */
  readonly rejection: Rejection | null
}

/** Looks at a module as closely as a node would before it runs it. Never throws. */
export function inspect(bytes: Uint8Array, options: InstrumentOptions): Inspected {
  const made = instrument(bytes, options)
  if (made.ok) return { module: made.module, rejection: null }
  const read = catchingRefusal(() => inspection(parseModule(bytes), null))
  return { module: 'ok' in read ? null : read, rejection: made }
}
