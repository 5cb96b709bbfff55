// A peer of the mesh for tests of relays, without a task to do:
//   relayed-peer-main.ts serve <multiaddr of a relay>     has a blob that others may have
//   relayed-peer-main.ts fetch <multiaddr of a peer> <cid>
import { randomBytes } from 'node:crypto'
import { fetchBlob, type Mesh, openMemoryStore, openMesh, serveBlobs } from '@vcp/mesh'
import { Cid, signerFrom, VcpError } from '@vcp/protocol'
import { eventually } from './eventually.ts'

const [mode = '', place = '', name = ''] = process.argv.slice(2)
const blobBytes = 3_000_000
const store = await openMemoryStore(1_000_000_000)
const isServing = mode === 'serve'
const mesh = await openMesh({
  signer: signerFrom(randomBytes(32)),
  // Whoever wants to be reached from outside asks relays for a place.
  profile: isServing ? 'internet' : 'lan',
  listen: ['/ip4/127.0.0.1/tcp/0'],
  network: 'local',
  bootstrap: isServing ? [place] : [],
  roster: {
    isNode: () => false,
    isCoordinator: () => false,
    log: { origin: 'none', verifier: { name: 'none', keyId: 0 } as never, size: 0 },
  },
})
if (isServing) await serve(mesh)
else await fetchFrom(mesh)

async function serve({ streams, peers, peerId }: Mesh): Promise<void> {
  const cid = await store.put([randomBytes(blobBytes)])
  await serveBlobs(streams, store)
  const isRelayed = () => peers.addresses().some((address) => address.includes('/p2p-circuit/'))
  await eventually(20_000, (is: boolean) => is, isRelayed)
  process.stdout.write(`${JSON.stringify({ peer_id: peerId, cid, relayed: isRelayed() })}\n`)
}

async function fetchFrom({ peers, streams, stop }: Mesh): Promise<void> {
  try {
    const peerId = await peers.connect(place)
    const came = await fetchBlob({ mesh: { peers, streams }, store }, Cid.parse(name), [peerId])
    const bytes = [...came.values()].reduce((sum, count) => sum + count, 0)
    process.stdout.write(`${JSON.stringify({ peer_id: peerId, bytes })}\n`)
  } catch (error) {
    if (!(error instanceof VcpError)) throw error
    const { code, details } = error
    process.stdout.write(`${JSON.stringify({ code, details })}\n`)
  }
  await stop()
}
