import { required } from '../call.ts'
import type { Operator } from '../operator.ts'
import { groupedNormalization } from './group-normalization.ts'

export const instanceNormalization: Operator = groupedNormalization(
  (call) => required(call, 0).shape[1]!,
)
