// Where the mesh listens, and in what surroundings, from the configuration.
import { isIP } from 'node:net'
import { type Mesh, openMesh, type ProfileName, type Roster } from '@vcp/mesh'
import { type Signer, VcpError } from '@vcp/protocol'
import type { Values } from '../config/keys.ts'

export type MeshValues = Pick<
  Values,
  | 'http.host'
  | 'http.port'
  | 'mesh.announce'
  | 'mesh.connections_max'
  | 'mesh.listen'
  | 'mesh.profile'
  | 'mesh.relay'
  | 'network.name'
>

/** Whether only this machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

export async function openListener(
  values: MeshValues,
  signer: Signer,
  roster: Roster,
): Promise<Mesh> {
  const listen = listenOf(values)
  try {
    return await openMesh({
      ...{ signer, roster, listen },
      profile: values['mesh.profile'] ?? profileFor(listen, values['mesh.announce']),
      network: values['network.name'],
      announce: values['mesh.announce'],
      relay: values['mesh.relay'],
      connectionsMax: values['mesh.connections_max'],
    })
  } catch (cause) {
    if (!(cause instanceof VcpError) || cause.code !== 'LISTEN_FAILED') throw cause
    throw new VcpError('CONFIG_VALUE_INVALID', {
      message: `the mesh cannot listen on ${listen.join(', ')}: ${cause.message}`,
      hint: 'Stop whatever listens there, or name other multiaddrs with --listen (mesh.listen).',
      details: { key: 'mesh.listen' },
      cause,
    })
  }
}

export function listenOf(values: MeshValues): readonly string[] {
  const named = values['mesh.listen']
  if (named.length > 0) return named
  const host = values['http.host'] === 'localhost' ? '127.0.0.1' : values['http.host']
  const family = isIP(host)
  if (family === 0) {
    throw new VcpError('CONFIG_VALUE_INVALID', {
      message: `where the mesh listens does not follow from http.host, which is ${host}`,
      hint: 'Name a multiaddr with --listen (mesh.listen), such as /ip4/0.0.0.0/tcp/8422.',
      details: { key: 'mesh.listen' },
    })
  }
  const port = values['http.port'] === 0 ? 0 : values['http.port'] + 2
  return [`/ip${family}/${host}/tcp/${port}`]
}

function profileFor(listen: readonly string[], announce: readonly string[]): ProfileName {
  if (announce.length > 0) return 'internet'
  const hosts = listen.map((address) => /^\/ip[46]\/([^/]+)\//.exec(address)?.[1] ?? '')
  return hosts.every(isLoopback) ? 'loopback' : 'lan'
}
