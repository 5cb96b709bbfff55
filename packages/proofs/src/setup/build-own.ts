// A circuit that is not in the catalogue, from its one source file to its keys, with a development
// setup. Only a checkout can: the compiler does not come with an installation.

import { copyFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Outcome, pass } from '@vcp/protocol'
import { circom, runTool } from '../prover/run-tool.ts'
import { type BuiltFiles, setUp } from './build-circuit.ts'

export interface OwnCircuit {
  readonly constraints: number
  readonly files: Omit<BuiltFiles, 'symbols' | 'ptau'>
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
    provingKey: at('key.zkey'),
    verificationKey: at('key.json'),
  }
  const setup = await setUp({ ...files, ptau: at('powers.ptau') })
  return setup.ok ? pass({ constraints: setup.value.constraints, files }) : setup
}
