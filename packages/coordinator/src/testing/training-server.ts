// A coordinator with a real aggregator, and one small training over its mesh.
import { type AssignAsk, cidOf, type Round, type TaskSpec } from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import { taskIdOf } from '../core/testing/samples.ts'
import { type MeshedServer, startMeshedServer } from './meshed-server.ts'
import type { ScriptedNode } from './scripted-node.ts'
import { heldOut, model, updateFor } from './small-training.ts'

export const one = taskIdOf(1)

export type TrainOrder = Extract<AssignAsk, { ask: 'train' }>

/** Until the test is over. */
export async function started(
  ...options: Parameters<typeof startMeshedServer>
): Promise<MeshedServer> {
  const server = await startMeshedServer(...options)
  onTestFinished(() => server.stop())
  return server
}

export async function upload({ submitter }: MeshedServer): Promise<void> {
  for (const bytes of [model, heldOut]) {
    await submitter.call('putBlob', { params: { cid: cidOf('raw', bytes) }, body: bytes })
  }
}

/** With so many nodes, which are all that it asks for. */
export async function submitted(
  server: MeshedServer,
  task: TaskSpec,
  count: number,
): Promise<readonly ScriptedNode[]> {
  await upload(server)
  const bytes = Array.from({ length: count }, (_, at) => at + 1)
  const nodes = await Promise.all(bytes.map((byte) => server.node(byte)))
  const requirements = { ...task.requirements, min_nodes: count }
  const body = { task_id: one, task: { ...task, requirements } }
  const { status, text } = await server.submitter.call('submitTask', { body })
  if (status !== 201) throw new Error(text)
  return nodes
}

export async function contribute(
  node: ScriptedNode,
  { round, lease_epoch, task_id }: TrainOrder,
  bytes: Uint8Array,
) {
  await node.keep(bytes)
  const envelope = node.sign('update', updateFor({ ...round, task_id }, lease_epoch, bytes))
  return node.report({ report: 'signed', envelope, output: null })
}

export function roundsOf({ loop }: MeshedServer): readonly Round[] {
  return [...loop.state.rounds.values()].map(({ round }) => round)
}
