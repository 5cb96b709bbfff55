// What nodes at rest cost a coordinator: the program in a process of its own, and in this one nodes
// with real hosts over TCP on loopback, real keys, real registrations. Each reports as an agent
// does: an echo and a signed heartbeat by gossip every ten seconds, and every sixth as a question.
//   node scripts/with-node.mjs packages/coordinator/bench/mesh-nodes.ts
//     [--nodes 1000] [--seconds 60] [--json]
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Mesh, openMesh } from '@vcp/mesh'
import {
  joinProtocol,
  type MessageType,
  type Nonce,
  nodeBindingHash,
  OwnerAddress,
  type PayloadOf,
  type PeerId,
  type Signer,
  signerFrom,
  signMessage,
  telemetryTopic,
} from '@vcp/protocol'
import { Wallet } from 'ethers'
import { registrationOf, telemetry } from '../src/core/testing/samples.ts'
import { type Caller, signIn } from '../src/testing/http-caller.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    nodes: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
  },
})
const heartbeatMs = 10_000
const askedEvery = 6
/** Joining at a time. */
const joiningMax = 8
const wallet = new Wallet(`0x${'1a'.repeat(32)}`)

interface Started {
  readonly url: string
  readonly setup_token: string
  readonly mesh: { readonly peer_id: PeerId; readonly addresses: readonly string[] }
}

async function startProgram(dataDir: string) {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
  const argv = ['--conditions=source', main, '--http-port', '0', '--data-dir', dataDir]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'ignore'] })
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, started: JSON.parse(line) as Started }
  }
  throw new Error('the coordinator ended before it listened')
}

interface Figures {
  readonly cpuSeconds: number
  readonly memoryMb: number
  readonly present: number
  readonly accepted: number
}

async function figuresOf(admin: Caller): Promise<Figures> {
  const { text } = await admin.call('metrics')
  const read = (name: string) => {
    const line = text.split('\n').find((each) => each.startsWith(`${name} `))
    return Number(line?.slice(name.length + 1) ?? 0)
  }
  return {
    cpuSeconds: read('vcp_process_cpu_seconds_total'),
    memoryMb: read('vcp_process_resident_memory_bytes') / 1e6,
    present: read('vcp_nodes_present'),
    accepted: read('vcp_mesh_events{what="gossip.accept"}'),
  }
}

/** The share of one core that the program takes over a time. */
async function shareOver(admin: Caller, seconds: number) {
  const [before, began] = [await figuresOf(admin), performance.now()]
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  const after = await figuresOf(admin)
  const tookSeconds = (performance.now() - began) / 1_000
  return {
    percent: (100 * (after.cpuSeconds - before.cpuSeconds)) / tookSeconds,
    heartbeatsPerSecond: (after.accepted - before.accepted) / tookSeconds,
    after,
  }
}

async function joinNode(index: number, hub: Started['mesh']): Promise<Mesh> {
  const secret = new Uint8Array(32)
  new DataView(secret.buffer).setUint32(0, index + 1)
  const signer = signerFrom(secret)
  const sign = <Type extends MessageType>(type: Type, payload: PayloadOf<Type>) => {
    const nonce = randomBytes(16).toString('hex') as Nonce
    return signMessage(type, payload, signer, { nonce, atMs: Date.now() })
  }
  const roster = { isNode: () => false, isCoordinator: () => true, log: {} as never }
  const mesh = await openMesh({ signer, roster, profile: 'loopback', network: 'local', listen: [] })
  await mesh.peers.connect(hub.addresses[0] ?? '')
  const registration = sign('registration', registrationOf(`n-${index}`))
  const answer = await mesh.streams.ask(hub.peer_id, joinProtocol, {
    ...{ ask: 'register', registration, binding: bindingOf(signer) },
  })
  if (!answer.ok) throw new Error(answer.reason)
  let beats = index
  const beat = async () => {
    beats += 1
    await mesh.peers.ping(hub.peer_id)
    const heartbeat = sign('heartbeat', telemetry)
    await mesh.gossip.publish(telemetryTopic, heartbeat)
    if (beats % askedEvery !== 0) return
    await mesh.streams.ask(hub.peer_id, joinProtocol, { ask: 'heartbeat', heartbeat })
  }
  setInterval(() => void beat(), heartbeatMs)
  return mesh
}

function bindingOf({ peerId }: Signer) {
  const unsigned = {
    owner: OwnerAddress.parse(wallet.address.toLowerCase()),
    peer_id: peerId,
    network: 'local',
    issued_at_ms: Date.now() - 1_000,
    expires_at_ms: Date.now() + 86_400_000,
  }
  const { serialized } = wallet.signingKey.sign(nodeBindingHash(unsigned))
  return { ...unsigned, signature: serialized }
}

async function measure(started: Started) {
  const admin = await signIn(started.url, 'bench', started.setup_token)
  const alone = await shareOver(admin, 10)
  const count = Number(values.nodes)
  const began = performance.now()
  let next = 0
  const joiner = async () => {
    while (next < count) await joinNode(next++, started.mesh)
  }
  await Promise.all(Array.from({ length: joiningMax }, joiner))
  const joinSeconds = (performance.now() - began) / 1_000
  const rest = await shareOver(admin, Number(values.seconds))
  const { json } = await admin.call('clusterStats')
  const { online = 0 } = json['nodes'] as { online?: number }
  return {
    nodes: count,
    joinSeconds,
    present: rest.after.present,
    online,
    heartbeatsPerSecond: rest.heartbeatsPerSecond,
    percentAlone: alone.percent,
    percentWithNodes: rest.percent,
    memoryMb: rest.after.memoryMb,
  }
}

const dataDir = mkdtempSync(join(tmpdir(), 'vcp-bench-'))
let program: ChildProcess | null = null
try {
  const { child, started } = await startProgram(dataDir)
  program = child
  const figures = await measure(started)
  if (values.json) console.log(JSON.stringify(figures, null, 2))
  else {
    console.log(
      'nodes  joined in s  present  online  beats/s  CPU alone  CPU with nodes  memory MB',
    )
    const cells = [
      String(figures.nodes).padStart(5),
      figures.joinSeconds.toFixed(1).padStart(11),
      String(figures.present).padStart(7),
      String(figures.online).padStart(6),
      figures.heartbeatsPerSecond.toFixed(1).padStart(7),
      `${figures.percentAlone.toFixed(1)}%`.padStart(9),
      `${figures.percentWithNodes.toFixed(1)}%`.padStart(14),
      figures.memoryMb.toFixed(0).padStart(9),
    ]
    console.log(cells.join('  '))
  }
} finally {
  program?.kill('SIGKILL')
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 10 })
}
process.exit()
