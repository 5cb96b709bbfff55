// A compiled circuit and its statement side by side, for trying to break the one against the other.
import { readFile } from 'node:fs/promises'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { determine } from '../r1cs/determination.ts'
import { type Target, trialOf } from '../r1cs/mutation.ts'
import { readR1cs, readSymbols } from '../r1cs/r1cs-file.ts'
import { compileCircuit, sourcesOf } from './compile.ts'
import { type CircuitDefinition, named, type Variant } from './definition.ts'

export interface FoundTarget {
  readonly target: Target
  nameOf(wire: number): string
}

/** Compiles into the folder `into`; the trials are the sample, then every lie. */
export async function targetOf(
  circuits: string,
  circuit: CircuitDefinition,
  variant: Variant,
  into: string,
): Promise<Outcome<FoundTarget>> {
  const compiled = await compileCircuit(await sourcesOf(circuits, circuit, variant), into)
  if (!compiled.ok) return compiled
  const system = readR1cs(await readFile(compiled.value.r1cs))
  if (!system.ok) return system
  const wires = readSymbols(await readFile(compiled.value.symbols, 'utf8'))
  const names = new Map([...wires].map(([name, wire]) => [wire, name]))
  const { parameters } = variant
  const sample = circuit.sample(parameters)
  const missing = named(sample).find(([name]) => !wires.has(name))
  if (missing !== undefined) return refuse('INVALID', `the circuit has no input ${missing[0]}`)
  const whole = { system: system.value, determination: determine(system.value) }
  const trials = [sample, ...circuit.lies(parameters)].map((values) => {
    const inputs = named(values).map(([name, value]) => [wires.get(name)!, value] as const)
    return trialOf(whole, new Map(inputs), circuit.reference(parameters, values))
  })
  return pass({
    target: { ...whole, trials },
    nameOf: (wire) => names.get(wire) ?? `wire ${wire}`,
  })
}
