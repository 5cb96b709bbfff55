// Real hosts on loopback for tests, stopped when the test ends.
import type { Signer } from '@vcp/protocol'
import { onTestFinished } from 'vitest'
import { createConduct } from '../conduct.ts'
import { type Host, openHost, startHost } from '../host/open-host.ts'
import { type Mesh, openMesh } from '../mesh.ts'
import type { MeshOptions } from '../mesh-options.ts'
import { rosterOf } from './roster.ts'

export async function openHosts(
  signers: readonly Signer[],
  options: Partial<MeshOptions> = {},
): Promise<readonly Mesh[]> {
  const roster = rosterOf(signers)
  const meshes = await Promise.all(
    signers.map((signer) => openMesh({ signer, profile: 'loopback', roster, ...options })),
  )
  onTestFinished(async () => {
    await Promise.all(meshes.map((mesh) => mesh.stop()))
  })
  return meshes
}

/** Resolves once one is connected to the other. */
export async function join(one: Mesh, other: Mesh): Promise<void> {
  await one.peers.connect(other.peers.addresses()[0] ?? '')
}

/** A bare libp2p host: what a hostile peer has. */
export async function openHostile(signer: Signer): Promise<Host> {
  const options: MeshOptions = { signer, profile: 'loopback', roster: rosterOf([]) }
  const host = await openHost(
    options,
    createConduct(Date.now, () => undefined),
  )
  await startHost(host)
  onTestFinished(async () => host.stop())
  return host
}
