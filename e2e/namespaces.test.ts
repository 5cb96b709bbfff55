// A network over machines of which each reaches the coordinator's alone. Nobody can dial the nodes:
// they listen on their own loopback only, as behind a NAT.
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameBlob } from '@vcp/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from './network/eventually.ts'
import { openNamespaces } from './network/namespaces.ts'
import { removeFolder } from './network/network.ts'
import {
  type Program,
  runVcp,
  startCoordinatorProgram,
  startScript,
  startVcp,
} from './network/program.ts'

const patienceMs = 120_000
const root = fileURLToPath(new URL('..', import.meta.url))
const hello = join(root, 'examples/tasks/hello.yaml')
const folder = mkdtempSync(join(tmpdir(), 'vcp-e2e-namespaces-'))
const machines = openNamespaces(['one', 'two', 'submitter'])
if (machines === null) {
  process.stderr.write('SKIPPED: tests across machines; no network namespace can be made here\n')
}

// skipped: only root makes namespaces; where none can be made, stderr says so
describe.runIf(machines !== null)('across machines that reach the coordinator alone', () => {
  const { hub, leaves } = machines!
  const [one, two, submitter] = leaves as unknown as [Leaf, Leaf, Leaf]
  type Leaf = (typeof leaves)[number]
  const programs: Program[] = []
  let coordinator: string

  function running(program: Program): Program {
    programs.push(program)
    return program
  }

  function at({ hub: host }: Leaf): string {
    return `/ip4/${host}/tcp/8422/p2p/${coordinator}`
  }

  function node(name: string, leaf: Leaf, ...more: string[]): Program {
    const here = ['--data-dir', join(folder, name), '--coordinator', at(leaf)]
    const argv = ['node', 'start', '--json', '--name', name, '--listen', '/ip4/127.0.0.1/tcp/0']
    return running(startVcp([...argv, ...here, ...more], { by: leaf.by }))
  }

  beforeAll(async () => {
    const argv = ['--data-dir', join(folder, 'coordinator'), '--listen', '/ip4/0.0.0.0/tcp/8422']
    const settings = [
      'http.host=0.0.0.0',
      `http.public_url=http://${submitter.hub}:8420`,
      'accounts.newcomers=operator',
      'accounts.credits_micro=1000000000',
    ].flatMap((one) => ['--set', one])
    const program = running(startCoordinatorProgram([...argv, ...settings], { by: hub.by }))
    const { mesh } = (await program.first) as { readonly mesh: { readonly peer_id: string } }
    coordinator = mesh.peer_id
  }, patienceMs)

  afterAll(async () => {
    await Promise.all(programs.map((program) => program.kill()))
    machines!.remove()
    removeFolder(folder)
  }, patienceMs)

  test(
    'a node that nobody can dial is given tasks, and blobs flow both ways',
    async () => {
      expect(await node('one', one).first).toMatchObject({ coordinator: at(one) })
      const url = `http://${submitter.hub}:8420`
      const here = ['--data-dir', join(folder, 'submitter'), '--coordinator', url]
      const output = await runVcp(['task', 'submit', hello, '--wait', '--within', '60', ...here], {
        by: submitter.by,
      })
      expect(output).toBe('hello from inside\n')
    },
    patienceMs,
  )

  const peerScript = fileURLToPath(new URL('network/relayed-peer-main.ts', import.meta.url))

  /** What a peer on the first machine comes to that fetches a blob through the relay. */
  async function fetchedThroughRelay(peerId: unknown, cid: unknown) {
    const through = `${at(one)}/p2p-circuit/p2p/${peerId}`
    return eventually(
      20_000,
      (answer: Readonly<Record<string, unknown>>) =>
        !JSON.stringify(answer).includes('UNREACHABLE'),
      () => startScript([peerScript, 'fetch', through, String(cid)], { by: one.by }).first,
    )
  }

  test(
    'a node is reached through the relay of the coordinator, and answers',
    async () => {
      const { peer_id } = await node('two', two, '--set', 'node.reach=internet').first
      const { cid } = nameBlob(readFileSync(hello))
      const answer = await fetchedThroughRelay(peer_id, cid)
      // It gives blobs to its coordinator alone.
      const reasons = { [String(peer_id)]: expect.stringContaining('NOT_FOUND') }
      expect(answer).toMatchObject({ code: 'BLOB_UNAVAILABLE', details: { reasons } })
    },
    patienceMs,
  )

  test(
    'a blob goes from machine to machine through the relay',
    async () => {
      const peer = running(startScript([peerScript, 'serve', at(two)], { by: two.by }))
      const { peer_id, cid, relayed } = await peer.first
      expect(relayed).toBe(true)
      expect(await fetchedThroughRelay(peer_id, cid)).toEqual({ peer_id, bytes: 3_000_000 })
    },
    patienceMs,
  )
})
