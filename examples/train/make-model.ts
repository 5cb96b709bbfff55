// What the examples are made of: chance from a seed, models with random weights, files.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { encodeModel, ModelBuilder, type NpzArray, type Shape, writeNpz } from '@vcp/learning'

/** Whole, reproducible and of no cryptographic worth (SplitMix32). */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = Math.imul(seed + 1, 0x9e3779b9) | 0
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 16), 0x21f0aaad)
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next()
  }

  below(bound: number): number {
    return Math.floor(bound * this.next())
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
  }
}

/** A model whose weights keep the size of what goes through them. */
export class RandomModel extends ModelBuilder {
  readonly #chance: Chance
  #made = 0

  constructor(seed: number) {
    super()
    this.#chance = new Chance(seed)
  }

  random(shape: Shape, deviation: number): string {
    const count = shape.reduce((product, size) => product * size, 1)
    const data = Array.from({ length: count }, () => deviation * this.#chance.normal())
    return this.weight(`weight_${this.#made++}`, shape, data)
  }

  filled(shape: Shape, value: number): string {
    const count = shape.reduce((product, size) => product * size, 1)
    return this.weight(`weight_${this.#made++}`, shape, new Float32Array(count).fill(value))
  }

  linear(x: string, from: number, to: number): string {
    const weights = [this.random([to, from], Math.sqrt(2 / from)), this.filled([to], 0)]
    return this.node('Gemm', [x, ...weights], { attributes: { transB: 1 } })
  }

  convolution(x: string, from: number, to: number, side: number): string {
    const weights = [
      this.random([to, from, side, side], Math.sqrt(2 / (from * side * side))),
      this.filled([to], 0),
    ]
    const pad = (side - 1) / 2
    const attributes = { kernel_shape: [side, side], pads: [pad, pad, pad, pad] }
    return this.node('Conv', [x, ...weights], { attributes })
  }

  halved(x: string): string {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] }
    return this.node('MaxPool', [x], { attributes })
  }

  bytes(): Uint8Array {
    return encodeModel(this.build())
  }
}

/** What tells ten digits apart: two convolutions, each halved, and two layers behind them. */
export interface DigitModel {
  /** Of an image, in pixels. */
  readonly side: number
  /** Channels of the first convolution, and the side of both their kernels. */
  readonly channels: number
  readonly kernel: number
  readonly hidden: number
}

export function digitModel({ side, channels, kernel, hidden }: DigitModel, seed: number) {
  const b = new RandomModel(seed)
  let x = b.input('image', 'float32', ['batch', 1, side, side])
  x = b.halved(b.node('Relu', [b.convolution(x, 1, channels, kernel)]))
  x = b.halved(b.node('Relu', [b.convolution(x, channels, 16, kernel)]))
  x = b.node('Flatten', [x])
  x = b.node('Relu', [b.linear(x, 16 * (side / 4) ** 2, hidden)])
  b.output(b.linear(x, hidden, 10), ['batch', 10])
  return b.bytes()
}

/** Rows of one size with a label each, or one for each place. */
export interface Rows {
  readonly shape: Shape
  readonly inputs: Float32Array | BigInt64Array
  readonly labelShape: Shape
  readonly labels: BigInt64Array
}

/** Rows from one place up to another, as the arrays x and y. */
export function archiveOf({ shape, inputs, labelShape, labels }: Rows, from: number, to: number) {
  const part = (data: NpzArray['data'], each: Shape): NpzArray => {
    const width = each.reduce((product, size) => product * size, 1)
    return { shape: [to - from, ...each], data: data.slice(from * width, to * width) }
  }
  return writeNpz({ x: part(inputs, shape), y: part(labels, labelShape) })
}

export interface Asked {
  readonly folder: string
  readonly seed: number
  readonly nodes: number
  readonly examples: number
  readonly words: readonly string[]
}

export function readArguments(here: string, examples: number): Asked {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string', default: join(here, 'data') },
      seed: { type: 'string', default: '1' },
      nodes: { type: 'string', default: '3' },
      examples: { type: 'string', default: String(examples) },
    },
  })
  const { out: folder, seed, nodes } = values
  const numbers = { seed: Number(seed), nodes: Number(nodes), examples: Number(values.examples) }
  return { folder, ...numbers, words: positionals }
}

export function writeInto(folder: string, name: string, content: Uint8Array | string): void {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, name)
  writeFileSync(file, content)
  console.log(file)
}

/** A file for each node, none of whose rows is another's, and one that no node has. */
export function writeSplit({ folder, nodes, examples }: Asked, rows: Rows, heldOut: number): void {
  for (let node = 0; node < nodes; node++) {
    const bytes = archiveOf(rows, node * examples, (node + 1) * examples)
    writeInto(folder, `node-${node + 1}.npz`, bytes)
  }
  const from = nodes * examples
  writeInto(folder, 'held-out.npz', archiveOf(rows, from, from + heldOut))
}
