import type { Loss } from './loss.ts'
import { binaryCrossEntropy } from './losses/binary-cross-entropy.ts'
import { huber } from './losses/huber.ts'
import { l1 } from './losses/l1.ts'
import { meanSquaredError } from './losses/mean-squared-error.ts'
import { softmaxCrossEntropy } from './losses/softmax-cross-entropy.ts'

export const losses = {
  'softmax-cross-entropy': softmaxCrossEntropy,
  'binary-cross-entropy': binaryCrossEntropy,
  'mean-squared-error': meanSquaredError,
  l1,
  huber,
} as const satisfies Readonly<Record<string, Loss>>

export type LossName = keyof typeof losses
