// A circuit as circom compiles it: constraints (A.w)(B.w) = C.w over the wires w. The first wire is
// the number 1; outputs, public inputs and private inputs follow, then everything else.
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { scalarModulus } from '../field/scalar-field.ts'

/** A sum of wires, each times a coefficient that is not 0. */
export type Sum = readonly (readonly [wire: number, coefficient: bigint])[]

export interface Constraint {
  readonly a: Sum
  readonly b: Sum
  readonly c: Sum
}

/** What is counted of a circuit. */
export interface R1csSize {
  readonly wires: number
  readonly outputs: number
  readonly publicInputs: number
  readonly privateInputs: number
  /** How many constraints there are. */
  readonly count: number
}

/** A circuit whose constraints are read one after another, as often as they are asked for. */
export interface R1csReader extends R1csSize {
  each(): Iterable<Constraint>
}

export interface R1cs extends R1csReader {
  readonly constraints: readonly Constraint[]
}

/** The power of two of a circuit's rows: one for each constraint and public signal, and one. */
export function domainPower({ count, outputs, publicInputs }: R1csSize): number {
  return Math.floor(Math.log2(count + outputs + publicInputs)) + 1
}

/** The most constraints that are read: beyond what snarkjs proves in a reasonable time. */
const constraintsMax = 2 ** 20

/** Reads all of it, and refuses what names a wire that there is not. */
export function readR1cs(bytes: Uint8Array): Outcome<R1cs> {
  try {
    const reader = openR1cs(bytes)
    if (!reader.ok) return reader
    const { wires, each } = reader.value
    const constraints = [...each()]
    const all = constraints.flatMap(({ a, b, c }) => [a, b, c])
    if (all.some((sum) => sum.some(([wire]) => wire >= wires))) return broken('a wire is unknown')
    return pass({ ...reader.value, constraints })
  } catch (cause) {
    if (cause instanceof RangeError) return broken('it ends too soon')
    throw cause
  }
}

/** Reads the head alone; constraints that are cut short show in a RangeError when they are read. */
export function openR1cs(bytes: Uint8Array): Outcome<R1csReader> {
  try {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    const sections = sectionsOf(file)
    const [head, body] = [sections?.get(1), sections?.get(2)]
    if (head === undefined || body === undefined) return broken('a section is missing')
    if (head.readUInt32LE(0) !== 32 || elementAt(head, 4) !== scalarModulus) {
      return broken('it is not over the scalar field of BN254')
    }
    const [wires, outputs, publicInputs, privateInputs] = [36, 40, 44, 48].map((at) =>
      head.readUInt32LE(at),
    ) as [number, number, number, number]
    const count = head.readUInt32LE(60)
    if (count > constraintsMax) return broken(`it has more than ${constraintsMax} constraints`)
    const size = { wires, outputs, publicInputs, privateInputs, count }
    return pass({ ...size, each: () => constraintsOf(body, count) })
  } catch (cause) {
    if (cause instanceof RangeError) return broken('it ends too soon')
    throw cause
  }
}

/**
 * The wires of `main` by the names of its signals, such as `update[3]`, from circom's .sym file.
 */
export function readSymbols(text: string): ReadonlyMap<string, number> {
  const wires = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, wire, , name] = line.split(',')
    if (name !== undefined && Number(wire) >= 0)
      wires.set(name.replace(/^main\./, ''), Number(wire))
  }
  return wires
}

function sectionsOf(file: Buffer): Map<number, Buffer> | null {
  if (file.toString('latin1', 0, 4) !== 'r1cs' || file.readUInt32LE(4) !== 1) return null
  const sections = new Map<number, Buffer>()
  let at = 12
  for (let i = file.readUInt32LE(8); i > 0; i--) {
    const bytes = Number(file.readBigUInt64LE(at + 4))
    if (bytes > file.length - at - 12) throw new RangeError('a section is cut short')
    sections.set(file.readUInt32LE(at), file.subarray(at + 12, at + 12 + bytes))
    at += 12 + bytes
  }
  return sections
}

function* constraintsOf(body: Buffer, count: number): Generator<Constraint> {
  let at = 0
  const sum = (): Sum => {
    const length = body.readUInt32LE(at)
    if (length > body.length / termBytes) throw new RangeError('a sum is cut short')
    const terms: [number, bigint][] = []
    for (let i = 0; i < length; i++) {
      const from = at + 4 + termBytes * i
      terms.push([body.readUInt32LE(from), elementAt(body, from + 4)])
    }
    at += 4 + termBytes * length
    return terms.filter(([, coefficient]) => coefficient !== 0n)
  }
  for (let i = 0; i < count; i++) yield { a: sum(), b: sum(), c: sum() }
}

/** A term in the file: a wire, and its coefficient. */
const termBytes = 36

function elementAt(bytes: Buffer, at: number): bigint {
  return [24, 16, 8, 0].reduce((value, i) => (value << 64n) | bytes.readBigUInt64LE(at + i), 0n)
}

function broken(reason: string) {
  return refuse('INVALID', `the circuit cannot be read: ${reason}`)
}
