// A whole coordinator with a mesh in memory, and nodes that do what a test says.
import type { Mesh } from '@vcp/mesh'
import { signerFrom } from '@vcp/protocol'
import { type Caller, signIn } from './http-caller.ts'
import { createMemoryNetwork, type MemoryNetwork } from './memory-network.ts'
import { type ScriptedNode, scriptedNode } from './scripted-node.ts'
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.ts'

export interface MeshedServer extends TestServer {
  readonly network: MemoryNetwork
  readonly hub: Mesh
  /** Somebody who submits tasks. */
  readonly submitter: Caller
  /** A node that is connected and, unless said otherwise, registered. */
  node(byte: number, isRegistered?: boolean): Promise<ScriptedNode>
  cut(node: ScriptedNode): void
  connect(node: ScriptedNode): void
}

const signer = signerFrom(new Uint8Array(32).fill(0xc0))

export async function startMeshedServer(
  options: TestServerOptions = {},
  network = createMemoryNetwork(),
): Promise<MeshedServer> {
  let hub: Mesh | null = null
  const server = await startTestServer({
    ...options,
    mesh: {
      signer,
      async open(roster) {
        hub = network.join(signer, roster)
        return hub
      },
    },
  })
  const { peerId } = signer
  // Where nobody else may come in, the administrator submits.
  const isClosed = options.accounts?.newcomerRole === null
  const setupToken = isClosed ? (server.setupToken ?? undefined) : undefined
  return {
    ...server,
    network,
    hub: hub!,
    submitter: await signIn(server.url, 'submitter', setupToken),
    async node(byte, isRegistered = true) {
      const node = await scriptedNode(byte, {
        peerId,
        join: (of, roster) => network.join(of.signer, roster),
      })
      network.connect(node.peerId, peerId)
      if (!isRegistered) return node
      const answer = await node.register()
      if (!answer.ok) throw new Error(answer.reason)
      return node
    },
    cut: (node) => network.cut(node.peerId, peerId),
    connect: (node) => network.connect(node.peerId, peerId),
  }
}
