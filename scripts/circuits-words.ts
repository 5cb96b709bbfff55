// What `circuits:build` and `circuits:mutate` are told after their names.
import { type CircuitDefinition, catalogue } from '@vcp/proofs'

/** What `read` makes of the words; where it cannot, or somebody asks, the usage, and the end. */
export function readWords<T>(usage: string, read: () => T): T {
  const text = `usage: ${usage}\ncircuits: ${catalogue.map(({ name }) => name).join(', ')}`
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    console.log(text)
    process.exit(0)
  }
  try {
    return read()
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${text}`)
    process.exit(2)
  }
}

/** The circuits of these names; all of them where there are none. */
export function circuitsNamed(names: readonly string[]): readonly CircuitDefinition[] {
  const unknown = names.find((name) => !catalogue.some((circuit) => circuit.name === name))
  if (unknown !== undefined) throw new RangeError(`there is no circuit ${unknown}`)
  return catalogue.filter(({ name }) => names.length === 0 || names.includes(name))
}
