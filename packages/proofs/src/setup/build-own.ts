// A circuit that is not in the catalogue, from its one source file to its keys, with a development
// setup. Only a checkout can: the compiler does not come with an installation.

import { randomBytes } from 'node:crypto'
import { copyFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Outcome, pass } from '@vcp/protocol'
import { circom, runTool } from '../prover/run-tool.ts'
import { type BuiltFiles, constraintsIn, powerFor, setUp } from './build-circuit.ts'
import { verifySetup } from './phase2.ts'
import { drawSecrets, powersOfTau } from './powers-of-tau.ts'

export interface OwnCircuit {
  readonly constraints: number
  readonly files: Omit<BuiltFiles, 'symbols'>
}

/** Builds into a folder that is there; what it held of an earlier build is written over. */
export async function buildOwnCircuit(source: string, into: string): Promise<Outcome<OwnCircuit>> {
  const file = basename(source)
  const name = file.replace(/\.circom$/, '')
  const at = (path: string) => join(into, path)
  await copyFile(source, at(file))
  const compiled = await runTool(circom(into, [file, '--r1cs', '--wasm', '--O1', '-o', '.']))
  if (!compiled.ok) return compiled
  const files = {
    r1cs: at(`${name}.r1cs`),
    witnessGenerator: at(`${name}_js/${name}.wasm`),
    ptau: at('development.ptau'),
    provingKey: at('key.zkey'),
    verificationKey: at('key.json'),
  }
  const constraints = await constraintsIn(files.r1cs)
  const powers = powersOfTau(powerFor(constraints), drawSecrets(randomBytes))
  await writeFile(files.ptau, Buffer.concat([...powers]), { mode: 0o600 })
  const setup = await setUp(files)
  if (!setup.ok) return setup
  const verified = await verifySetup(files)
  return verified.ok ? pass({ constraints, files }) : verified
}
