// Damages modules at random, and not only at random: numbers grow, sections trade places, and
// bodies change with their sizes still right, so that what lies deep inside is damaged too.
import { CodeCursor } from '../module/code-cursor.ts'
import { kinds, opcodeKinds, opcodeNames, PREFIXED, signatures } from '../module/opcodes.ts'
import { catchingRefusal } from '../module/rejection.ts'
import type { FunctionType } from '../module/value-type.ts'
import { assemble, unsigned } from './assemble.ts'

/** A source of numbers that a seed and a case determine. */
export class Random {
  #state: number

  constructor(seed: number, nth: number) {
    this.#state = Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(nth + 1, 0xc2b2_ae35)
  }

  /** A whole number from 0 to below `count`. This is mulberry32. */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count
  }

  one<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256))
  }
}

/** `bytes` after one to three mutations; `other` gives what is transplanted. */
export function mutated(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let made = bytes
  for (let left = random.one([1, 1, 1, 2, 3]); left > 0; left--) {
    made = random.one(mutations)(made, other, random)
  }
  return made
}

type Mutation = (bytes: Uint8Array, other: Uint8Array, random: Random) => Uint8Array

function flipped(bytes: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const made = bytes.slice()
  if (made.length > 0) made[random.below(made.length)]! ^= 1 << random.below(8)
  return made
}

/** Opcodes, prefixes, types, and the ends of ranges. */
const telling = [
  ...[0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x1a, 0x1b],
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x3f, 0x40, 0x41, 0x44, 0x60, 0x6a, 0x70, 0x7b, 0x7c, 0x7d],
  ...[0x7e, 0x7f, 0x80, 0xa0, 0xbd, 0xd0, 0xd2, 0xfb, 0xfc, 0xfd, 0xfe, 0xff],
]

function overwritten(bytes: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  const made = bytes.slice()
  if (made.length > 0) made[random.below(made.length)] = random.one(telling)
  return made
}

function cutOff(bytes: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  return bytes.slice(0, random.below(bytes.length + 1))
}

function replaced(bytes: Uint8Array, at: number, end: number, by: Iterable<number>): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...by, ...bytes.subarray(end)])
}

/** Takes some bytes out, puts some of the other in, or both. */
function spliced(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random.below(bytes.length + 1)
  const from = random.below(other.length + 1)
  const put = other.subarray(from, from + random.one([0, 1, 4, 30]))
  return replaced(bytes, at, Math.min(bytes.length, at + random.one([0, 1, 4, 30])), put)
}

/** A number of one byte becomes longer, up to one byte too long; or as large as there is. */
function inflated(bytes: Uint8Array, _: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return bytes
  const at = random.below(bytes.length)
  const padding = new Array<number>(random.below(5)).fill(0x80)
  const longer = [bytes[at]! | 0x80, ...padding, 0x00]
  const huge = [0xff, 0xff, 0xff, 0xff, random.one([0x0f, 0x07, 0x7f])]
  return replaced(bytes, at, at + 1, random.below(4) === 0 ? huge : longer)
}

const plainMutations: readonly Mutation[] = [flipped, overwritten, spliced, inflated]

interface Section {
  readonly id: number
  readonly content: Uint8Array
}

const headerBytes = 8
const codeSection = 10

/** As far as the bytes are sections. */
function sectionsOf(bytes: Uint8Array): Section[] {
  const found: Section[] = []
  let at = headerBytes
  while (at < bytes.length) {
    const id = bytes[at]!
    const size = numberAt(bytes, at + 1)
    if (size === null || size.end + size.value > bytes.length) break
    at = size.end + size.value
    found.push({ id, content: bytes.subarray(size.end, at) })
  }
  return found
}

function numberAt(bytes: Uint8Array, start: number): { value: number; end: number } | null {
  let value = 0
  for (let at = start; at < Math.min(bytes.length, start + 5); at++) {
    value += (bytes[at]! & 0x7f) * 2 ** (7 * (at - start))
    if (bytes[at]! < 0x80) return { value, end: at + 1 }
  }
  return null
}

function moduleOf(bytes: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts = sections.flatMap(({ id, content }) => [id, ...unsigned(content.length), ...content])
  return Uint8Array.from([...bytes.subarray(0, headerBytes), ...parts])
}

/** One section is dropped, doubled, put elsewhere, or taken from the other. */
function rearranged(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const sections = sectionsOf(bytes)
  const given = sectionsOf(other)
  if (sections.length === 0 || given.length === 0) return flipped(bytes, other, random)
  const at = random.below(sections.length)
  const [taken] = sections.splice(at, random.below(2))
  const put = random.one([taken, random.one(given)])
  if (put !== undefined) sections.splice(random.below(sections.length + 1), 0, put)
  return moduleOf(bytes, sections)
}

/** A section changes inside, and has the size that it says. */
function changedInside(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const sections = sectionsOf(bytes)
  if (sections.length === 0) return flipped(bytes, other, random)
  const at = random.below(sections.length)
  const { id, content } = sections[at]!
  const changed = random.one(plainMutations)(content, other, random)
  sections[at] = { id, content: changed }
  return moduleOf(bytes, sections)
}

/** A body changes inside, and the sizes of body and section are right. */
function changedBody(bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const sections = sectionsOf(bytes)
  const at = sections.findIndex(({ id }) => id === codeSection)
  const bodies = at < 0 ? [] : bodiesOf(sections[at]!.content)
  if (bodies.length === 0) return flipped(bytes, other, random)
  const nth = random.below(bodies.length)
  const mutation = random.one([...plainMutations, reworded, reworded, reworded, reworded])
  bodies[nth] = mutation(bodies[nth]!, other, random)
  const parts = bodies.flatMap((body) => [...unsigned(body.length), ...body])
  sections[at] = {
    id: codeSection,
    content: Uint8Array.from([...unsigned(bodies.length), ...parts]),
  }
  return moduleOf(bytes, sections)
}

/** What may stand between any two instructions, and changes nothing or everything. */
const words = [
  ...['nop', 'block end', 'loop end', 'unreachable', 'return', 'br 0', 'i32.const 0 br_if 0'],
  ...['i32.const 1 if nop end', 'loop i32.const 0 br_if 0 end', 'call 0', 'i32.const 9 drop'],
  ...['i32.const 0 i32.const 1 br_table 0,0,0 drop', 'block loop br 1 end end', 'i32.const 0'],
  ...['f64.const bits:fff8000000000001 drop', 'memory.size memory.grow drop', 'drop', 'end'],
].map(assemble)

/** An instruction becomes another of its signature, or words come before it, or it is gone. */
function reworded(body: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const places = instructionsOf(body)
  if (places.length === 0) return flipped(body, other, random)
  const { at, end, opcode } = random.one(places)
  const alike = opcodeNames.flatMap((name, each) =>
    name !== '' && each < PREFIXED && isLike(opcode, each) ? [each] : [],
  )
  const how = random.below(4)
  if (how < 2 && alike.length > 1) return replaced(body, at, at + 1, [random.one(alike)])
  return replaced(body, at, how === 3 ? end : at, how === 3 ? [] : random.one(words))
}

/** Alike are those that only compute and have the same operands and result. */
function isLike(one: number, other: number): boolean {
  const kind = opcodeKinds[one]
  const isPlain = kind === kinds.plain || kind === kinds.memory
  return isPlain && opcodeKinds[other] === kind && signatures[one] === signatures[other]
}

interface Instruction {
  readonly at: number
  readonly end: number
  readonly opcode: number
}

/** As far as a body can be read. */
function instructionsOf(body: Uint8Array): Instruction[] {
  const found: Instruction[] = []
  catchingRefusal(() => {
    const cursor = new CodeCursor(body)
    for (let groups = cursor.u32(); groups > 0; groups--) {
      cursor.u32()
      cursor.u8()
    }
    while (!cursor.done) {
      const at = cursor.pos
      const opcode = cursor.opcode()
      cursor.skipImmediates(opcode, anyTypes)
      found.push({ at, end: cursor.pos, opcode })
    }
  })
  return found
}

/** Blocks may name one of so many types. */
const anyTypes = new Array<FunctionType>(100).fill({ params: [], results: [] })

function bodiesOf(content: Uint8Array): Uint8Array[] {
  const count = numberAt(content, 0)
  const bodies: Uint8Array[] = []
  let at = count?.end ?? content.length
  for (let left = count?.value ?? 0; left > 0; left--) {
    const size = numberAt(content, at)
    if (size === null || size.end + size.value > content.length) return []
    at = size.end + size.value
    bodies.push(content.subarray(size.end, at))
  }
  return bodies
}

const mutations: readonly Mutation[] = [
  ...[flipped, spliced, cutOff, rearranged, changedInside, changedInside],
  ...new Array<Mutation>(14).fill(changedBody),
]
