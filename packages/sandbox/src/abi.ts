// What an instrumented module and the one who runs it agree on: names, and the meaning of what
// stands behind them. A change here is a new `abiVersion`.

export const abiVersion = 1

/** Names of imports and exports that the rewriter adds; no module may export such a name itself. */
export const abi = {
  /** Module and name of the one import added: `() -> ()`, called when gas fell below zero. */
  importModule: 'vcp',
  tick: 'tick',
  /**
   * Mutable i64, counts down to the next tick. Exact whenever the module is not running: after a
   * return, in a host call, in a tick; after a trap it is what `costs.ts` says.
   */
  gas: 'vcp:gas',
  /** Mutable i32: stack units left. Not restored after a trap; set it before every call. */
  stack: 'vcp:stack',
  /** Mutable i32, one of `faults`: why an `unreachable` of ours was executed. */
  fault: 'vcp:fault',
  /** Mutable i64, the control digest; present only when instrumented with trace. */
  trace: 'vcp:trace',
  /** The memory, shared and with a maximum; present only when the module has one. */
  memory: 'vcp:memory',
  /** The original start function; present only when there was one. */
  start: 'vcp:start',
  /** The i-th mutable global of the original is exported under this prefix and i. */
  globalPrefix: 'vcp:g',
  reservedPrefix: 'vcp:',
} as const

/** Values of `vcp:fault`. Only `stack` is the module's own doing; the others are the host's. */
export const faults = {
  none: 0,
  /** `vcp:stack` fell below zero: a trap that is the same everywhere. */
  stack: 1,
  /** The host refused memory that the module was entitled to. */
  memoryGrow: 2,
  /** The host refused table elements that the module was entitled to. */
  tableGrow: 3,
} as const
