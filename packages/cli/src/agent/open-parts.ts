// Opens what an agent is made of and what takes time, all at once: the mesh, the machine, the
// engines, the blobs.
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { type BlobStore, type Mesh, type MeshOptions, openFolderStore, openMesh } from '@vcp/mesh'
import { type Signer, VcpError } from '@vcp/protocol'
import type { Settings } from '../config/settings.ts'
import { type Engines, openEngines } from '../engines/engines.ts'
import { type Essentials, readEssentials } from '../hardware/essentials.ts'
import type { Host } from '../host.ts'
import { type Bound, ensureBinding } from '../keystore/ensure-binding.ts'
import type { NodeKey } from '../keystore/node-key.ts'
import type { Closing } from './closing.ts'
import type { Heads } from './link/heads.ts'
import type { Place } from './link/place.ts'
import type { Log } from './log/log.ts'
import { listenOn, type Machine, profileOf, seatsOf } from './settings-of.ts'
import { openSensors, type Sensors } from './telemetry/machine-sensors.ts'

export interface OpenParts {
  readonly dataDir: string
  readonly host: Host
  readonly settings: Settings
  readonly signer: Signer
  readonly unseal: NodeKey['unseal']
  readonly places: readonly Place[]
  readonly heads: Heads
  readonly isCoordinator: MeshOptions['roster']['isCoordinator']
  readonly log: Log
  readonly closing: Closing
}

export interface Opened {
  readonly mesh: Mesh
  readonly store: BlobStore
  readonly engines: Engines
  readonly sensors: Sensors
  readonly hardware: Essentials
  readonly machine: Machine
  readonly bound: Bound
}

/** What the machine has not said by then counts as unknown: the node is not kept waiting. */
const hardwareMs = 1_500

export async function openParts(parts: OpenParts): Promise<Opened> {
  const { dataDir, host, settings, signer, closing } = parts
  const { env, signal } = host
  const cores = availableParallelism()
  const gigabyte = 1e9
  const seats = seatsOf(settings, { cores })
  const provider = settings['node.provider']
  const rapidsnark = settings['node.rapidsnark']
  const node = { peerId: signer.peerId, unseal: parts.unseal, rapidsnark }
  const opening = Promise.allSettled([
    opened(closing, listening(parts), (mesh) => mesh.stop()),
    opened(closing, openEngines({ seats, dataDir, node, provider }), (it) => it.close()),
  ] as const)
  const [[mesh, engines], bound, store, sensors, hardware] = await Promise.all([
    opening,
    ensureBinding(dataDir, host, { peerId: signer.peerId, network: settings['network.name'] }),
    openFolderStore({
      folder: join(dataDir, 'blobs'),
      bytesMax: settings['node.store_gb_max'] * gigabyte,
      freeBytesMin: settings['disk.free_gb_min'] * gigabyte,
    }),
    openSensors(dataDir, host.nowMs),
    readEssentials({ dataDir, env, signal, deadlineMs: hardwareMs }),
    // What fails first is thrown once the others have come to their end, so that all is closed.
  ]).catch(async (error: unknown) => {
    await opening
    throw error
  })
  const { total_bytes: total, limit_bytes: limit } = hardware.memory
  const memoryMb = Math.min(total ?? totalmem(), limit ?? Number.POSITIVE_INFINITY) / 2 ** 20
  return {
    mesh: wholeOf(mesh),
    engines: wholeOf(engines),
    store,
    sensors,
    hardware,
    machine: { cores, memoryMb: Math.floor(memoryMb) },
    bound,
  }
}

async function opened<Thing>(
  closing: Closing,
  opening: Promise<Thing>,
  close: (thing: Thing) => unknown,
): Promise<Thing> {
  return closing.add(await opening, close)
}

function wholeOf<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

/** Nodes dial out: that the port is taken is no reason to stay away. */
async function listening({ settings, places, signer, heads, ...parts }: OpenParts): Promise<Mesh> {
  const profile = profileOf(settings, places)
  const given = settings['node.listen']
  const port = settings['node.listen_port']
  const { isCoordinator, log } = parts
  const roster = {
    isNode: () => false,
    isCoordinator,
    get log() {
      return heads.log
    },
  }
  const open = (listen: readonly string[]) => {
    const network = settings['network.name']
    const bootstrap = places.flatMap(({ kind, text }) => (kind === 'address' ? [text] : []))
    return openMesh({ signer, profile, roster, network, listen, bootstrap })
  }
  if (given.length > 0) return open(given)
  try {
    return await open(listenOn(profile, port))
  } catch (error) {
    if (port === 0 || !(error instanceof VcpError) || error.code !== 'LISTEN_FAILED') throw error
    log({ level: 'warning', message: 'the port is taken; another is used', fields: { port } })
    return open(listenOn(profile, 0))
  }
}
