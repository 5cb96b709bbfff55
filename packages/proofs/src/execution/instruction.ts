// An instruction of the machine that `execution` proves: two operands, a place for the result, and
// the switches of the datapath, each a bit. Programs are made by `compileExecution` alone; what a
// word with other switches does is defined by `step` and the circuit alike, and of no use.

/** What a switch turns on, from the lowest bit of the control word. */
const switches = [
  'one', // the multiplier of a counts 1
  'product', // and b
  'power', // and 2^(b mod 32)
  'doublePower', // and twice that
  'equality', // compares both ways: a >= b and b >= a
  'plus', // adds b
  'minus', // subtracts b
  'compare', // adds 2^32 + 2^65: bits 32 and 65 say that nothing was borrowed
  'less', // subtracts 1
  'signed', // compares signed numbers
  'spread', // adds a and b with a gap after each bit: where they meet, they carry into the gap
  'low', // the result has bits 0 to 31
  'high', // and bits 32 to 63
  'even', // and every other bit from bit 0: exclusive or
  'odd', // and those between: and
  'not', // turns the flag
  'flag', // the result has the flag
  'fill', // and, for a negative a, ones above what was shifted
  'pick', // and a where the flag is set, what is overwritten where it is not
  'jump', // goes to d where the flag is set, and writes to word 1
  'load', // reads a from b bytes further on
  'store', // writes d to b bytes further on
] as const
export type Switch = (typeof switches)[number]

/** Bits of an address in a word; also those of a place in the program. */
export const addressBits = 8
export const wordBits = 3 * addressBits + switches.length

/** What each operation turns on. A right shift by a variable takes b as 31 - b. */
export const operations = {
  move: ['one', 'low'],
  add: ['one', 'plus', 'low'],
  subtract: ['one', 'minus', 'compare', 'low'],
  multiply: ['product', 'low'],
  multiplyHigh: ['product', 'high'],
  multiplyHighSigned: ['product', 'high', 'fill'],
  multiplyAround: ['product', 'low', 'high'],
  shiftLeft: ['power', 'low'],
  rotateLeft: ['power', 'low', 'high'],
  shiftRight: ['doublePower', 'high'],
  shiftRightSigned: ['doublePower', 'high', 'fill'],
  rotateRight: ['doublePower', 'low', 'high'],
  and: ['spread', 'odd'],
  or: ['spread', 'even', 'odd'],
  xor: ['spread', 'even'],
  pickIf: ['plus', 'compare', 'less', 'pick'],
  pickUnless: ['plus', 'compare', 'less', 'pick', 'not'],
  load: ['one', 'low', 'load'],
  store: ['one', 'low', 'store'],
  jump: ['not', 'jump'],
} as const satisfies Readonly<Record<string, readonly Switch[]>>
export type Operation = keyof typeof operations

/** What each comparison turns on; a jump or a result follows from it. */
export const comparisons = {
  equal: ['one', 'minus', 'equality', 'compare'],
  unequal: ['one', 'minus', 'equality', 'compare', 'not'],
  atLeast: ['one', 'minus', 'compare'],
  below: ['one', 'minus', 'compare', 'not'],
  atLeastSigned: ['one', 'minus', 'compare', 'signed'],
  belowSigned: ['one', 'minus', 'compare', 'signed', 'not'],
} as const satisfies Readonly<Record<string, readonly Switch[]>>
export type Comparison = keyof typeof comparisons

/** The comparison that holds where this one does not. */
export function turned(on: readonly Switch[]): readonly Switch[] {
  return on.includes('not') ? on.filter((name) => name !== 'not') : [...on, 'not']
}

export interface Instruction {
  readonly a: number
  readonly b: number
  /** Where the result goes; for a jump, where the program goes on. */
  readonly d: number
  readonly on: readonly Switch[]
}

export function encode({ a, b, d, on }: Instruction): bigint {
  const addresses = a + 2 ** addressBits * b + 2 ** (2 * addressBits) * d
  return on.reduce((word, name) => word | (1n << switchBit(name)), BigInt(addresses))
}

export function decode(word: bigint): Instruction {
  const address = (at: bigint) => Number((word >> (at * BigInt(addressBits))) & 0xffn)
  const on = switches.filter((name) => ((word >> switchBit(name)) & 1n) === 1n)
  return { a: address(0n), b: address(1n), d: address(2n), on }
}

function switchBit(name: Switch): bigint {
  return BigInt(3 * addressBits + switches.indexOf(name))
}
