// The sum of words that say nothing by themselves, one node's after the other. With the masks off
// it is the sum of the numbers beneath, exactly.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { addMask, addWords, type Mask } from './masks.ts'

export interface MaskedSum {
  add(words: Uint32Array): Outcome<null>
  /** Once, when all words are in. */
  open(masks: readonly Mask[]): Int32Array
}

export function maskedSum(length: number): MaskedSum {
  const sum = new Uint32Array(length)
  return {
    add(words) {
      if (words.length !== length) {
        return refuse('INVALID', `${words.length} words came, of ${length}`)
      }
      addWords(sum, words)
      return pass(null)
    },
    open(masks) {
      for (const { seed, sign } of masks) addMask(sum, seed, sign === 1 ? -1 : 1)
      return new Int32Array(sum.buffer)
    },
  }
}
