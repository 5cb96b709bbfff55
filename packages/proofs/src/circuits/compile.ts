// From the sources of a circuit to its constraints and witness generator. Compiling is
// reproducible: the same sources give the same bytes, which is what hashes in a manifest rest on.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Digest, digestOf, type Outcome, pass } from '@vcp/protocol'
import { circom, runTool, type ToolBounds } from '../prover/run-tool.ts'
import { type CircuitDefinition, mainOf, type Variant } from './definition.ts'
import { generatedCircom } from './generated-circom.ts'

export interface Sources {
  /** By their paths from the folder that is compiled in. */
  readonly files: ReadonlyMap<string, string>
  readonly digest: Digest
}

/** What one circuit is compiled from: its folder, the library, what is generated, its main file. */
export async function sourcesOf(
  folder: string,
  circuit: CircuitDefinition,
  variant: Variant,
): Promise<Sources> {
  const files = new Map([
    ['main.circom', mainOf(circuit, variant)],
    ...generatedCircom(circuit.generated),
  ])
  for (const part of ['parts', circuit.folder]) {
    const names = await readdir(join(folder, part))
    for (const name of names.filter((each) => each.endsWith('.circom')).toSorted()) {
      files.set(`${part}/${name}`, await readFile(join(folder, part, name), 'utf8'))
    }
  }
  return {
    files,
    digest: digestOf(
      'vcp/circuit-sources/1',
      [...files].map((each) => [...each]),
    ),
  }
}

export interface Compiled {
  readonly r1cs: string
  readonly witnessGenerator: string
  readonly symbols: string
}

/** Compiles into a folder of its own. `--O1` keeps the matrices sparse; see docs/proofs.md. */
export async function compileCircuit(
  { files }: Sources,
  into: string,
  bounds?: ToolBounds,
): Promise<Outcome<Compiled>> {
  for (const [name, text] of files) {
    await mkdir(dirname(join(into, name)), { recursive: true })
    await writeFile(join(into, name), text)
  }
  const args = ['main.circom', '--r1cs', '--wasm', '--sym', '--O1', '-o', '.']
  const compiled = await runTool(circom(into, args), bounds)
  if (!compiled.ok) return compiled
  return pass({
    r1cs: join(into, 'main.r1cs'),
    witnessGenerator: join(into, 'main_js', 'main.wasm'),
    symbols: join(into, 'main.sym'),
  })
}
