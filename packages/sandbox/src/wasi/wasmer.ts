// The same through @wasmer/wasi. Of its imports only the six for arguments, environment and streams
// are called, and they see a small memory of their own in place of the guest's: its pre-opens,
// clock, randomness and exits are out of reach, and a pointer of the guest never gets to it.
import { type WasmInstance, type WasmMemory, wasm } from '../webassembly.ts'
import { outputBuffer } from './output-buffer.ts'
import type { OutputStream, WasiProvider } from './provider.ts'
import { wasiModule } from './signatures.ts'

/** Loads the package, whose own code is compiled once. */
export async function createWasmerProvider(): Promise<WasiProvider> {
  const { init, WASI } = await import('@wasmer/wasi')
  await init()
  const carrier = new wasm.Module(carrierModule)

  return {
    name: 'wasmer',
    open({ args, env, stdin }) {
      const config = { args: [...args], env: { ...env }, preopens: {} }
      const wasi = new WASI(config) as unknown as WasmerWasi
      const imports = wasi.getImports(carrier)
      const instance = new wasm.Instance(carrier, imports)
      wasi.instantiate(instance, undefined)
      wasi.setStdinBuffer(stdin)
      const bounce = bounceMemory(instance.exports['memory'] as WasmMemory, imports[wasiModule])
      const outputs = { stdout: outputBuffer(), stderr: outputBuffer() }
      const drains: Readonly<Record<OutputStream, () => Uint8Array>> = {
        stdout: () => wasi.getStdoutBuffer(),
        stderr: () => wasi.getStderrBuffer(),
      }
      return {
        args: bounce.strings('args_sizes_get', 'args_get'),
        environ: bounce.strings('environ_sizes_get', 'environ_get'),
        read: bounce.read,
        write: bounce.write,
        written(stream) {
          outputs[stream].append(drains[stream]())
          return outputs[stream].bytes
        },
      }
    },
  }
}

type Calls = Readonly<Record<string, (...given: number[]) => number>>

/** What is used of the package's class; its own types name the DOM's WebAssembly. */
interface WasmerWasi {
  getImports(module: object): { readonly [wasiModule]: Calls }
  instantiate(instance: WasmInstance, imports: undefined): unknown
  setStdinBuffer(bytes: Uint8Array): void
  getStdoutBuffer(): Uint8Array
  getStderrBuffer(): Uint8Array
}

/**
 * Calls the package's functions with data placed in a memory that is neither ours nor the guest's.
 */
function bounceMemory(memory: WasmMemory, calls: Calls) {
  const view = () => new DataView(memory.buffer)
  const bytesAt = (at: number, bytes: number) => new Uint8Array(memory.buffer, at, bytes)

  function call(name: string, ...given: number[]): void {
    const answer = calls[name]!(...given)
    if (answer !== 0) throw new Error(`@wasmer/wasi answered ${answer} to ${name}`)
  }

  /** Moves at most a chunk by fd_read or fd_write; says how many bytes it moved. */
  function move(name: 'fd_read' | 'fd_write', fd: number, bytes: number): number {
    view().setUint32(VECTOR_AT, CHUNK_AT, true)
    view().setUint32(VECTOR_AT + 4, bytes, true)
    call(name, fd, VECTOR_AT, 1, RESULT_AT)
    return view().getUint32(RESULT_AT, true)
  }

  return {
    strings(sizes: string, get: string): Uint8Array[] {
      call(sizes, RESULT_AT, RESULT_AT + 4)
      const count = view().getUint32(RESULT_AT, true)
      const bytes = view().getUint32(RESULT_AT + 4, true)
      const blockAt = CHUNK_AT + count * 4
      const missing = blockAt + bytes - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
      call(get, CHUNK_AT, blockAt)
      return Array.from({ length: count }, (_, i) => {
        const start = view().getUint32(CHUNK_AT + i * 4, true)
        const end = i + 1 < count ? view().getUint32(CHUNK_AT + i * 4 + 4, true) : blockAt + bytes
        return bytesAt(start, end - 1 - start).slice()
      })
    },
    read(bytesMax: number): Uint8Array {
      const read = outputBuffer()
      while (read.bytes.length < bytesMax) {
        const moved = move('fd_read', 0, Math.min(bytesMax - read.bytes.length, CHUNK_BYTES))
        if (moved === 0) break
        read.append(bytesAt(CHUNK_AT, moved))
      }
      return read.bytes
    },
    write(stream: OutputStream, bytes: Uint8Array): void {
      for (let at = 0; at < bytes.length; ) {
        const chunk = bytes.subarray(at, at + CHUNK_BYTES)
        bytesAt(CHUNK_AT, chunk.length).set(chunk)
        at += move('fd_write', stream === 'stdout' ? 1 : 2, chunk.length)
      }
    },
  }
}

const PAGE_BYTES = 65_536
const RESULT_AT = 0
const VECTOR_AT = 8
const CHUNK_AT = 16
const CHUNK_BYTES = 2 * PAGE_BYTES - CHUNK_AT

// (module (import "wasi_snapshot_preview1" "sched_yield" (func (result i32)))
//   (memory (export "memory") 2) (func (export "_start")))
// The package takes no module that imports nothing of WASI.
const carrierModule = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x02, 0x60, 0x00, 0x01, 0x7f, 0x60, 0x00, 0x00],
  ...section(0x02, [0x01, ...name(wasiModule), ...name('sched_yield'), 0x00, 0x00]),
  ...section(0x03, [0x01, 0x01]),
  ...section(0x05, [0x01, 0x00, 0x02]),
  ...section(0x07, [0x02, ...name('memory'), 0x02, 0x00, ...name('_start'), 0x00, 0x01]),
  ...section(0x0a, [0x01, 0x02, 0x00, 0x0b]),
])

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content]
}

function name(text: string): number[] {
  return [text.length, ...new TextEncoder().encode(text)]
}
