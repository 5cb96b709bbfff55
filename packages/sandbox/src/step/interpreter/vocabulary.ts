// The words that handlers are written with. The topmost operand is in `$top`, the others in memory:
// a push writes the old top to its slot, a pop reads the new one. So a slot's content in memory
// depends on the instructions alone, not on where a run was interrupted.
//
// A handler begins with `$pc` at its operation, and leaves it at the next. `tracked` words set the
// mark of each page before it is read or written.
import { traps } from '../instructions.ts'
import { statuses } from '../layout.ts'

export interface Vocabulary {
  /** Marks the page of an address. */
  mark(address: string): string
  /** Marks the pages of a range. */
  markRange(address: string, bytes: string): string
}

export const trackingWords: Vocabulary = {
  mark: (address) => `${address} i32.const 12 i32.shr_u i32.const 1 i32.store8`,
  markRange: (address, bytes) => `${address} ${bytes} call $mark_range`,
}

export const plainWords: Vocabulary = { mark: () => '', markRange: () => '' }

/** To the next operation, after one of so many words. */
export function next(words: number): string {
  return `local.get $pc i32.const ${words * 4} i32.add local.set $pc br $next`
}

/** An immediate, from the first on. */
export function immediate(index: number): string {
  return `local.get $pc i32.load +${4 + index * 4}`
}

/** Makes room above the top; `value`, an i64, becomes the top. */
export function push(value: string): string {
  return `local.get $sp local.get $top i64.store
    local.get $sp i32.const 8 i32.add local.set $sp
    ${value} local.set $top`
}

/** Takes so many operands away. */
export function pop(count = 1): string {
  return `local.get $sp i32.const ${count * 8} i32.sub local.tee $sp i64.load local.set $top`
}

/** Brings the slot of the top up to date, for what moves operands in memory. */
export const spill = 'local.get $sp local.get $top i64.store'

export const top32 = 'local.get $top i32.wrap_i64'

export function trapIf(condition: string, trap: keyof typeof traps): string {
  return `${condition} if i32.const ${traps[trap]} local.set $reason br $trap end`
}

/** Ends the slice with a status. */
export function stop(status: keyof typeof statuses): string {
  return `i32.const ${statuses[status]} local.set $status br $stop`
}

/** By the letters of `signatures` in `module/opcodes.ts`. */
export const fromTop: Readonly<Record<string, string>> = {
  i: top32,
  I: 'local.get $top',
  f: `${top32} f32.reinterpret_i32`,
  F: 'local.get $top f64.reinterpret_i64',
  r: top32,
}

export const loads: Readonly<Record<string, string>> = {
  i: 'i32.load',
  I: 'i64.load',
  f: 'f32.load',
  F: 'f64.load',
  r: 'i32.load',
}

/** A value of a type as the 64 bits of a slot: the short ones with zeros above. */
export const toSlot: Readonly<Record<string, string>> = {
  i: 'i64.extend_i32_u',
  I: '',
  f: 'i32.reinterpret_f32 i64.extend_i32_u',
  F: 'i64.reinterpret_f64',
}
