// Digits as strokes on a square, drawn anew each time: moved, turned, slanted, thicker or thinner,
// and with some noise, so that no two are alike.
import type { Chance } from '../make-model.ts'

type Point = readonly [x: number, y: number]

/** Strokes by digit, y downwards; a curve is some straight lines. */
const strokes: readonly (readonly (readonly Point[])[])[] = [
  [arc(0.5, 0.5, 0.26, 0.38, 0, 1)],
  [
    [
      [0.35, 0.28],
      [0.54, 0.12],
      [0.54, 0.88],
    ],
  ],
  [[...arc(0.5, 0.32, 0.24, 0.2, 0.5, 1.1), [0.26, 0.88], [0.76, 0.88]]],
  [arc(0.48, 0.31, 0.24, 0.19, 0.55, 1.25), arc(0.48, 0.69, 0.26, 0.2, 0.75, 1.45)],
  [
    [
      [0.66, 0.88],
      [0.66, 0.12],
      [0.24, 0.62],
      [0.8, 0.62],
    ],
  ],
  [[[0.72, 0.12], [0.32, 0.12], [0.29, 0.46], ...arc(0.48, 0.65, 0.26, 0.23, 0.66, 1.4)]],
  [[[0.66, 0.12], [0.34, 0.5], ...arc(0.5, 0.67, 0.24, 0.21, 0.5, 1.5)]],
  [
    [
      [0.24, 0.12],
      [0.76, 0.12],
      [0.42, 0.88],
    ],
  ],
  [arc(0.5, 0.31, 0.2, 0.19, 0, 1), arc(0.5, 0.69, 0.25, 0.2, 0, 1)],
  [[...arc(0.5, 0.33, 0.24, 0.21, 0, 1), [0.74, 0.36], [0.62, 0.88]]],
]

/** From one share of a turn to another, clockwise from the right. */
function arc(x: number, y: number, width: number, height: number, from: number, to: number) {
  const steps = 16
  return Array.from({ length: steps + 1 }, (_, at): Point => {
    const angle = 2 * Math.PI * (from + ((to - from) * at) / steps)
    return [x + width * Math.cos(angle), y + height * Math.sin(angle)]
  })
}

/** `side` rows of `side` numbers from 0 to 1. */
export function drawDigit(digit: number, side: number, chance: Chance): Float32Array {
  const lines = placed(strokes[digit]!, chance)
  const thick = chance.between(0.045, 0.085)
  const soft = 1 / side
  return Float32Array.from({ length: side * side }, (_, at) => {
    const point: Point = [((at % side) + 0.5) / side, (Math.floor(at / side) + 0.5) / side]
    const near = Math.min(...lines.map(([from, to]) => distance(point, from, to)))
    const ink = Math.min(1, Math.max(0, (thick + soft - near) / soft))
    return Math.min(1, Math.max(0, ink * chance.between(0.85, 1) + 0.06 * chance.normal()))
  })
}

function placed(shape: readonly (readonly Point[])[], chance: Chance): [Point, Point][] {
  const turn = chance.between(-0.22, 0.22)
  const slant = chance.between(-0.18, 0.18)
  const scale = [chance.between(0.75, 1), chance.between(0.78, 1)] as const
  const move = [chance.between(-0.1, 0.1), chance.between(-0.08, 0.08)] as const
  const place = ([x, y]: Point): Point => {
    const wobble = [0.012 * chance.normal(), 0.012 * chance.normal()] as const
    const [u, v] = [(x - 0.5 - slant * (y - 0.5)) * scale[0], (y - 0.5) * scale[1]]
    return [
      0.5 + move[0] + wobble[0] + u * Math.cos(turn) - v * Math.sin(turn),
      0.5 + move[1] + wobble[1] + u * Math.sin(turn) + v * Math.cos(turn),
    ]
  }
  return shape.flatMap((stroke) => {
    const points = stroke.map(place)
    return points.slice(1).map((point, at): [Point, Point] => [points[at]!, point])
  })
}

function distance([x, y]: Point, [x0, y0]: Point, [x1, y1]: Point): number {
  const [dx, dy] = [x1 - x0, y1 - y0]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / length
  const t = Math.min(1, Math.max(0, along))
  return Math.hypot(x - x0 - t * dx, y - y0 - t * dy)
}
