import { describe, expect, test } from 'vitest'
import { scalarModulus } from '../field/scalar-field.ts'
import { poseidonParameters } from './parameters.ts'
import { poseidon } from './poseidon.ts'

describe('Poseidon', () => {
  // Published: circomlibjs test/poseidon.js and iden3/go-iden3-crypto poseidon_test.go.
  test.each<readonly [readonly bigint[], bigint]>([
    [[1n], 18586133768512220936620570745912940619677854269274689475585506675881198879027n],
    [[1n, 2n], 7853200120776062878684798364095072458815029376092732009249414926327459813530n],
    [
      [1n, 2n, 0n, 0n, 0n],
      1018317224307729531995786483840663576608797660851238720571059489595066344487n,
    ],
    [
      [1n, 2n, 3n, 4n],
      18821383157269793795438455681495246036402687001665670618754263018637548127333n,
    ],
    [
      [3n, 4n, 0n, 0n, 0n],
      5811595552068139067952687508729883632420015185677766880877743348592482390548n,
    ],
    [
      [1n, 2n, 3n, 4n, 5n, 6n],
      20400040500897583745843009878988256314335038853985262692600694741116813247201n,
    ],
    [
      Array.from({ length: 16 }, (_, i) => BigInt(i + 1)),
      9989051620750914585850546081941653841776809718687451684622678807385399211877n,
    ],
  ])('hashes $0 as circomlib does', (inputs, expected) => {
    expect(poseidon(inputs)).toBe(expected)
  })

  test('has the round constants of the paper’s generator, all below the modulus', () => {
    const { constants, matrix } = poseidonParameters(3)
    expect(constants).toHaveLength(195)
    expect(constants[0]).toBe(0x0ee9a592ba9a9518d05986d656f40c2114c4993c11bb29938d21d47304cd8e6en)
    expect(matrix[0]?.[0]).toBe(0x109b7f411ba0e4c9b2b70caf5c36a7b194be7c11ad24378bfedb68592ba8118bn)
    expect([...constants, ...matrix.flat()].every((value) => value < scalarModulus)).toBe(true)
  })

  test('takes 1 to 16 elements', () => {
    expect(() => poseidon([])).toThrow(RangeError)
    expect(() => poseidon(new Array<bigint>(17).fill(1n))).toThrow(RangeError)
  })
})
