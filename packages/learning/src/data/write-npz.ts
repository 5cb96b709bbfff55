// NPZ archives, as `numpy.savez` writes them: what a held-out set has to be, made without NumPy.
// Entries are stored as they are and have no time, so that the same arrays give the same bytes.
import { crc32 } from 'node:zlib'
import type { Shape } from '../onnx/tensor.ts'

export interface NpzArray {
  /** Of all axes, the first that of the rows. */
  readonly shape: Shape
  readonly data: Float32Array | BigInt64Array
}

const text = new TextEncoder()

export function writeNpz(arrays: Readonly<Record<string, NpzArray>>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, array]) => {
    const bytes = writeNpy(array)
    return { name: text.encode(`${name}.npy`), bytes, sum: crc32(bytes) }
  })
  const files: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const entry of entries) {
    const local = headOf(entry, 0x04034b50, 30, 4)
    const central = headOf(entry, 0x02014b50, 46, 6)
    central.setUint16(4, 20, true)
    central.setUint32(42, at, true)
    files.push(bytesOf(local), entry.name, entry.bytes)
    directory.push(bytesOf(central), entry.name)
    at += 30 + entry.name.length + entry.bytes.length
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0)
  const end = new DataView(new ArrayBuffer(22))
  end.setUint32(0, 0x06054b50, true)
  end.setUint16(8, entries.length, true)
  end.setUint16(10, entries.length, true)
  end.setUint32(12, directoryBytes, true)
  end.setUint32(16, at, true)
  return Buffer.concat([...files, ...directory, bytesOf(end)])
}

interface Entry {
  readonly name: Uint8Array
  readonly bytes: Uint8Array
  readonly sum: number
}

/** Both kinds of heads have the same fields in the same order, from a place on. */
function headOf(entry: Entry, signature: number, size: number, from: number): DataView {
  const view = new DataView(new ArrayBuffer(size))
  view.setUint32(0, signature, true)
  view.setUint16(from, 20, true)
  view.setUint32(from + 10, entry.sum, true)
  view.setUint32(from + 14, entry.bytes.length, true)
  view.setUint32(from + 18, entry.bytes.length, true)
  view.setUint16(from + 22, entry.name.length, true)
  return view
}

/** Version 1.0; the header is padded so that the numbers begin at a multiple of 64. */
export function writeNpy({ shape, data }: NpzArray): Uint8Array {
  const type = data instanceof Float32Array ? '<f4' : '<i8'
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': (${sizes}), }`
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10
  const head = new Uint8Array(10)
  head.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0])
  new DataView(head.buffer).setUint16(8, length, true)
  const numbers = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return Buffer.concat([head, text.encode(`${header.padEnd(length - 1)}\n`), numbers])
}

function bytesOf({ buffer }: DataView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer)
}
