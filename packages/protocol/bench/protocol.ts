// What the protocol costs: CPU time of this process, so that a busy machine matters less.
//   npm run bench -w @vcp/protocol [-- --json]
import {
  checkEvidence,
  createMerkleIndex,
  decodeCanonical,
  demandOf,
  encodeCanonical,
  inclusionPath,
  leafHash,
  mismatches,
  openEnvelope,
  profiles,
  Requirements,
  signMessage,
  TaskSpec,
  taskDigest,
  verifyInclusion,
} from '@vcp/protocol'
import { evidenceOf, knownLog, receiptBy } from '../src/testing/log.ts'
import { ana, atMs, ben, capabilities, nonce, taskOf, telemetry } from '../src/testing/samples.ts'

interface Figure {
  readonly what: string
  readonly microseconds: number
  readonly perSecond: number
}

/** The last result, so that no engine may leave the work out. */
let used: unknown

/** CPU microseconds a call: the median of several batches, after a warm-up. */
function measure(what: string, work: () => unknown, batch: number): Figure {
  for (let i = 0; i < batch; i++) used = work()
  const batches = Array.from({ length: 7 }, () => {
    const began = process.cpuUsage()
    for (let i = 0; i < batch; i++) used = work()
    const { user, system } = process.cpuUsage(began)
    return (user + system) / batch
  })
  const microseconds = batches.sort((a, b) => a - b)[3] ?? Number.NaN
  return { what, microseconds, perSecond: 1e6 / microseconds }
}

const heartbeat = signMessage('heartbeat', telemetry, ana, { nonce, atMs })
const bytes = encodeCanonical({ ...heartbeat })
const task = taskOf('wasm_execution')
const taskJson = JSON.parse(JSON.stringify(task))
const evidence = evidenceOf([receiptBy(ana), receiptBy(ben)], 'replicated')
const demand = demandOf('wasm_execution', Requirements.parse({}), profiles.public)
const candidate = {
  nodeType: 'compute',
  region: 'eu',
  capabilities,
  status: 'online',
  mode: 'active',
  health: 0.9,
  latencyMs: 20,
  workingAssignments: 0,
  isResting: false,
} as const

const size = 100_000
const leaves = Array.from({ length: size }, (_, i) => leafHash(Uint8Array.of(i, i >> 8, i >> 16)))
const index = createMerkleIndex()
index.append(leaves)
const leafBlock = (block: number) => leaves.slice(block * 256, (block + 1) * 256)
const place = 77_777
const root = index.subtreeHash(leafBlock)(0, size)
const prove = () => inclusionPath(place, size, index.subtreeHash(leafBlock))
const claim = { leafHash: leaves[place] as Uint8Array, index: place, size, root, proof: prove() }
if (!verifyInclusion(claim)) throw new Error('the proof to be measured does not verify')

const figures = [
  measure('encode a heartbeat', () => encodeCanonical({ ...heartbeat }), 5_000),
  measure('scan and decode a heartbeat', () => decodeCanonical(bytes), 5_000),
  measure('check a task against its schema', () => TaskSpec.parse(taskJson), 5_000),
  measure('digest a task', () => taskDigest(task), 2_000),
  measure('filter one node', () => mismatches(demand, candidate), 50_000),
  measure('sign a heartbeat', () => signMessage('heartbeat', telemetry, ana, { nonce, atMs }), 100),
  measure('open a heartbeat, signature and all', () => openEnvelope('heartbeat', heartbeat), 100),
  measure('check evidence of two nodes', () => checkEvidence(evidence, { log: knownLog }), 20),
  measure('hash a leaf of 3 bytes', () => leafHash(Uint8Array.of(1, 2, 3)), 20_000),
  measure('prove a leaf of 100,000', prove, 500),
  measure('verify that proof', () => verifyInclusion(claim), 2_000),
]

if (used === undefined) throw new Error('nothing was measured')
if (process.argv.includes('--json')) {
  console.log(JSON.stringify(figures, null, 2))
} else {
  for (const { what, microseconds, perSecond } of figures) {
    const cost = microseconds.toFixed(microseconds < 10 ? 2 : 0).padStart(9)
    console.log(`${what.padEnd(38)}${cost} µs${Math.round(perSecond).toString().padStart(12)} /s`)
  }
}
