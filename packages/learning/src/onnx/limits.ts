/**
 * What a model may cost to read. A hostile file can make a reader hold much more than its bytes.
 */
export interface ModelLimits {
  readonly bytesMax: number
  /** Messages within messages. A model without subgraphs needs nine. */
  readonly nestingMax: number
  /**
   * Fields and packed integers in all: each is an object of some 50 bytes, from 2 bytes or less.
   */
  readonly valuesMax: number
  readonly nodesMax: number
  readonly dimensionsMax: number
  /** Elements of one tensor. */
  readonly elementsMax: number
}

export const modelLimits: ModelLimits = {
  bytesMax: 2 ** 30,
  nestingMax: 12,
  valuesMax: 4_000_000,
  nodesMax: 50_000,
  dimensionsMax: 8,
  elementsMax: 2 ** 28,
}
