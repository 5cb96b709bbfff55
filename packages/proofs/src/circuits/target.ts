// A compiled circuit and its statement side by side, for trying to break the one against the other.
import { readFile } from 'node:fs/promises'
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { determine } from '../r1cs/determination.ts'
import { type Adapted, type Target, trialOf } from '../r1cs/mutation.ts'
import { readR1cs, readSymbols } from '../r1cs/r1cs-file.ts'
import { Rework } from '../r1cs/rework.ts'
import type { Witness } from '../r1cs/witness.ts'
import { compileCircuit, sourcesOf } from './compile.ts'
import {
  type CircuitDefinition,
  named,
  type Values,
  type Variant,
  type WireReader,
} from './definition.ts'

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
  const determination = determine(system.value)
  const rework = new Rework(system.value, determination)
  const whole = { system: system.value, determination, rework }
  const inputsOf = (values: Values) =>
    new Map(named(values).map(([name, value]) => [wires.get(name)!, value] as const))
  const tried = (values: Values) =>
    trialOf(whole, inputsOf(values), circuit.reference(parameters, values))
  const lies = [sample, ...circuit.lies(parameters)]
  const others = circuit.others?.(parameters) ?? []
  const given = [...lies, ...others]
  const adapt = (trial: number, witness: Witness): Adapted | null => {
    const wire: WireReader = (...list) =>
      witness[list.map((name) => wires.get(name)).find(isWire)!]!
    const values = circuit.adapted?.(parameters, given[trial]!, wire) ?? null
    if (values === null) return null
    return { inputs: inputsOf(values), outputs: circuit.reference(parameters, values) }
  }
  return pass({
    target: { ...whole, trials: lies.map(tried), others: others.map(tried), adapt },
    nameOf: (wire) => names.get(wire) ?? `wire ${wire}`,
  })
}

function isWire(wire: number | undefined): boolean {
  return wire !== undefined
}
