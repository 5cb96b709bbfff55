// Data that is made at run time: points on a circle, a class for each third of it. And a model that
// can learn them, with nothing learned yet.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeModel, ModelBuilder, type Rows, sourceAt, writeNpz } from '@vcp/learning'
import { VcpError } from '@vcp/protocol'
import { openDatasetBook } from '../../datasets/dataset-book.ts'
import { openLedger } from '../../datasets/ledger-place.ts'

export const classes = 3

export interface Points {
  readonly count: number
  readonly places: Float32Array
  readonly sectors: BigInt64Array
}

export function somePoints(count: number, random: () => number): Points {
  const places = new Float32Array(2 * count)
  const sectors = new BigInt64Array(count)
  for (let at = 0; at < count; at++) {
    const turn = random()
    places.set([Math.cos(2 * Math.PI * turn), Math.sin(2 * Math.PI * turn)], 2 * at)
    sectors[at] = BigInt(Math.floor(classes * turn))
  }
  return { count, places, sectors }
}

export function heldOutSet({ count, places, sectors }: Points): Uint8Array {
  return writeNpz({
    x: { shape: [count, 2], data: places },
    y: { shape: [count], data: sectors },
  })
}

export function rowsOf({ count, places }: Points): Rows {
  return { shape: [count, 2], data: places }
}

/** The share of the points whose sector has the highest score. */
export function accuracyOf({ count, sectors }: Points, { data }: Rows): number {
  let right = 0
  for (let at = 0; at < count; at++) {
    const scores = data.subarray(classes * at, classes * (at + 1))
    if (scores.indexOf(Math.max(...scores)) === Number(sectors[at])) right += 1
  }
  return right / count
}

/** What `vcp node dataset add` does, into the data folder of a node that is about to start. */
export async function grantPoints(
  dataDir: string,
  points: Points,
  budget: { readonly epsilon: number; readonly delta: number },
): Promise<void> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'points.csv')
  const rows = Array.from(points.sectors, (sector, at) => {
    return `${points.places[2 * at]},${points.places[2 * at + 1]},${sector}`
  })
  writeFileSync(path, ['a,b,label', ...rows].join('\n'))
  const wish = { format: null, label: null, features: null, classes: null }
  const source = await sourceAt(path, wish)
  if (!source.ok) throw new VcpError(source.code, { message: source.reason })
  const ledger = openLedger(dataDir)
  ledger.grant('points', budget)
  ledger.close()
  openDatasetBook(dataDir).put({
    name: 'points',
    source: source.value,
    examples: points.count,
    bytes: 16 * points.count,
    allow_plain: false,
    allow: null,
    added_at_ms: 0,
  })
}

export function blankModel(hidden: number, random: () => number): Uint8Array {
  const b = new ModelBuilder()
  const some = (count: number) => Array.from({ length: count }, () => random() - 0.5)
  const layer = (input: string, name: string, from: number, to: number) =>
    b.node('Gemm', [
      input,
      b.weight(`${name}.weight`, [from, to], some(from * to)),
      b.weight(`${name}.bias`, [to], some(to)),
    ])
  const inner = b.node('Tanh', [layer(b.input('point', 'float32', ['batch', 2]), 'in', 2, hidden)])
  b.output(layer(inner, 'out', hidden, classes), ['batch', classes])
  return encodeModel(b.build())
}
