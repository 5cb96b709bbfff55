// What a simulation runs: the real core, and the promise that nothing goes out before it is on
// disk. A test plants a bug by handing in other rules; nothing else is ever replaced.
import { apply } from '../core/apply.ts'
import { decide } from '../core/decide.ts'
import type { Input } from '../core/inputs.ts'
import { resume } from '../core/resume.ts'

/** Goes out when it is on disk, or as soon as it is decided. */
export type Release = 'durable' | 'decided'

export interface Rules {
  readonly decide: typeof decide
  readonly resume: typeof resume
  /** As a restart replays the journal. */
  readonly apply: typeof apply
  releaseOf(input: Input): { readonly effects: Release; readonly reply: Release }
}

export const realRules: Rules = {
  decide,
  resume,
  apply,
  releaseOf: () => ({ effects: 'durable', reply: 'durable' }),
}
