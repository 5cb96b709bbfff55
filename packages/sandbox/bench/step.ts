// What the step engine does: instructions a second, against V8 on the same bytes; what a root and a
// witness cost; and how long a dispute over one flipped bit takes, with a party that has to be
// made.
//   node scripts/with-node.mjs packages/sandbox/bench/step.ts
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { instrument } from '../src/instrument/instrument.ts'
import type { PageTools } from '../src/run/page-tools.ts'
import { compileProgram } from '../src/run/program.ts'
import type { SandboxCall } from '../src/run/request.ts'
import { run } from '../src/run/run.ts'
import { createStepMachine, type StepMachine } from '../src/step/machine.ts'
import { createParty } from '../src/step/party.ts'
import { settleDispute } from '../src/step/settle-dispute.ts'
import { createStateTree } from '../src/step/state-tree.ts'
import { stepProgram } from '../src/step/step-program.ts'
import { segmentWitness, witnessBytes } from '../src/step/witness.ts'
import { runRequest } from '../src/testing/run-request.ts'
import { cpuMs } from './cpu-time.ts'

const repeats = 5
const stepsMax = 150_000_000
const modules = new URL('../../../wasm-modules/', import.meta.url)
const native: PageTools = {
  sha256: (bytes) => createHash('sha256').update(bytes).digest(),
  isEqual: (one, other) => Buffer.compare(one, other) === 0,
}

const file = (name: string) => new Uint8Array(readFileSync(new URL(name, modules)))
const command = (args: readonly string[], stdin: string | null = null): SandboxCall => ({
  kind: 'wasi',
  args,
  env: {},
  stdin: stdin === null ? new Uint8Array(0) : file(stdin),
})
/** In the guest's memory: somewhere that is not written again. */
const faultAt = 8

const programs: readonly { readonly name: string; readonly call: SandboxCall }[] = [
  {
    name: 'matmul',
    call: {
      kind: 'function',
      function: 'multiply',
      arguments: [
        { type: 'i32', value: 160 },
        { type: 'i32', value: 1 },
      ],
    },
  },
  { name: 'nbody', call: command(['100000']) },
  { name: 'sha256', call: command([], 'sqlite/sqlite.wasm') },
  { name: 'quickjs', call: command([], 'quickjs/statistics.json') },
  { name: 'sqlite', call: command([], 'sqlite/ledger.sql') },
]

/** Of the processor, which other work on the machine does not lengthen; too coarse below 10 ms. */
function bestCpuMs(work: () => void): number {
  return Math.min(...Array.from({ length: repeats }, () => cpuMs(work)[1]))
}

function wallMs(work: () => void): number {
  const began = performance.now()
  work()
  return performance.now() - began
}

function bestWallMs(work: () => void): number {
  return Math.min(...Array.from({ length: repeats }, () => wallMs(work)))
}

function begun(machine: ReturnType<typeof createStepMachine>): StepMachine {
  if ('ending' in machine) throw new Error(machine.detail)
  return machine
}

const figures = programs.map(({ name, call }) => {
  const made = instrument(file(`${name}/${name}.wasm`), { memoryPagesMax: 8_192, trace: true })
  if (!made.ok) throw new Error(made.detail)
  const request = runRequest({ call, gas: 100_000_000, stackUnits: 1_000_000, trace: true })
  const compiled = compileProgram(made.bytes)
  let ended = ''
  const onV8 = () => {
    const result = run(compiled, request)
    ended = result.kind === 'attestable' ? result.ending.kind : result.detail
  }
  // The first runs are those that are compiled; ten are long enough for the clock.
  for (let i = 0; i < 3; i++) onV8()
  const v8Ms = cpuMs(() => {
    for (let i = 0; i < 10; i++) onV8()
  })[1]
  const translateMs = bestWallMs(() => stepProgram(made.bytes))
  const program = stepProgram(made.bytes)
  let steps = 0
  const throughput = (work: (machine: StepMachine) => void) => () => {
    const machine = begun(createStepMachine(program, request))
    work(machine)
    steps = machine.state.steps
  }
  const stepMs = bestCpuMs(throughput((machine) => machine.run(stepsMax)))
  const trackingMs = bestCpuMs(throughput((machine) => machine.runTracking(stepsMax)))

  const machine = begun(createStepMachine(program, request))
  const tree = createStateTree(machine, native)
  const firstRootMs = wallMs(() => tree.root())
  machine.run(Math.floor(steps / 2))
  tree.root()
  machine.run(2 ** 20)
  const nextRootMs = wallMs(() => tree.root())
  const one = segmentWitness(machine, tree, 1)
  const segment = segmentWitness(machine, tree, 2 ** 20)

  const fault = { step: Math.floor(steps / 2), address: faultAt, bit: 2 }
  const honest = createParty(program, request, { pageTools: native })!
  const faulty = createParty(program, request, { fault, pageTools: native })!
  let messages = 0
  let verdict = ''
  const disputeMs = wallMs(() => {
    const settled = settleDispute(program, request, { one: honest, other: faulty })
    messages = settled.dispute.messages
    verdict = settled.losses.map(({ side }) => side).join() || 'no difference'
  })
  return {
    name,
    ended,
    millionSteps: Number((steps / 1e6).toFixed(1)),
    msteps: Math.round(steps / stepMs / 1_000),
    mstepsTracking: Math.round(steps / trackingMs / 1_000),
    timesV8: Number(((10 * stepMs) / v8Ms).toFixed(1)),
    translateMs: Number(translateMs.toFixed(1)),
    firstRootMs: Number(firstRootMs.toFixed(1)),
    nextRootMs: Number(nextRootMs.toFixed(1)),
    stepWitnessBytes: witnessBytes(one),
    segmentWitnessBytes: witnessBytes(segment),
    disputeMs: Math.round(disputeMs),
    messages,
    verdict,
  }
})

console.table(figures)
console.log(JSON.stringify({ bench: 'step', stepsMax, figures }))
