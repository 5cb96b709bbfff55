// What a proving key says about itself, read from its header without loading the rest: the size of
// what it proves, and who contributed to its setup.
import { type FileHandle, open } from 'node:fs/promises'
import { type Outcome, pass, refuse } from '@vcp/protocol'

export interface Contribution {
  /** A person's entropy, or a public random value that was announced beforehand. */
  readonly kind: 'contribution' | 'beacon'
  readonly name: string | null
  /** The transcript of this contribution, 64 bytes in hex. */
  readonly transcript: string
}

export interface ZkeyHeader {
  readonly signals: number
  readonly variables: number
  readonly domainSize: number
  /** Whether delta still is gamma: anybody can forge. */
  readonly isDeltaGamma: boolean
  readonly contributions: readonly Contribution[]
}

const sectionsMax = 16
const contributionsMax = 1_000
const pointsBytes = 64 * 3 + 128

export async function readZkeyHeader(file: string): Promise<Outcome<ZkeyHeader>> {
  const handle = await open(file, 'r')
  try {
    const sections = await zkeySections(handle)
    if (!sections.ok) return sections
    const [kind, groth, phase2] = [1, 2, 10].map((id) => sections.value.get(id))
    if (kind === undefined || groth === undefined || phase2 === undefined) {
      return broken('a section is missing')
    }
    if ((await readExactly(handle, kind.at, 4)).readUInt32LE() !== 1)
      return broken('it is not for Groth16')
    const header = headerOf(await readExactly(handle, groth.at, groth.bytes))
    if (header === null) return broken('its header is not one of BN254')
    const contributions = contributionsOf(await readExactly(handle, phase2.at, phase2.bytes))
    return contributions === null
      ? broken('its contributions cannot be read')
      : pass({ ...header, contributions })
  } catch (cause) {
    if (cause instanceof RangeError) return broken('it ends too soon')
    throw cause
  } finally {
    await handle.close()
  }
}

export interface ZkeySection {
  readonly at: number
  readonly bytes: number
}

/** Where each section lies. */
export async function zkeySections(handle: FileHandle): Promise<Outcome<Map<number, ZkeySection>>> {
  const { size } = await handle.stat()
  const head = await readExactly(handle, 0, 12)
  if (head.toString('latin1', 0, 4) !== 'zkey') return broken('it is not a zkey file')
  const count = head.readUInt32LE(8)
  if (count > sectionsMax) return broken('it has too many sections')
  const sections = new Map<number, ZkeySection>()
  let at = 12
  for (let i = 0; i < count; i++) {
    const entry = await readExactly(handle, at, 12)
    const id = entry.readUInt32LE()
    const bytes = Number(entry.readBigUInt64LE(4))
    at += 12
    if (bytes > size - at || sections.has(id)) return broken('its sections do not fit')
    sections.set(id, { at, bytes })
    at += bytes
  }
  return pass(sections)
}

/** n8q, q, n8r, r, variables, signals, domain; then alpha1 beta1 beta2 gamma2 delta1 delta2. */
function headerOf(bytes: Buffer): Omit<ZkeyHeader, 'contributions'> | null {
  if (bytes.length !== 84 + 64 * 3 + 128 * 3) return null
  if (bytes.readUInt32LE(0) !== 32 || bytes.readUInt32LE(36) !== 32) return null
  const gamma = bytes.subarray(84 + 64 * 2 + 128, 84 + 64 * 2 + 256)
  const delta = bytes.subarray(84 + 64 * 3 + 256)
  return {
    variables: bytes.readUInt32LE(72),
    signals: bytes.readUInt32LE(76),
    domainSize: bytes.readUInt32LE(80),
    isDeltaGamma: gamma.equals(delta),
  }
}

function contributionsOf(bytes: Buffer): Contribution[] | null {
  const count = bytes.readUInt32LE(64)
  if (count > contributionsMax) return null
  const contributions: Contribution[] = []
  let at = 68
  for (let i = 0; i < count; i++) {
    at += pointsBytes
    const transcript = bytes.toString('hex', at, at + 64)
    const type = bytes.readUInt32LE(at + 64)
    const length = bytes.readUInt32LE(at + 68)
    if (type > 1) return null
    const parameters = bytes.subarray(at + 72, at + 72 + length)
    if (parameters.length !== length) return null
    contributions.push({
      kind: type === 0 ? 'contribution' : 'beacon',
      name: nameIn(parameters),
      transcript,
    })
    at += 72 + length
  }
  return contributions
}

/** The parameter of type 1 comes first: a byte of length, then the text. */
function nameIn(parameters: Buffer): string | null {
  if (parameters[0] !== 1) return null
  return parameters.toString('utf8', 2, 2 + parameters.readUInt8(1))
}

export async function readExactly(handle: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, at)
  if (bytesRead !== bytes) throw new RangeError('the file ends too soon')
  return buffer
}

function broken(reason: string) {
  return refuse('INVALID', `the proving key cannot be used: ${reason}`)
}
