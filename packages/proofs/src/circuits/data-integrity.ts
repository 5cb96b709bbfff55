import { commitmentTo } from '../encoding/field-encoding.ts'
import { isPath, pathIn, rootOf } from './commitments.ts'
import { arbitrary, type CircuitDefinition, type Values, withItem } from './definition.ts'
import { commitmentTag } from './generated-circom.ts'

export const dataIntegrity: CircuitDefinition = {
  name: 'data-integrity',
  folder: 'data-integrity',
  template: 'DataIntegrity',
  publicInputs: ['context'],
  variants: { small: { parameters: [3] }, standard: { parameters: [20] } },

  sample([depth = 0]) {
    const leaf = 1_234n
    const small = Math.min(depth, 4)
    const leaves = withItem(arbitrary(2 ** small, 1_000_000, 1).map(absolute), 5, leaf)
    const path = pathIn(leaves, 5)
    // Above the leaves that are there the tree is empty: zeros on the right.
    const empty = new Array<bigint>(depth - small).fill(0n)
    return {
      context: 11n,
      leaf,
      salt: 77n,
      isRight: [...path.isRight, ...empty],
      sibling: [...path.sibling, ...empty],
    }
  },

  reference([depth = 0], values) {
    const { leaf, salt, isRight, sibling } = values as Input
    if (!isPath({ isRight, sibling }, depth)) return null
    return [rootOf(leaf, { isRight, sibling }), commitmentTo(commitmentTag('item'), [leaf, salt])]
  },

  /** A side that is neither left nor right mixes the two: any leaf would have a path. */
  lies(parameters) {
    const sample = this.sample(parameters)
    const { isRight } = sample as Input
    return isRight.map((_, i) => ({ ...sample, isRight: withItem(isRight, i, 2n) }))
  },
}

interface Input extends Values {
  readonly leaf: bigint
  readonly salt: bigint
  readonly isRight: readonly bigint[]
  readonly sibling: readonly bigint[]
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}
