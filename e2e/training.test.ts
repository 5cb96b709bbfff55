// A training as somebody has it who has data on three machines: begun with `vcp train`, under
// privacy, through deaths of a node and of the coordinator, and up to where a budget ends. With a
// fourth machine it goes on with updates that nobody sees.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { decodeModel, planAggregation, weightsOf } from '@vcp/learning'
import type { Cid, Round, TaskId } from '@vcp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { goodLine } from './faults/tcp-proxy.ts'
import { eventually } from './network/eventually.ts'
import { type Network, openNetwork, removeFolder } from './network/network.ts'
import { type Program, runVcp, startScript, startVcp } from './network/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-training-'))
const example = fileURLToPath(new URL('../examples/train/digits', import.meta.url))
const datasets = ['digits', 'little', 'lasting', 'hidden']
const names = ['one', 'two', 'three', 'four']
const withinMs = 240_000
let network: Network

beforeAll(async () => {
  // One set of drawings has one budget, whatever it is called: each training has its own.
  const making = datasets.map((dataset, at) => {
    const how = ['--out', join(folder, dataset), '--seed', String(at), '--examples', '300']
    if (dataset === 'hidden') how.push('--nodes', '4')
    return startScript([join(example, 'make.ts'), ...how])
  })
  network = await openNetwork({ folder, chance: Math.random, isAnnounced: true })
  await Promise.all(names.slice(0, 3).map((name) => network.addNode(name)))
  for (const { ended } of making) expect(await ended).toMatchObject({ code: 0 })
}, withinMs)

afterAll(async () => {
  await network?.stop()
  removeFolder(folder)
}, withinMs)

async function addDataset(
  name: string,
  epsilon: number,
  dataset: string,
  more: readonly string[] = [],
): Promise<void> {
  const { dataDir } = network.nodes.find((node) => node.name === name)!
  const file = join(folder, dataset, `node-${names.indexOf(name) + 1}.npz`)
  const budget = ['--epsilon', String(epsilon), '--delta', '1e-4']
  const where = ['--data-dir', dataDir]
  await runVcp(['node', 'dataset', 'add', dataset, file, ...budget, ...more, ...where])
}

function specOf(dataset: string, rounds: number, more: readonly string[] = []): string {
  const file = join(folder, dataset, 'train.yaml')
  const changes = [
    'model: model.onnx',
    'evaluation: held-out.npz',
    `dataset: ${dataset}`,
    `rounds: ${rounds}`,
    'nodes: { min: 3 }',
    'batch_size: 30',
    'local_steps: 8',
    'round_seconds: 200',
    ...more,
  ]
  const text = changes.reduce(
    (spec, line) => {
      const key = line.split(':')[0]
      const known = new RegExp(`^${key}:.*$(?:\\n  .*$)*`, 'm')
      return known.test(spec) ? spec.replace(known, line) : `${line}\n${spec}`
    },
    readFileSync(join(example, 'train.yaml'), 'utf8'),
  )
  writeFileSync(file, text)
  return file
}

const env = () => ({ VCP_COORDINATOR_URL: network.coordinator.url, VCP_API_KEY: network.apiKey })

function train(...argv: readonly string[]): Program {
  const dataDir = join(folder, 'submitter')
  return startVcp(['train', ...argv, '--json', '--data-dir', dataDir], { env: env() })
}

interface Ended {
  readonly status: string
  readonly reason: string | null
  readonly rounds: readonly Round[]
}

/** What it left in its folder when it ended well. */
async function endOf(program: Program, out: string): Promise<Ended> {
  const { code } = await program.ended
  if (code !== 0) throw new Error(`it ended with ${code}: ${program.said()}`)
  return JSON.parse(readFileSync(join(out, 'history.json'), 'utf8'))
}

function isOpen(number: number) {
  return (rounds: readonly Round[]) =>
    rounds.some((round) => round.state === 'open' && round.number === number)
}

async function rounds(): Promise<readonly Round[]> {
  const page = await network.connection.ask('listRounds', { query: { limit: 100 } })
  return page.rounds as readonly Round[]
}

test(
  'a model learns over three nodes under privacy, and what comes of it is kept',
  async () => {
    for (const name of names.slice(0, 3)) await addDataset(name, 50, 'digits')
    const out = join(folder, 'first')
    const history = await endOf(train(specOf('digits', 3), '--out', out), out)
    expect(history).toMatchObject({ status: 'completed', reason: null })
    const final = history.rounds.filter(({ state }) => state === 'finalised')
    expect(final).toHaveLength(3)
    const [first, , last] = final
    expect(last!.accuracy).toBeGreaterThan(first!.accuracy!)
    expect(last!.loss).toBeLessThan(first!.loss!)
    expect(last!.epsilon_spent).toBeGreaterThan(first!.epsilon_spent!)
    const model = readFileSync(join(out, 'model.onnx'))
    expect(readFileSync(join(out, 'round-00003.onnx'))).toEqual(model)
  },
  withinMs,
)

test(
  'a round that would overspend is refused, and the training completes with what it has',
  async () => {
    for (const name of names.slice(0, 3)) await addDataset(name, 7, 'little')
    const out = join(folder, 'second')
    const spec = specOf('little', 10)
    const { status, reason, rounds: all } = await endOf(train(spec, '--out', out), out)
    expect(status).toBe('completed')
    expect(reason).toMatch(/budget_spent/)
    const final = all.filter(({ state }) => state === 'finalised')
    expect(final.length).toBeGreaterThan(0)
    expect(final.length).toBeLessThan(10)
    expect(Math.max(...final.map((round) => round.epsilon_spent!))).toBeLessThanOrEqual(7)
  },
  withinMs,
)

test(
  'a training outlives its node, its coordinator and who watches it',
  async () => {
    for (const name of names.slice(0, 3)) await addDataset(name, 50, 'lasting')
    const out = join(folder, 'third')
    const watching = train(specOf('lasting', 3), '--out', out)
    const before = (await rounds()).length
    await eventually(withinMs, (all) => all.length > before && isOpen(1)(all.slice(before)), rounds)
    await network.nodes[1]!.program.kill()
    await network.nodes[1]!.start()
    await eventually(withinMs, (all) => isOpen(2)(all.slice(before)), rounds)
    watching.signal('SIGINT')
    expect(await watching.ended).toMatchObject({ signal: 'SIGINT' })
    expect(watching.said()).toContain('--resume')
    await network.coordinator.program.kill()
    await network.coordinator.start()
    const { status, rounds: all } = await endOf(train('--resume', out), out)
    expect(status).toBe('completed')
    expect(all.filter(({ state }) => state === 'finalised')).toHaveLength(3)
  },
  withinMs,
)

/** Four nodes, each of which makes one step on all that it has: who repeats it gets the same. */
const hiddenSpec = (rounds: number, more: readonly string[]) =>
  specOf('hidden', rounds, [
    'nodes: { min: 3, target: 4 }',
    'batch_size: 300',
    'local_steps: 1',
    'optimiser: { name: sgd }',
    ...more,
  ])

function weightsIn(file: string): Float32Array {
  const model = decodeModel(readFileSync(file))
  if (!model.ok) throw new Error(model.reason)
  const plan = planAggregation(model.value, 'softmax-cross-entropy')
  if (!plan.ok) throw new Error(plan.reason)
  return weightsOf(model.value, plan.value.layout)
}

/** The blobs that a training's updates were, as the coordinator has them. */
async function updatesOf(taskId: TaskId): Promise<readonly Uint8Array[]> {
  const cids: Cid[] = []
  for (let from = 0; ; ) {
    const { size, entries } = await network.connection.ask('ledgerEntries', { query: { from } })
    for (const { event } of entries) {
      if (event.type === 'update-accepted' && event.update.task_id === taskId) {
        cids.push(event.update.delta)
      }
    }
    from += entries.length
    if (from >= size) break
  }
  return cids.map((cid) => readFileSync(join(folder, 'coordinator', 'blobs', 'blobs', cid)))
}

function shareOfOnes(bytes: Uint8Array): number {
  let ones = 0
  for (const byte of bytes) for (let rest = byte; rest > 0; rest >>= 1) ones += rest & 1
  return ones / (8 * bytes.length)
}

test(
  'a sum of updates that nobody sees leads where the updates lead',
  async () => {
    await network.addNode('four')
    for (const name of names) await addDataset(name, 50, 'hidden', ['--allow-plain'])
    const [seen, hidden] = [join(folder, 'seen'), join(folder, 'hidden-once')]
    const plain = hiddenSpec(1, ['privacy: none'])
    await endOf(train(plain, '--out', seen), seen)
    const spec = hiddenSpec(1, ['privacy: none', 'secure_aggregation: true'])
    const once = await endOf(train(spec, '--out', hidden), hidden)
    const [first] = once.rounds
    expect(first).toMatchObject({ updates_accepted: 4, secure: { nodes: 4 } })
    const before = weightsIn(join(folder, 'hidden', 'model.onnx'))
    const after = [seen, hidden].map((out) => weightsIn(join(out, 'model.onnx')))
    const furthest = (one: Float32Array, other: Float32Array) =>
      one.reduce((most, each, at) => Math.max(most, Math.abs(each - other[at]!)), 0)
    expect(furthest(after[0]!, before)).toBeGreaterThan(1e-3)
    // One step is not the same to the last bit: examples are added up in another order.
    expect(furthest(after[0]!, after[1]!)).toBeLessThan(1e-6)
    const updates = await updatesOf(first!.task_id)
    expect(updates).toHaveLength(4)
    for (const bytes of updates) {
      expect(bytes).toHaveLength(4 * before.length)
      expect(Math.abs(shareOfOnes(bytes) - 0.5)).toBeLessThan(0.01)
    }
  },
  2 * withinMs,
)

test(
  'a secure training outlives a node that dies with shares of others, and its coordinator',
  async () => {
    const out = join(folder, 'hidden-through')
    // While the words of one node are long on their way, those of the others are in.
    const [slow, , , dying] = network.nodes
    slow!.line.become({ bytesPerSecond: 20_000 })
    const watching = train(hiddenSpec(2, ['secure_aggregation: true']), '--out', out)
    const before = (await rounds()).length
    const isHiding = (all: readonly Round[]) =>
      all.slice(before).some((round) => round.state === 'open' && round.updates_accepted > 0)
    await eventually(withinMs, isHiding, rounds)
    await dying!.program.kill()
    slow!.line.become(goodLine)
    const isOver = (all: readonly Round[]) => all[before]?.state === 'finalised'
    await eventually(withinMs, isOver, rounds)
    await dying!.start()
    await eventually(withinMs, (all) => isOpen(2)(all.slice(before)), rounds)
    watching.signal('SIGINT')
    await watching.ended
    await network.coordinator.program.kill()
    await network.coordinator.start()
    const { status, rounds: all } = await endOf(train('--resume', out), out)
    expect(status).toBe('completed')
    const final = all.filter(({ state }) => state === 'finalised')
    expect(final).toHaveLength(2)
    for (const round of final) expect(round.secure!.roster).not.toBeNull()
    expect(final[1]!.loss).toBeLessThan(final[0]!.loss!)
  },
  2 * withinMs,
)
