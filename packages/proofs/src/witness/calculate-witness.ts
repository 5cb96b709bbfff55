// From inputs to a witness, by the circuit's own generator. That is code, and may be a stranger's:
// it runs as WebAssembly with a bounded memory, in a process that Node lets read one folder of ours
// and nothing else, write nothing and start nothing, and that is killed when it takes too long.
import { realpathSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import type { CircuitInput } from '../prover/prover.ts'
import { type ChildBounds, runChild } from '../prover/run-child.ts'
import { boundGenerator } from './generator-module.ts'

export interface WitnessOrder {
  readonly generator: Uint8Array
  readonly input: CircuitInput
}

export interface WitnessBounds extends ChildBounds {
  /** Of the generator's own memory; 128 unless said. */
  readonly generatorMemoryMb?: number
}

/** Elements of a witness: 4 M, which is 128 MB. */
const witnessMax = 2 ** 22
const headerBytes = 12 + 12 + 40 + 12
const saidBytesMax = 2_000
/** How the process ends where an assertion of the circuit fails. */
const statementFalse = 3

const here = dirname(realpathSync(fileURLToPath(import.meta.url)))

/** The witness as a file of the format `wtns`. */
export async function calculateWitness(
  { generator, input }: WitnessOrder,
  { generatorMemoryMb = 128, ...bounds }: WitnessBounds = {},
): Promise<Outcome<Uint8Array>> {
  const module = boundGenerator(generator, generatorMemoryMb)
  if (!module.ok) return module
  const header = Buffer.from(JSON.stringify({ input, witnessMax }))
  const size = Buffer.alloc(4)
  size.writeUInt32LE(header.length)
  const chunks: Buffer[] = []
  let bytes = 0
  let said = ''
  const tool = { file: process.execPath, args: [...flags(), program] }
  const ended = await runChild(tool, bounds, ({ stdin, stdout, stderr }, kill) => {
    stdin.write(size)
    stdin.write(header)
    stdin.end(module.value)
    stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > headerBytes + 32 * witnessMax) kill('the witness is too large')
    })
    stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(0, saidBytesMax)
    })
  })
  if (!ended.ok) return ended
  const { code, by } = ended.value
  if (code === statementFalse) return refuse('STATEMENT_FALSE', said.trim())
  if (code !== 0) return refuse('PROVING_FAILED', `no witness: ${said.trim() || (code ?? by)}`)
  return pass(Buffer.concat(chunks))
}

const program = join(here, `witness-main${extname(import.meta.url)}`)

function flags(): string[] {
  return [
    '--permission',
    // Its program, and the manifest of the package above, which says that it is a module.
    `--allow-fs-read=${join(here, '*')}`,
    `--allow-fs-read=${join(here, '..', '..', 'package.json')}`,
    '--no-addons',
    '--max-old-space-size=512',
  ]
}

/** The first elements of a witness after the constant 1: the public signals. */
export function publicSignalsIn(witness: Uint8Array, count: number): Outcome<readonly bigint[]> {
  const view = Buffer.from(witness.buffer, witness.byteOffset, witness.byteLength)
  const from = headerBytes + 32
  if (view.length < from + 32 * count) return refuse('INVALID', 'the witness is too short')
  const elementAt = (at: number) =>
    BigInt(
      `0x${Buffer.from(view.subarray(at, at + 32))
        .reverse()
        .toString('hex')}`,
    )
  return pass(Array.from({ length: count }, (_, i) => elementAt(from + 32 * i)))
}
