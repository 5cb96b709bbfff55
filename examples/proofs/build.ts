// Compiles the circuit of this folder and makes keys for it, for development: whoever runs this
// could keep the secrets of the setup and prove what is false.
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildOwnCircuit } from '@vcp/proofs'

const source = fileURLToPath(new URL('polynomial.circom', import.meta.url))
const into = fileURLToPath(new URL('../../.cache/polynomial/', import.meta.url))
mkdirSync(into, { recursive: true })
const built = await buildOwnCircuit(source, into)
if (!built.ok) throw new Error(built.reason)
console.log(`${built.value.constraints} constraints; the keys are in ${into}`)
