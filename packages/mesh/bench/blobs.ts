import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fetchBlob, type Mesh, openFolderStore } from '@vcp/mesh'
import { type Ready, signers } from './pair.ts'

export interface BlobFigure {
  readonly way: 'TCP' | 'mesh'
  readonly megabytes: number
  readonly seconds: number
  /** Of the speed of the plain copy of the same round. */
  readonly ratio: number
}

const rounds = 3

/** Turn by turn, so that whatever else the machine does falls on both; the medians of the turns. */
export async function measureBlobs(
  mesh: Mesh,
  ready: Ready,
  folder: string,
): Promise<readonly BlobFigure[]> {
  const turns: { readonly tcp: number; readonly mesh: number }[] = []
  for (let round = 0; round < rounds; round++) {
    const tcp = await timed(() => copyOverTcp(ready.port, join(folder, `copy-${round}`)))
    const fetched = await timed(() => copyOverMesh(mesh, ready, join(folder, `ours-${round}`)))
    turns.push({ tcp, mesh: fetched })
  }
  const { megabytes } = ready
  const tcp = median(turns.map((turn) => turn.tcp))
  const ratio = median(turns.map((turn) => turn.tcp / turn.mesh))
  const seconds = median(turns.map((turn) => turn.mesh))
  return [
    { way: 'TCP', megabytes, seconds: tcp, ratio: 1 },
    { way: 'mesh', megabytes, seconds, ratio },
  ]
}

async function copyOverTcp(port: number, file: string): Promise<void> {
  const handle = await open(file, 'wx')
  const hash = createHash('sha256')
  for await (const chunk of connect(port, '127.0.0.1')) {
    hash.update(chunk)
    await handle.write(chunk)
  }
  hash.digest()
  await handle.datasync()
  await handle.close()
}

async function copyOverMesh(mesh: Mesh, { cid }: Ready, folder: string): Promise<void> {
  const store = await openFolderStore({ folder, bytesMax: 2 ** 36, freeBytesMin: 0 })
  await fetchBlob({ mesh, store }, cid, [signers.child.peerId])
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1_000
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN
}
