// The default provider: arguments, environment and streams are what the task says, in memory.
import { outputBuffer } from './output-buffer.ts'
import type { WasiProvider } from './provider.ts'

export const deterministicProvider: WasiProvider = {
  name: 'deterministic',
  open({ args, env, stdin }) {
    const outputs = { stdout: outputBuffer(), stderr: outputBuffer() }
    let position = 0
    return {
      args: args.map(utf8),
      environ: Object.entries(env).map(([name, value]) => utf8(`${name}=${value}`)),
      read(bytesMax) {
        const bytes = stdin.subarray(position, position + bytesMax)
        position += bytes.length
        return bytes
      },
      write: (stream, bytes) => outputs[stream].append(bytes),
      written: (stream) => outputs[stream].bytes,
    }
  },
}

const encoder = new TextEncoder()

function utf8(text: string): Uint8Array {
  return encoder.encode(text)
}
