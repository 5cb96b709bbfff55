import type { Demonstration } from './demonstration.ts'
import { evidence } from './evidence.ts'
import { identity } from './identity.ts'
import { ledger } from './ledger.ts'
import { machine } from './machine.ts'
import { networkAtWork } from './network-at-work.ts'
import { proofs } from './proofs.ts'
import { sandbox } from './sandbox.ts'
import { training } from './training.ts'

/** Every demonstration, in the order in which they tell the story. */
export const demonstrations: readonly Demonstration[] = [
  identity,
  machine,
  sandbox,
  ledger,
  evidence,
  networkAtWork,
  training,
  proofs,
]
