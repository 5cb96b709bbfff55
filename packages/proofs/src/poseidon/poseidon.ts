import { scalarModulus } from '../field/scalar-field.ts'
import { poseidonParameters } from './parameters.ts'

/** The hash of 1 to 16 field elements; equal to circomlib's. Elements must be below r. */
export function poseidon(inputs: readonly bigint[]): bigint {
  const { width, fullRounds, partialRounds, constants, matrix } = poseidonParameters(
    inputs.length + 1,
  )
  const rounds = fullRounds + partialRounds
  let state = [0n, ...inputs]
  for (let round = 0; round < rounds; round++) {
    const isFull = round < fullRounds / 2 || round >= fullRounds / 2 + partialRounds
    for (let i = 0; i < width; i++) {
      const keyed = state[i]! + constants[round * width + i]!
      state[i] = isFull || i === 0 ? fifth(keyed) : keyed
    }
    state = matrix.map((row) => dot(row, state) % scalarModulus)
  }
  return state[0]!
}

function fifth(value: bigint): bigint {
  const square = (value * value) % scalarModulus
  return (((square * square) % scalarModulus) * value) % scalarModulus
}

function dot(row: readonly bigint[], state: readonly bigint[]): bigint {
  let sum = 0n
  for (let i = 0; i < row.length; i++) sum += row[i]! * state[i]!
  return sum
}
