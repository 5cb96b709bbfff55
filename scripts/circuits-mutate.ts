// Is each constraint of our circuits needed? Takes them out one by one and forges: a forgery that
// only the missing constraint would have refused shows that it was. Works on the small variants,
// or on smaller ones still.
//   npm run circuits:mutate -- [name...]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { forgeryWithout, hole, targetOf } from '@vcp/proofs'
import { circuitsNamed, readWords } from './circuits-words.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const circuits = readWords('npm run circuits:mutate -- [name...]', () =>
  circuitsNamed(parseArgs({ allowPositionals: true }).positionals),
)

for (const circuit of circuits) {
  const into = await mkdtemp(join(tmpdir(), 'vcp-mutate-'))
  try {
    const variant = circuit.mutated ?? circuit.variants.small
    const found = await targetOf(join(root, 'circuits'), circuit, variant, into)
    if (!found.ok) throw new Error(`${circuit.name}: ${found.reason}`)
    const { target, nameOf } = found.value
    const { constraints } = target.system
    const started = process.cpuUsage()
    const places = [...constraints.keys()]
    const unneeded = places.filter((at) => forgeryWithout(target, at) === null)
    const seconds = (process.cpuUsage(started).user / 1e6).toFixed(1)
    const lie = hole(target)
    console.log(
      `${circuit.name}: ${constraints.length - unneeded.length} of ${constraints.length} ` +
        `constraints are needed; ${target.determination.free.length} wires are free; ` +
        `${lie === null ? 'no lie passes' : `lie ${lie} PASSES`} (${seconds} s CPU)`,
    )
    let unnamed = 0
    for (const at of unneeded) {
      const { a, b, c } = constraints[at]!
      const wires = [...a, ...b, ...c].map(([w]) => nameOf(w))
      const known = circuit.exceptions?.find(({ wire }) => wires.some((name) => wire.test(name)))
      if (known === undefined) unnamed++
      console.log(`  not shown to be needed: ${at}, of ${wires}; ${known?.reason ?? 'UNNAMED'}`)
    }
    if (lie !== null || unnamed > 0) process.exitCode = 1
  } finally {
    await rm(into, { recursive: true, force: true })
  }
}
