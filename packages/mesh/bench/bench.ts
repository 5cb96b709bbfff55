// What the mesh costs between two processes on one machine: gossip, questions, blobs. Figures are
// compared within one run only; the blob's with a plain TCP copy of the same bytes, hashed too.
//   node scripts/with-node.mjs packages/mesh/bench/bench.ts
//     [--json] [--seconds 5] [--megabytes 256] [--folder <folder>]
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openMesh } from '@vcp/mesh'
import { type BlobFigure, measureBlobs } from './blobs.ts'
import { type GossipFigure, measureGossip } from './gossip.ts'
import { type Ready, rosterOfBoth, signers } from './pair.ts'
import { measureQuestions, type QuestionFigure } from './questions.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '5' },
    megabytes: { type: 'string', default: '256' },
    folder: { type: 'string', default: tmpdir() },
  },
})

interface Figures {
  readonly gossip: GossipFigure
  readonly questions: readonly QuestionFigure[]
  readonly blobs: readonly BlobFigure[]
}

const folder = mkdtempSync(join(values.folder, 'vcp-mesh-bench-'))
const child = fork(fileURLToPath(new URL('./peer.ts', import.meta.url)), [
  join(folder, 'theirs'),
  values.megabytes,
])
try {
  const figures = await measure(child)
  if (values.json) console.log(JSON.stringify(figures, null, 2))
  else print(figures)
} finally {
  child.kill()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(peer: ChildProcess): Promise<Figures> {
  const ready = await new Promise<Ready>((resolve) => peer.once('message', resolve))
  const roster = rosterOfBoth()
  const mesh = await openMesh({ signer: signers.parent, profile: 'loopback', roster })
  await mesh.peers.connect(ready.address)
  const seconds = Number(values.seconds)
  const gossip = await measureGossip(mesh, peer, seconds)
  const questions = await measureQuestions(mesh, seconds)
  const blobs = await measureBlobs(mesh, ready, folder)
  await mesh.stop()
  return { gossip, questions, blobs }
}

function print({ gossip, questions, blobs }: Figures): void {
  const cells = (...texts: readonly string[]) => texts.map((text) => text.padStart(14)).join('')
  console.log('gossip: signed heartbeats, one way, and a burst of them')
  console.log(cells('bytes', 'p50 ms', 'p99 ms', 'burst', 'a second'))
  console.log(
    cells(
      String(gossip.bytes),
      gossip.p50Ms.toFixed(2),
      gossip.p99Ms.toFixed(2),
      String(gossip.burst),
      gossip.perSecond.toFixed(0),
    ),
  )
  console.log('\nquestions: asked and answered, by how many wait at once')
  console.log(cells('at once', 'p50 ms', 'p99 ms', 'a second'))
  for (const { atOnce, p50Ms, p99Ms, perSecond } of questions) {
    console.log(cells(String(atOnce), p50Ms.toFixed(2), p99Ms.toFixed(2), perSecond.toFixed(0)))
  }
  console.log('\nblobs: from file to file, flushed; the receiver hashes')
  console.log(cells('way', 'MB', 'seconds', 'MB/s', 'to TCP'))
  for (const { way, megabytes, seconds, ratio } of blobs) {
    const rate = (megabytes / seconds).toFixed(0)
    const texts = [megabytes.toFixed(0), seconds.toFixed(2), rate, `${(100 * ratio).toFixed(0)}%`]
    console.log(cells(way, ...texts))
  }
}
