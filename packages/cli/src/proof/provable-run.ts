// A run that has to be proved, as a person writes it: `proof: required`, or the level `proved`.
// Which size of the circuit takes it is found out here, before anything is sent; who brings what
// fits none is told so.
import type { NamedBlob } from '@vcp/client'
import type { CircuitKey } from '@vcp/proofs'
import { VcpError, WasmValue } from '@vcp/protocol'
import * as z from 'zod'

const Wanted = z.object({
  task_type: z.literal('wasm_execution'),
  inputs: z.looseObject({
    module: z.string(),
    call: z.object({
      kind: z.string(),
      function: z.string().optional(),
      arguments: z.array(WasmValue).default([]),
    }),
    proof: z.literal('required').optional(),
  }),
  verification: z.object({ level: z.string().optional() }).optional(),
})

/** Keys that can be named here: a size that comes twice counts where it comes first. */
export type KeysHere = () => Promise<readonly CircuitKey[]>

const knownHere: KeysHere = async () => {
  const { knownKeys } = await import('@vcp/proofs')
  return [...(await knownKeys()).values()]
}

/** The draft with the circuit that proves it, where it asks for a proof and names none. */
export async function withExecutionCircuit(
  draft: unknown,
  blobs: readonly NamedBlob[],
  keysHere = knownHere,
): Promise<unknown> {
  const read = Wanted.safeParse(draft)
  if (!read.success) return draft
  const { inputs, verification } = read.data
  if (inputs.proof === undefined && verification?.level !== 'proved') return draft
  if (inputs.call.kind !== 'function') throw unfit('only a function can be proved, not a command')
  const module = blobs.find(({ cid }) => cid === inputs.module)?.bytes
  if (module === undefined) {
    throw unfit('whether it fits is found out from the module: name its file, not its CID')
  }
  const args = inputs.call.arguments.map((each) => (each.type === 'i32' ? each.value : null))
  if (args.includes(null)) throw unfit('only arguments of i32 can be proved')
  const run = { module, name: inputs.call.function ?? '', args: args as number[] }
  const verification_key = await keyFor(run, keysHere)
  const proof = { from: 'catalogue', name: 'execution', verification_key }
  const whole = draft as { readonly inputs: object; readonly verification?: object }
  return {
    ...whole,
    inputs: { ...whole.inputs, proof },
    verification: { ...whole.verification, level: 'proved' },
  }
}

interface Run {
  readonly module: Uint8Array
  readonly name: string
  readonly args: readonly number[]
}

/** The key of the smallest size that takes the run, among those that are known here. */
async function keyFor({ module, name, args }: Run, keysHere: KeysHere): Promise<string> {
  const { compileExecution, executionCircuit, fitExecution } = await import('@vcp/proofs')
  const program = compileExecution(module, name)
  if (!program.ok) throw unfit(program.reason)
  const keys = (await keysHere())
    .filter((key) => key.name === executionCircuit)
    .toSorted((one, other) => one.parameters[0]! - other.parameters[0]!)
  let reason = 'no key of the circuit is known here'
  let several: string | null = null
  for (const { digest, parameters } of keys) {
    const [steps = 0, length = 0, words = 0] = parameters
    const fit = fitExecution(program.value, args, { steps, length, words })
    if (!fit.ok) reason = fit.reason
    else if (fit.value.segments === 1) return digest
    // One large proof is made sooner than several small ones.
    else several = digest
  }
  if (several !== null) return several
  throw unfit(reason)
}

function unfit(reason: string): VcpError {
  return new VcpError('EXECUTION_UNFIT', {
    message: `this run cannot be proved: ${reason}`,
    hint: 'Leave the proof out: two nodes that agree (`--level replicated`) take any module.',
  })
}
