// Which NaNs must be made canonical, and where.
//
// The bits of a NaN that arithmetic makes are not fixed: they differ between compilers and
// processors. The bits of a NaN that was loaded, or moved, are fixed and must be kept. So a float
// is `certain` (no NaN of unfixed bits, and no harm done by making it canonical), `exact` (must
// keep its bits), or `pending`: a NaN in it comes from arithmetic, and may stay as it is while
// nobody looks at its bits.
//
// Floats from several sides meet in places: the versions of a local, the result of a block or
// select. If nobody looks at the bits of what comes out of a place, nothing is done. If somebody
// does, and nothing exact goes in, NaNs become canonical where they are looked at. If something
// exact goes in, the place is `settled`: what goes in becomes canonical before, where it was
// produced.
//
// Everything is noted while a function is scanned, and resolved at its end. Values are named by
// sources: a class, or `place(n)`.
import { NumberList } from '../module/growable.ts'

export const certain = 0
export const exact = 1
export const pending = 2
const FIRST_PLACE = 3
const OBSERVED = -1

const HAS_EXACT = 1
const HAS_PENDING = 2
const LOOKED_AT = 4
const SETTLED = 8

export function place(index: number): number {
  return FIRST_PLACE + index
}

export class NanFlow {
  readonly #marks: Uint8Array
  /** The marks set in the present function, together. */
  marked = 0
  /** `nanF32` and `nanF64` for the types of the floats that are stored. */
  stored = 0
  /** By place, what is known of it. */
  #facts = new Uint8Array(1_024)
  #places = 0
  /** What may need a mark: source, offset of the mark, mark, the place it goes to. */
  readonly #uses = new NumberList()
  /** Ways from place to place: from, to, and whether a value can be marked on its way. */
  readonly #edges = new NumberList()
  readonly #waiting = new NumberList()
  /** The edges of each place, by where they begin or end: the first, and for each edge the next. */
  #firstEdge = new Int32Array(1_024)
  #nextEdge = new Int32Array(1_024)

  constructor(marks: Uint8Array) {
    this.#marks = marks
  }

  begin(): void {
    this.marked = 0
    this.stored = 0
    this.#places = 0
    this.#uses.clear()
    this.#edges.clear()
  }

  /** A place that nothing goes into yet. */
  newPlace(): number {
    const index = this.#places++
    if (index === this.#facts.length) this.#facts = grown(this.#facts)
    this.#facts[index] = 0
    return index
  }

  /** Something may see the bits of a value: if they are unfixed, `mark` goes to `at`. */
  observe(source: number, at: number, mark: number): void {
    if (source === pending) this.#mark(at, mark)
    else if (source >= FIRST_PLACE) {
      this.#facts[source - FIRST_PLACE]! |= LOOKED_AT
      this.#use(source, at, mark, OBSERVED)
    }
  }

  /** A value goes to a place: if its bits are unfixed and must not be, `mark` goes to `at`. */
  flow(source: number, at: number, mark: number, to: number): void {
    if (source === exact) this.#facts[to]! |= HAS_EXACT
    if (source <= exact) return
    if (source === pending) this.#facts[to]! |= HAS_PENDING
    else this.#edge(source, to, 1)
    this.#use(source, at, mark, to)
  }

  /** What a place or class holds is in another place unmoved: a local where ways meet. */
  merge(source: number, to: number): void {
    if (source === exact) this.#facts[to]! |= HAS_EXACT
    else if (source >= FIRST_PLACE && source !== place(to)) this.#edge(source, to, 0)
  }

  /** Ends a function: marks are set. */
  resolve(): void {
    if (this.#uses.length === 0) return
    this.#linkEdges(0)
    this.#spread(HAS_EXACT, (facts) => (facts & HAS_EXACT) !== 0, false)
    this.#linkEdges(1)
    this.#spread(LOOKED_AT, (facts) => (facts & LOOKED_AT) !== 0, false)
    const needsExact = LOOKED_AT | HAS_EXACT
    for (let index = 0; index < this.#places; index++) {
      if ((this.#facts[index]! & needsExact) === needsExact) this.#facts[index]! |= SETTLED
    }
    this.#spread(SETTLED, (facts) => (facts & SETTLED) !== 0, true)
    this.#linkEdges(0)
    this.#spread(HAS_PENDING, isPending, false)
    this.#setMarks()
  }

  #setMarks(): void {
    const { items, length } = this.#uses
    for (let use = 0; use < length; use += 4) {
      const [source, to] = [items[use]!, items[use + 3]!]
      const wanted = to === OBSERVED || (this.#facts[to]! & SETTLED) !== 0
      if (!wanted) continue
      if (source === pending || isPending(this.#facts[source - FIRST_PLACE]!)) {
        this.#mark(items[use + 1]!, items[use + 2]!)
      }
    }
  }

  #mark(at: number, mark: number): void {
    this.#marks[at]! |= mark
    this.marked |= mark
  }

  #use(source: number, at: number, mark: number, to: number): void {
    this.#uses.push(source)
    this.#uses.push(at)
    this.#uses.push(mark)
    this.#uses.push(to)
  }

  #edge(source: number, to: number, movable: number): void {
    this.#edges.push(source - FIRST_PLACE)
    this.#edges.push(to)
    this.#edges.push(movable)
  }

  /** Makes lists of edges: by where they begin (0) or end (1). */
  #linkEdges(end: number): void {
    const { items, length } = this.#edges
    if (this.#firstEdge.length < this.#places) this.#firstEdge = new Int32Array(this.#places * 2)
    if (this.#nextEdge.length < length / 3) this.#nextEdge = new Int32Array(length)
    this.#firstEdge.fill(-1, 0, this.#places)
    for (let edge = 0; edge < length; edge += 3) {
      const from = items[edge + end]!
      this.#nextEdge[edge / 3] = this.#firstEdge[from]!
      this.#firstEdge[from] = edge
    }
    this.#direction = end
  }

  #direction = 0

  /** Carries a fact along the linked edges, each followed once; `merges`: only where ways meet. */
  #spread(fact: number, carries: (facts: number) => boolean, merges: boolean): void {
    const facts = this.#facts
    const edges = this.#edges.items
    const waiting = this.#waiting
    const other = 1 - this.#direction
    waiting.clear()
    for (let index = 0; index < this.#places; index++) {
      if (carries(facts[index]!)) waiting.push(index)
    }
    while (waiting.length > 0) {
      const from = waiting.items[--waiting.length]!
      for (let edge = this.#firstEdge[from]!; edge >= 0; edge = this.#nextEdge[edge / 3]!) {
        const to = edges[edge + other]!
        if ((merges && edges[edge + 2] === 1) || (facts[to]! & fact) !== 0) continue
        facts[to]! |= fact
        if (carries(facts[to]!)) waiting.push(to)
      }
    }
  }
}

/** A settled place is never pending: what goes into it was made canonical before. */
function isPending(facts: number): boolean {
  return (facts & (HAS_PENDING | SETTLED)) === HAS_PENDING
}

function grown(facts: Uint8Array): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(facts.length * 2)
  larger.set(facts)
  return larger
}
