// Whether a proving key is of a circuit, as far as that shows without its setup: its sizes, and the
// left and right sums of every constraint, term by term. What only its points hold (the right hand
// sides) is for `verifySetup` to check, which takes as long as the setup did.
import { type FileHandle, open } from 'node:fs/promises'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { domainPower, openR1cs, type R1csReader, type R1csSize } from '../r1cs/r1cs-file.ts'
import { termBytes, termsOf } from './key-terms.ts'
import { coefficientBytes } from './point-file.ts'
import { readExactly, readZkeyHeader, type ZkeySection, zkeySections } from './zkey.ts'

/** Refuses a key that is of another circuit than these constraints, with the first difference. */
export async function sameCircuit(r1cs: Uint8Array, provingKey: string): Promise<Outcome<void>> {
  const opened = openR1cs(r1cs)
  if (!opened.ok) return opened
  const circuit = opened.value
  const header = await readZkeyHeader(provingKey)
  if (!header.ok) return header
  const { signals, variables, domainSize } = header.value
  const numbers: readonly (readonly [what: string, ofKey: number, ofCircuit: number])[] = [
    ['public signals', signals, circuit.outputs + circuit.publicInputs],
    ['wires', variables, circuit.wires],
    ['rows', domainSize, 2 ** domainPower(circuit)],
  ]
  const different = numbers.find(([, ofKey, ofCircuit]) => ofKey !== ofCircuit)
  if (different !== undefined) {
    const [what, ofKey, ofCircuit] = different
    return other(`the key has ${ofKey} ${what}, and the circuit ${ofCircuit}`)
  }
  const handle = await open(provingKey, 'r')
  try {
    const sections = await zkeySections(handle)
    if (!sections.ok) return sections
    const wrong = wrongSection(circuit, sections.value)
    if (wrong !== null) return other(`section ${wrong} of the key is not as long as it has to be`)
    const row = await differentRow(circuit, handle, sections.value.get(4)!)
    return row === null ? pass(undefined) : other(`they differ in constraint ${row}`)
  } catch (cause) {
    if (cause instanceof RangeError) return other('one of them ends too soon')
    throw cause
  } finally {
    await handle.close()
  }
}

/** Sections have a point for each wire, signal or row; that of terms, as many as it says. */
function wrongSection(
  circuit: R1csSize,
  sections: ReadonlyMap<number, ZkeySection>,
): number | undefined | null {
  const { wires, outputs, publicInputs } = circuit
  const signals = outputs + publicInputs + 1
  const lengths = new Map([
    [3, 64 * signals],
    [5, 64 * wires],
    [6, 64 * wires],
    [7, 128 * wires],
    [8, 64 * (wires - signals)],
    [9, 64 * 2 ** domainPower(circuit)],
  ])
  const wrong = [...lengths].find(([id, bytes]) => sections.get(id)?.bytes !== bytes)
  return wrong?.[0] ?? (sections.has(4) ? null : 4)
}

const termsAtOnce = 4_096
/** Coefficients whose bytes are kept: most come often. */
const knownMax = 65_536

/** The first constraint whose terms are others in the key; one beyond the last, for too many. */
async function differentRow(
  circuit: R1csReader,
  handle: FileHandle,
  { at, bytes }: ZkeySection,
): Promise<number | null> {
  const wanted = termsOf(circuit)
  const known = new Map<bigint, Uint8Array>()
  const written = (coefficient: bigint): Uint8Array => {
    const found = known.get(coefficient) ?? coefficientBytes(coefficient)
    if (known.size < knownMax) known.set(coefficient, found)
    return found
  }
  const end = at + bytes
  const count = (await readExactly(handle, at, 4)).readUInt32LE()
  if (bytes !== 4 + termBytes * count) return circuit.count
  for (let from = at + 4; from < end; from += termsAtOnce * termBytes) {
    const part = await readExactly(handle, from, Math.min(termsAtOnce * termBytes, end - from))
    for (let i = 0; i < part.length; i += termBytes) {
      const { value: term, done } = wanted.next()
      if (done === true) return circuit.count
      const isSame =
        part.readUInt32LE(i) === term.matrix &&
        part.readUInt32LE(i + 4) === term.row &&
        part.readUInt32LE(i + 8) === term.wire &&
        part.subarray(i + 12, i + termBytes).equals(written(term.coefficient))
      if (!isSame) return term.row
    }
  }
  const missing = wanted.next()
  return missing.done === true ? null : missing.value.row
}

function other(reason: string) {
  return refuse('CIRCUITS_DIFFER', reason)
}
