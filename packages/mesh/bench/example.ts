// Two hosts in one process: one asks, one answers; one gives a blob, one takes it.
//   node scripts/with-node.mjs packages/mesh/bench/example.ts
import { fetchBlob, openMemoryStore, openMesh, serveBlobs } from '@vcp/mesh'
import { assignProtocol, pass, type TaskId } from '@vcp/protocol'
import { rosterOfBoth, signers } from './pair.ts'

const options = { profile: 'loopback', roster: rosterOfBoth() } as const
const node = await openMesh({ ...options, signer: signers.child })
const coordinator = await openMesh({ ...options, signer: signers.parent })
await coordinator.peers.connect(node.peers.addresses()[0] ?? '')

await node.streams.serve(assignProtocol, async ({ ask }) => {
  console.log('asked to', ask)
  return pass({ answered: 'noted' } as const)
})
const answer = await coordinator.streams.ask(node.peerId, assignProtocol, {
  ask: 'reveal',
  task_id: '019f0000-0000-7000-8000-000000000001' as TaskId,
  lease_epoch: 1,
})
console.log('answered', answer.ok ? answer.value : answer)

const theirs = await openMemoryStore(100_000_000)
const cid = await theirs.put([new Uint8Array(5_000_000).fill(7)])
await serveBlobs(node.streams, theirs)
const ours = await openMemoryStore(100_000_000)
const came = await fetchBlob({ mesh: coordinator, store: ours }, cid, [node.peerId])
console.log('fetched', cid, 'from', came)

await Promise.all([coordinator.stop(), node.stop()])
