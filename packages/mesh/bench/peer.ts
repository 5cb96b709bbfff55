// The other process of the bench: hears gossip, answers questions, gives a blob, over the mesh and
// over plain TCP.
import { createReadStream } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { openFolderStore, openMesh, serveBlobs } from '@vcp/mesh'
import { pass, telemetryTopic } from '@vcp/protocol'
import { askProtocol, type Ready, rosterOfBoth, signers } from './pair.ts'

const [folder = '', megabytes = '256'] = process.argv.slice(2)
const roster = rosterOfBoth()
const mesh = await openMesh({ signer: signers.child, profile: 'loopback', roster })

mesh.gossip.subscribe(telemetryTopic, ({ nonce }) => {
  // The sender wrote the moment into the nonce; both processes read the same clock.
  const tookNs = process.hrtime.bigint() - BigInt(`0x${nonce}`)
  process.send?.(Number(tookNs) / 1e6)
})
await mesh.streams.serve(askProtocol, async () => pass({ answered: 'noted' } as const))

const store = await openFolderStore({ folder, bytesMax: 2 ** 36, freeBytesMin: 0 })
const cid = await store.put(blob(Number(megabytes)))
await serveBlobs(mesh.streams, store)

const server = createServer((socket) => {
  createReadStream(join(folder, 'blobs', cid), { highWaterMark: 262_144 }).pipe(socket)
})
server.listen(0, '127.0.0.1', () => {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  const address = mesh.peers.addresses()[0] ?? ''
  process.send?.({ address, cid, port, megabytes: Number(megabytes) } satisfies Ready)
})

/** No two megabytes alike. */
function* blob(count: number): Iterable<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const bytes = Buffer.alloc(1_000_000)
    for (let at = 0; at < bytes.length; at += 4) bytes.writeUInt32LE((i * 250_000 + at) >>> 0, at)
    yield bytes
  }
}
