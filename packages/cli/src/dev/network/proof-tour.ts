// Proofs at work in a network: two results that prove themselves, then a node that hands in a proof
// of another task, and one that it has changed.
import {
  type Connection,
  memoryKnownLogs,
  type PreparedTask,
  runTask,
  submitTask,
} from '@vcp/client'
import {
  type BuiltCircuit,
  buildCircuit,
  builtCircuits,
  catalogue,
  checkoutFolders,
  type VariantName,
} from '@vcp/proofs'
import { type PeerId, type TaskId, VcpError } from '@vcp/protocol'
import { proofChecker } from '../../proof/proof-checker.ts'
import { type Step, step } from '../demonstration.ts'
import type { LogReader } from './log-reader.ts'
import type { Network } from './network.ts'
import { normTask, runTaskOf } from './proof-tasks.ts'

export interface ProofCircuits {
  readonly execution: BuiltCircuit
  readonly norm: BuiltCircuit
}

export interface ProofTour {
  readonly network: Network
  readonly connection: Connection
  readonly log: LogReader
  readonly circuits: ProofCircuits
  /** Told what is being waited for. */
  doing(what: string): void
  nowMs(): number
}

/** Built where they were not; null where there is nothing to build them from. */
export async function circuitsForProofs(
  doing: (what: string) => void,
): Promise<ProofCircuits | null> {
  const folders = checkoutFolders()
  if (folders === null) return null
  const of = async (name: string, variant: VariantName): Promise<BuiltCircuit> => {
    const definition = catalogue.find((each) => each.name === name)!
    const parameters = definition.variants[variant]!.parameters.join()
    const isIt = (each: BuiltCircuit) => each.name === name && each.parameters.join() === parameters
    const find = async () => (await builtCircuits(folders.cache)).find(isIt)
    const known = await find()
    if (known !== undefined) return known
    const onPhase = (phase: string) => doing(`the circuit ${name} is built, once: ${phase}`)
    const built = await buildCircuit(definition, variant, { ...folders, onPhase })
    if (!built.ok) throw new VcpError(built.code, { message: built.reason })
    return (await find())!
  }
  return { execution: await of('execution', 'tiny'), norm: await of('update-norm', 'small') }
}

const here = ['dev']
const elsewhere = ['elsewhere']

export async function showProofs(tour: ProofTour): Promise<readonly Step[]> {
  const { network, doing, circuits } = tour
  doing('a node joins that proves')
  await network.addNode('prover')
  const squared = runTaskOf(circuits.execution, 12, here)
  const run = await proved(tour, 'the run of a WASM function', squared, '145')
  const norm = normTask(circuits.norm, here)
  const bounded = await proved(tour, 'the norm of an update, which stays private', norm, null)
  doing('a node joins that forges')
  const { peerId } = await network.addNode('forger', { fault: 'forges', region: 'elsewhere' })
  const honest = await proved(
    tour,
    'the node that forges starts with an honest proof',
    runTaskOf(circuits.execution, 3, elsewhere),
    '10',
  )
  const replayed = await refused(tour, peerId, 'the same proof, handed in for another task')
  const forged = await refused(tour, peerId, 'a proof that was changed')
  return [run, bounded, honest, replayed, forged]
}

async function proved(
  { connection, doing, nowMs }: ProofTour,
  what: string,
  task: PreparedTask,
  value: string | null,
): Promise<Step> {
  doing(what)
  const began = nowMs()
  const options = { knownLogs: memoryKnownLogs(), proofChecker }
  const { level, output, report } = await runTask(connection, task, options)
  const shown = JSON.parse(new TextDecoder().decode(output)) as {
    readonly values: readonly { readonly value: number }[] | null
    readonly signals: readonly string[]
  }
  const found = shown.values?.[0]?.value.toString() ?? null
  const proof = report.steps.find((each) => each.step === 'proof')
  const holds = level === 'proved' && proof?.result === 'ok' && found === value
  const said = value === null ? `${shown.signals.length} public signals` : `the value is ${found}`
  return step(what, holds, `${said}; ${level}: ${proof?.detail}; after ${nowMs() - began} ms`)
}

/** The node that forges is the only one there: its result is refused, and nobody else has one. */
async function refused(
  { connection, log, circuits, doing }: ProofTour,
  forger: PeerId,
  what: string,
): Promise<Step> {
  doing(what)
  const task = runTaskOf(circuits.execution, 3, elsewhere)
  const taskId = task.submission.task_id
  await submitTask(connection, task)
  const reasonIn = (entries: Awaited<ReturnType<LogReader['all']>>) => rejection(entries, taskId)
  await log.until((entries) => reasonIn(entries) !== null || isCompleted(entries, taskId))
  const found = reasonIn(await log.all())
  if (found !== null) await connection.ask('cancelTask', { params: { id: taskId } })
  const holds = found !== null && found.peerId === forger
  return step(`${what} is refused`, holds, found?.reason ?? 'it was taken')
}

type Entries = Awaited<ReturnType<LogReader['all']>>

function rejection(entries: Entries, taskId: TaskId) {
  for (const { event, index } of entries) {
    if (event.type !== 'receipt-rejected' || event.task_id !== taskId) continue
    return { peerId: event.peer_id, reason: `entry ${index} of the log: ${event.reason}` }
  }
  return null
}

function isCompleted(entries: Entries, taskId: TaskId): boolean {
  return entries.some(({ event }) => event.type === 'task-completed' && event.task_id === taskId)
}
