import type { Digest, Ending, WasmValue } from '@vcp/protocol'
import type { HostFaultKind } from '../host-fault.ts'
import type { WasiBounds } from '../wasi/overlay.ts'
import type { StdioSource } from '../wasi/provider.ts'
import type { WasmResult } from './values.ts'

/** What of the guest is called. */
export type SandboxCall =
  | {
      readonly kind: 'wasi'
      /** After the name of the program, which is always `programName`. */
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
      readonly stdin: Uint8Array
    }
  | {
      readonly kind: 'function'
      readonly function: string
      readonly arguments: readonly WasmValue[]
    }

/**
 * Everything that decides how a run ends: two runs of one request over the same bytes are equal.
 */
export interface RunRequest {
  readonly call: SandboxCall
  /** At most this much; a whole number up to 2^53 - 1. */
  readonly gas: number
  readonly stackUnits: number
  /** Over stdout and stderr together. */
  readonly outputBytesMax: number
  /** Least gas between checkpoints, more with a large memory; null for a run without a trace. */
  readonly checkpointGas: number | null
  /** 32 bytes: the key of the guest's randomness. */
  readonly seed: Uint8Array
  /** Whether the module was instrumented to keep a digest of its control flow. */
  readonly trace: boolean
}

/** `args[0]` of every guest. */
export const programName = 'task'

/** What a guest finds of arguments, environment and stdin; nothing where a function is called. */
export function stdioSource({ call }: RunRequest): StdioSource {
  if (call.kind === 'function') return { args: [programName], env: {}, stdin: new Uint8Array(0) }
  return { args: [programName, ...call.args], env: call.env, stdin: call.stdin }
}

export function wasiBounds(request: RunRequest): WasiBounds {
  const { outputBytesMax, seed } = request
  return { stdinBytes: stdioSource(request).stdin.length, outputBytesMax, seed }
}

/** An end to which every machine comes. */
export interface Attestable {
  readonly kind: 'attestable'
  readonly ending: Ending
  readonly gas: number
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  /** What a called function returned; null for a command, and where it did not return. */
  readonly results: readonly WasmResult[] | null
  /** The leaves of the trace; the last is the final state. Empty without one. */
  readonly checkpoints: readonly Digest[]
  readonly traceRoot: Digest | null
  readonly memoryPages: number
  /** For people: a trap in the words of this engine, a rejection in ours. Never evidence. */
  readonly detail: string | null
}

/** This machine could not finish the run; another may. */
export interface Infrastructure {
  readonly kind: 'infrastructure'
  readonly fault: HostFaultKind
  readonly detail: string
}

export type RunResult = Attestable | Infrastructure
