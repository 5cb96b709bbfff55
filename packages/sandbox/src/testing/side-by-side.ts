// One module twice over one world: as the rewriter writes it, and as it came. The plain run cannot
// count its gas, which is its clock; so it is told what the other saw, look by look.
import { abi } from '../abi.ts'
import { RunEnd } from '../run/run-end.ts'
import { deterministicProvider } from '../wasi/deterministic.ts'
import { wasiSession } from '../wasi/overlay.ts'
import type { WasiHost } from '../wasi/provider.ts'
import { wasiModule } from '../wasi/signatures.ts'
import { type WasmGlobal, type WasmMemory, wasm } from '../webassembly.ts'
import { instrumented, outcomeOf, type WasmFunction } from './guest.ts'

export interface SideBySide {
  readonly bytes: Uint8Array
  readonly args: readonly string[]
  readonly stdin: Uint8Array
  readonly name: string
  readonly given: readonly (number | bigint)[]
}

/** All that can be seen of a run, by whoever compares. */
export interface Seen {
  readonly outcome: string
  readonly stdout: Uint8Array
  readonly stderr: Uint8Array
  readonly memory: Uint8Array
  readonly globals: readonly unknown[]
  readonly stdinBytes: number
  readonly randomBytes: number
  readonly looksAtClock: number
}

export function runBoth(what: SideBySide): { instrumented: Seen; plain: Seen } {
  const clock: number[] = []
  const { bytes } = instrumented(what.bytes, { memoryPagesMax: 16_384 })
  return {
    instrumented: observed({ ...what, bytes }, meteredSide(clock)),
    plain: observed(what, plainSide(clock)),
  }
}

type Exports = Readonly<Record<string, unknown>>

interface Side extends Pick<WasiHost, 'charge' | 'gasUsed'> {
  /** Does what an engine does by itself when it makes an instance. */
  begin(exports: Exports): void
}

/** So much that no tick comes, and a double holds it. */
const gas = 2 ** 53 - 1

/** Notes what it tells of its gas. */
function meteredSide(clock: number[]): Side {
  let counter: WasmGlobal
  const used = () => gas - Number(counter.value)
  return {
    charge(price) {
      counter.value = BigInt(gas - used() - price)
    },
    gasUsed() {
      clock.push(used())
      return used()
    },
    begin(exports) {
      counter = exports[abi.gas] as WasmGlobal
      counter.value = BigInt(gas)
      const stack = exports[abi.stack] as WasmGlobal
      stack.value = 4_000_000
      const start = exports[abi.start] as WasmFunction | undefined
      start?.()
    },
  }
}

function plainSide(clock: readonly number[]): Side {
  let looks = 0
  return { charge() {}, gasUsed: () => clock[looks++] ?? 0, begin() {} }
}

function observed(what: SideBySide, side: Side): Seen {
  const { bytes, args, stdin, name, given } = what
  let exports: Exports = {}
  let looksAtClock = 0
  const host: WasiHost = {
    memory: () => memoryOf(exports),
    charge: side.charge,
    gasUsed() {
      looksAtClock++
      return side.gasUsed()
    },
    end(ending) {
      throw new RunEnd(ending)
    },
  }
  const stdio = deterministicProvider.open({ args: ['task', ...args], env: {}, stdin })
  const bounds = { stdinBytes: stdin.length, outputBytesMax: 1e9, seed: new Uint8Array(32).fill(3) }
  const session = wasiSession(host, stdio, bounds)
  const tick = () => {
    throw new Error('there was gas for everything')
  }
  exports = new wasm.Instance(new wasm.Module(bytes), {
    [abi.importModule]: { [abi.tick]: tick },
    [wasiModule]: session.imports,
  }).exports
  side.begin(exports)
  const outcome = endOf(() => (exports[name] as WasmFunction)(...given))
  const { stdinBytes, randomBytes } = session.position()
  return {
    outcome,
    stdout: session.written('stdout').slice(),
    stderr: session.written('stderr').slice(),
    memory: host.memory().slice(),
    globals: globalsOf(exports),
    stdinBytes,
    randomBytes,
    looksAtClock,
  }
}

function endOf(call: () => unknown): string {
  try {
    return outcomeOf(call)
  } catch (thrown) {
    if (thrown instanceof RunEnd) return `ends: ${JSON.stringify(thrown.ending)}`
    throw thrown
  }
}

function memoryOf(exports: Exports): Uint8Array {
  const memory = (exports[abi.memory] ?? exports['memory']) as WasmMemory | undefined
  return memory === undefined ? new Uint8Array(0) : new Uint8Array(memory.buffer)
}

/** The globals that the module itself exports, in the order of their names. */
function globalsOf(exports: Exports): unknown[] {
  return Object.keys(exports)
    .filter((name) => !name.startsWith(abi.reservedPrefix) && exports[name] instanceof wasm.Global)
    .sort()
    .map((name) => (exports[name] as WasmGlobal).value)
}
