import type { Elements, ElementType, Shape } from '../onnx/tensor.ts'

export interface Feed<T extends ElementType = ElementType> {
  readonly type: T
  readonly shape: Shape
  /** Read at every run, not copied: what is written here between runs counts. */
  readonly data: Elements[T]
}

/** A float32 output and where it goes. */
export interface Fetch {
  readonly shape: Shape
  readonly data: Float32Array
}

export type Feeds = Readonly<Record<string, Feed>>
export type Fetches = Readonly<Record<string, Fetch>>

/** One loaded graph with its inputs and outputs in place. */
export interface Executor {
  readonly name: string
  /** Runs once, from the feeds into the fetches. */
  run(): Promise<void>
  close(): Promise<void>
}

/** Loads a graph. `portable` gives the same bits on every machine; `native` is the faster one. */
export type OpenExecutor = (model: Uint8Array, feeds: Feeds, fetches: Fetches) => Promise<Executor>
