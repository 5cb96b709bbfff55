import { within } from '../module/bounds.ts'
import { CodeCursor } from '../module/code-cursor.ts'
import type { ModuleShape } from '../module/shape.ts'
import { Blocks } from './blocks.ts'
import { LocalVersions } from './local-versions.ts'
import { Locals } from './locals.ts'
import { marks } from './marks.ts'
import { NanFlow } from './nan-flow.ts'
import { Operands } from './operands.ts'
import { ScanResult } from './scan-result.ts'

/** Where a scan stands: in which function, at which instruction, in which blocks. */
export class ScanState {
  readonly shape: ModuleShape
  readonly result: ScanResult
  readonly cursor: CodeCursor
  readonly flow: NanFlow
  readonly operands: Operands
  readonly blocks = new Blocks()
  readonly locals = new Locals()
  readonly versions: LocalVersions
  /** Where the present instruction begins. */
  at = 0
  /** Whether it can be reached. */
  live = true
  /** Branches, blocks and calls so far: what a compiler merges or saves live values at. */
  events = 0
  /** Of the present function, see functionFlags. */
  flags = 0
  /** How many of both so far, in the whole module. */
  loopsAndCalls = 0
  /** The region of the present instruction, and what it costs beyond what is in the list. */
  region = 0
  cost = 0

  constructor(shape: ModuleShape) {
    const { bytes, imports, functions } = shape
    this.shape = shape
    this.result = new ScanResult(bytes.length, imports.length, functions.length)
    this.cursor = new CodeCursor(bytes)
    this.flow = new NanFlow(this.result.marks)
    this.operands = new Operands(this.flow)
    this.versions = new LocalVersions(this.flow)
  }

  /** Each branch, block and call costs a compiler, and this scan, as much as there are locals. */
  countEvents(count: number): void {
    this.events += count
    within('functionComplexity', this.locals.count * this.events, this.at)
  }

  /** A region begins behind the present instruction. */
  beginRegion(flags: number = marks.charge): void {
    this.result.marks[this.cursor.pos]! |= flags
    this.result.regionCosts.push(0)
    this.switchRegion(this.result.regionCosts.length - 1)
  }

  /** Goes on in a region that has begun before. */
  switchRegion(region: number): void {
    this.result.regionCosts.items[this.region]! += this.cost
    this.cost = 0
    this.region = region
  }

  /** What follows in this block cannot be reached. */
  die(): void {
    this.live = false
    this.result.marks[this.cursor.pos]! |= marks.dead
    this.cursor.skipDead(this.shape.types)
  }
}
