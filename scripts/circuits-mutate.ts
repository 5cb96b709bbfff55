// Is each constraint of our circuits needed? Takes them out one by one and forges: a forgery that
// only the missing constraint would have refused shows that it was. Works on the small variants.
//   npm run circuits:mutate [-- name...]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { catalogue, forgeryWithout, hole, targetOf } from '@vcp/proofs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const names = process.argv.slice(2)

for (const circuit of catalogue) {
  if (names.length > 0 && !names.includes(circuit.name)) continue
  const into = await mkdtemp(join(tmpdir(), 'vcp-mutate-'))
  try {
    const found = await targetOf(join(root, 'circuits'), circuit, circuit.variants.small, into)
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
    for (const at of unneeded) {
      const { a, b, c } = constraints[at]!
      console.log(
        `  not shown to be needed: ${at}, of ${[...a, ...b, ...c].map(([w]) => nameOf(w))}`,
      )
    }
    if (lie !== null || unneeded.length > 0) process.exitCode = 1
  } finally {
    await rm(into, { recursive: true, force: true })
  }
}
