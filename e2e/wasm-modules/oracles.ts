// What the modules compute, computed again in another language: the expected outputs are right, not
// only the same as last time. Doubles are IEEE 754 on both sides, so results are equal to the bit.
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { runInNewContext } from 'node:vm'

export function sha256(bytes: Buffer): string {
  return `${createHash('sha256').update(bytes).digest('hex')}\n`
}

export function multiply(side: number, seed: number): number {
  const [a, b] = [entries(side, seed), entries(side, seed ^ 0x9e3779b9)]
  let sum = 0
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      let entry = 0
      for (let k = 0; k < side; k++) entry += a[i * side + k]! * b[k * side + j]!
      sum += entry
    }
  }
  return sum
}

function entries(side: number, seed: number): number[] {
  let x = seed | 1
  return Array.from({ length: side * side }, () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return x / 2 ** 31
  })
}

export function estimatePi(samples: number, seed: bigint): number {
  let state = seed
  const next = () => {
    state += 0x9e3779b97f4a7c15n
    let z = BigInt.asUintN(64, state)
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n)
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn)
    return Number((z ^ (z >> 31n)) >> 11n) / 2 ** 53
  }
  let inside = 0
  for (let i = 0; i < samples; i++) if (next() ** 2 + next() ** 2 < 1) inside++
  return (4 * inside) / samples
}

interface Body {
  readonly at: [number, number, number]
  readonly speed: [number, number, number]
  readonly mass: number
}

/** The energies and positions that nbody prints. */
export function energies(steps: number): string {
  const bodies = solarSystem()
  const before = energy(bodies)
  for (let i = 0; i < steps; i++) {
    drift(bodies, 1 / 128)
    kick(bodies, 1 / 64)
    drift(bodies, 1 / 128)
  }
  const places = bodies.map(({ at }) => at.map((x) => x.toFixed(12)).join(' '))
  return `${before.toFixed(15)}\n${energy(bodies).toFixed(15)}\n${places.join('\n')}\n`
}

function solarSystem(): Body[] {
  return [
    { at: [0, 0, 0], speed: [0, 0, 0], mass: 1 },
    { at: [1, 0, 0], speed: [0, 1, 0], mass: 3e-6 },
    { at: [0, 1.5, 0], speed: [-0.8125, 0, 0.03125], mass: 4e-7 },
    { at: [-5.25, 0, 0.125], speed: [0, -0.4375, 0], mass: 0.00095 },
    { at: [0, -9.5, 0.25], speed: [0.325, 0, 0], mass: 0.000285 },
  ]
}

const axes = [0, 1, 2] as const

function squared([x, y, z]: readonly number[]): number {
  return x! * x! + y! * y! + z! * z!
}

function pairs(bodies: Body[]): [Body, Body][] {
  return bodies.flatMap((a, i) => bodies.slice(i + 1).map((b): [Body, Body] => [a, b]))
}

function apart(a: Body, b: Body): number[] {
  return axes.map((axis) => a.at[axis] - b.at[axis])
}

function drift(bodies: Body[], dt: number): void {
  for (const { at, speed } of bodies) for (const axis of axes) at[axis] += dt * speed[axis]
}

function kick(bodies: Body[], dt: number): void {
  for (const [a, b] of pairs(bodies)) {
    const d = apart(a, b)
    const pull = dt / (squared(d) * Math.sqrt(squared(d)))
    for (const axis of axes) {
      a.speed[axis] -= d[axis]! * b.mass * pull
      b.speed[axis] += d[axis]! * a.mass * pull
    }
  }
}

function energy(bodies: Body[]): number {
  let total = 0
  bodies.forEach((a, i) => {
    total += 0.5 * a.mass * squared(a.speed)
    for (const b of bodies.slice(i + 1))
      total -= (a.mass * b.mass) / Math.sqrt(squared(apart(a, b)))
  })
  return total
}

export function counts(text: Buffer): string {
  const ascii = text.toString('latin1')
  const words = ascii.split(/[\t-\r ]+/).filter((word) => word !== '')
  return `${ascii.split('\n').length - 1} ${words.length} ${text.length}\n`
}

export function sortedLines(text: Buffer): Buffer {
  const lines = text.toString('latin1').replace(/\n$/, '').split('\n')
  // In latin1 a character is a byte, and so the order of strings is that of bytes.
  return Buffer.from(`${lines.sort().join('\n')}\n`, 'latin1')
}

type Pixel = (x: number, y: number) => number

const filters: Readonly<Record<string, (at: Pixel, x: number, y: number) => number>> = {
  blur: (at, x, y) => Math.floor((weighted(at, x, y, [1, 2, 1], [1, 2, 1]) + 8) / 16),
  edges: (at, x, y) =>
    Math.min(
      255,
      Math.abs(weighted(at, x, y, [-1, 0, 1], [1, 2, 1])) +
        Math.abs(weighted(at, x, y, [1, 2, 1], [-1, 0, 1])),
    ),
  invert: (at, x, y) => 255 - at(x, y),
}

function weighted(at: Pixel, x: number, y: number, across: number[], down: number[]): number {
  const terms = down.flatMap((v, dy) => across.map((h, dx) => h * v * at(x + dx - 1, y + dy - 1)))
  return terms.reduce((sum, term) => sum + term, 0)
}

export function filtered(pgm: Buffer, filter: string): Buffer {
  const header = /^P5\n(?:#.*\n)*(\d+) (\d+)\n255\n/.exec(pgm.toString('latin1'))!
  const [width, height] = [Number(header[1]), Number(header[2])]
  const pixels = pgm.subarray(header[0].length)
  const within = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1)
  const at: Pixel = (x, y) => pixels[within(y, height) * width + within(x, width)]!
  const out = pixels.map((_, i) => filters[filter]!(at, i % width, Math.floor(i / width)))
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), out])
}

/** The last columns of the script's statements that answer with rows, one statement at a time. */
export function rowsOf(sql: string): string {
  const database = new DatabaseSync(':memory:')
  const statements = sql.split(/;\n/).filter((statement) => statement.trim() !== '')
  const lines = statements.flatMap((statement) =>
    database
      .prepare(statement)
      .all()
      .map((row) => Object.values(row).map(shown).join('|')),
  )
  return `${lines.join('\n')}\n`
}

function shown(value: unknown): string {
  return value === null ? 'NULL' : String(value)
}

/** What a script for the QuickJS module returns when V8 runs it. */
export async function answerOf(document: Buffer): Promise<string> {
  const { script, input } = JSON.parse(document.toString('utf8'))
  const silent = { log: () => {} }
  const program = `(async () => { ${script} })()`
  const result = await runInNewContext(program, { input, console: silent })
  return `${JSON.stringify(result)}\n`
}
