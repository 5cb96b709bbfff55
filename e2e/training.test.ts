// A training as somebody has it who has data on three machines: begun with `vcp train`, under
// privacy, through deaths of a node and of the coordinator, and up to where a budget ends.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Round } from '@vcp/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from './network/eventually.ts'
import { type Network, openNetwork, removeFolder } from './network/network.ts'
import { type Program, runVcp, startScript, startVcp } from './network/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-training-'))
const example = fileURLToPath(new URL('../examples/train/digits', import.meta.url))
const datasets = ['digits', 'little', 'lasting']
const names = ['one', 'two', 'three']
const withinMs = 240_000
let network: Network

beforeAll(async () => {
  // One set of drawings has one budget, whatever it is called: each training has its own.
  const making = datasets.map((dataset, at) => {
    const how = ['--out', join(folder, dataset), '--seed', String(at), '--examples', '300']
    return startScript([join(example, 'make.ts'), ...how])
  })
  network = await openNetwork({ folder, chance: Math.random, isAnnounced: true })
  await Promise.all(names.map((name) => network.addNode(name)))
  for (const { ended } of making) expect(await ended).toMatchObject({ code: 0 })
}, withinMs)

afterAll(async () => {
  await network?.stop()
  removeFolder(folder)
}, withinMs)

async function addDataset(name: string, epsilon: number, dataset: string): Promise<void> {
  const { dataDir } = network.nodes.find((node) => node.name === name)!
  const file = join(folder, dataset, `node-${names.indexOf(name) + 1}.npz`)
  const budget = ['--epsilon', String(epsilon), '--delta', '1e-4']
  await runVcp(['node', 'dataset', 'add', dataset, file, ...budget, '--data-dir', dataDir])
}

function specOf(dataset: string, rounds: number): string {
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
  ]
  const text = changes.reduce(
    (spec, line) => {
      const key = line.split(':')[0]
      return spec.replace(new RegExp(`^${key}:.*$`, 'm'), line)
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
    for (const name of names) await addDataset(name, 50, 'digits')
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
    for (const name of names) await addDataset(name, 7, 'little')
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
    for (const name of names) await addDataset(name, 50, 'lasting')
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
