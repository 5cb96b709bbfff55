// A network on this machine: a coordinator and nodes, each the program that everybody runs, in a
// process and a folder of its own, on ports of loopback that were free.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { NodeId, PeerId, VcpError } from '@vcp/protocol'
import * as z from 'zod'
import { runCoordinator } from '../../coordinator/run-coordinator.ts'
import type { Host } from '../../host.ts'
import { type Listener, runProgram } from '../../programs/run-program.ts'
import type { Fault } from './bad-engines.ts'

export interface NetworkOptions {
  readonly host: Pick<Host, 'env' | 'signal'>
  readonly folder: string
  /** Told what the processes say, a line each. */
  said(who: string, line: string): void
}

export interface NodeShown {
  readonly name: string
  readonly peerId: PeerId
  readonly owner: string | null
  readonly dataDir: string
  /** Null for an honest node. */
  readonly fault: Fault | null
}

export interface NodeOptions {
  readonly fault?: Fault
  /** `dev` unless said. */
  readonly region?: string
}

export interface Network {
  readonly url: string
  readonly addresses: readonly string[]
  /** For the first administrator; null where the folder has one. */
  readonly setupToken: string | null
  /** Starts a node; resolves when it has joined. */
  addNode(name: string, options?: NodeOptions): Promise<NodeShown>
  /** Resolves with the reason when a process has ended that should not have. */
  readonly failed: Promise<unknown>
  /** Stops everything, the nodes first; when it resolves no process is left. */
  stop(): Promise<void>
}

const CoordinatorStarted = z.object({
  url: z.string(),
  setup_token: z.string().nullable(),
  mesh: z.object({ addresses: z.array(z.string()) }).nullable(),
})

const NodeStarted = z.object({ peer_id: PeerId, name: NodeId, owner: z.string().nullable() })

const programs = {
  vcp: fileURLToPath(new URL(`../../main${ownExtension()}`, import.meta.url)),
  badNode: fileURLToPath(new URL(`./bad-node-main${ownExtension()}`, import.meta.url)),
}

/** A node that holds a task would wait for its end. */
const graceMs = 3_000

/** Everybody here is the same person: what keeps strangers at bay would only be in the way. */
const roomy = ['auth', 'nodes', 'tasks', 'general'].flatMap((name) => [
  '--set',
  `rates.${name}.per_minute=1000000`,
  '--set',
  `rates.${name}.burst=100000`,
])

export async function startNetwork({ host, folder, said }: NetworkOptions): Promise<Network> {
  const { env } = host
  const failure = Promise.withResolvers<unknown>()
  const stopping = { nodes: new AbortController(), coordinator: new AbortController() }
  const running: { readonly nodes: Promise<void>[]; coordinator: Promise<void> } = {
    nodes: [],
    coordinator: Promise.resolve(),
  }

  function begin(
    who: string,
    signal: AbortSignal,
    run: (listener: Listener) => Promise<void>,
    mayEnd: boolean,
  ): { readonly first: Promise<unknown>; readonly ended: Promise<void> } {
    const first = Promise.withResolvers<unknown>()
    const ended = run({
      started: (line) => first.resolve(parsed(line)),
      said: (line) => said(who, line),
    }).then(
      () => first.reject(new VcpError('INTERNAL', { message: `${who} ended before it began` })),
      (error: unknown) => {
        first.reject(error)
        if (!signal.aborted && !mayEnd) failure.resolve(error)
      },
    )
    first.promise.catch(() => {
      // Who waits for it is told.
    })
    return { first: first.promise, ended }
  }

  async function stop(): Promise<void> {
    stopping.nodes.abort()
    await Promise.all(running.nodes)
    stopping.coordinator.abort()
    await running.coordinator
  }

  const argv = ['--data-dir', join(folder, 'coordinator'), '--http-port', '0', ...roomy]
  const listen = ['--set', 'mesh.listen=/ip4/127.0.0.1/tcp/0']
  const { signal } = stopping.coordinator
  const coordinator = begin(
    'coordinator',
    signal,
    (listener) => runCoordinator([...argv, ...listen], { env, signal }, listener),
    false,
  )
  running.coordinator = coordinator.ended
  const { url, setup_token, mesh } = CoordinatorStarted.parse(await coordinator.first)

  return {
    url,
    addresses: mesh?.addresses ?? [],
    setupToken: setup_token,
    failed: failure.promise,
    stop,
    async addNode(name, { fault, region = 'dev' } = {}) {
      const dataDir = join(folder, name)
      const own = ['--data-dir', dataDir, '--coordinator', url]
      const honest = ['node', 'start', '--json', '--headless', '--name', name, '--region', region]
      const here = ['--listen', '/ip4/127.0.0.1/tcp/0', '--tasks', '16', ...own]
      const file = fault === undefined ? programs.vcp : programs.badNode
      const words = fault === undefined ? [...honest, ...here] : [fault, name, region, dataDir, url]
      const { signal } = stopping.nodes
      const node = begin(
        name,
        signal,
        (listener) => runProgram({ name, file, argv: words, listener, graceMs }, { env, signal }),
        fault !== undefined,
      )
      running.nodes.push(node.ended)
      const { peer_id: peerId, owner } = NodeStarted.parse(await node.first)
      return { name, peerId, owner, dataDir, fault: fault ?? null }
    },
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return line
  }
}

/** `.ts` where this runs from its source. */
function ownExtension(): string {
  return import.meta.url.endsWith('.ts') ? '.ts' : '.js'
}
