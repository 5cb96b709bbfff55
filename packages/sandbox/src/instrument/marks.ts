// What the scan tells the writer: one byte of flags for each byte of the module, set where an
// instruction begins.

export const marks = {
  /** A region begins: charge the next price in the list. */
  charge: 1,
  /** The body of a loop begins: gas is checked before it is charged. Always with `charge`. */
  loop: 2,
  /** The topmost operand, an f32, may be a NaN of any bits: make it canonical. */
  nanF32: 4,
  /** The same of an f64. */
  nanF64: 8,
  /** What follows up to the `else` or `end` of this block cannot run: leave it out. */
  dead: 16,
  /** The block before ends without going on: say so, as the code that said it may be left out. */
  unreachable: 32,
  /** A float is stored that may be a NaN of any bits: store a canonical one over it. */
  storesNan: 64,
  /** A loop instruction in whose body are calls or other loops. */
  outer: 128,
} as const
