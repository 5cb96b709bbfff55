import { commits, writing } from './disk.ts'
import type { Measure } from './measure.ts'
import { gas, tasks } from './sandboxed.ts'
import { hashing, signing, verifying } from './signatures.ts'
import { training } from './training.ts'

/** Everything that `vcp bench` measures, in the order in which it does. */
export const measures: readonly Measure[] = [
  hashing,
  signing,
  verifying,
  tasks,
  gas,
  training,
  commits,
  writing,
]
