// The array files of NumPy, one array each, or many in a NPZ archive.
import { open } from 'node:fs/promises'
import { countOf, type Elements, elementsFor, type Shape } from '../onnx/tensor.ts'
import { ByteSource, chunksOf } from './byte-stream.ts'
import type { Room } from './column-builder.ts'
import { badData, tooLarge } from './data-rejection.ts'
import type { Column, Dataset } from './dataset.ts'
import { type Scaling, type SourceOf, scaled } from './sources.ts'
import { readZipEntry } from './zip-entry.ts'

export async function readNpySource(source: SourceOf<'npy'>, room: Room): Promise<Dataset> {
  const arrays: [string, NpyArray][] = []
  for (const [name, { path, scaling }] of Object.entries(source.inputs)) {
    arrays.push([name, await readArray(path, room, scaling)])
  }
  const labels = await readArray(source.labels.path, room, undefined)
  const counts = [...arrays.map(([, { count }]) => count), labels.count]
  if (counts.some((count) => count !== labels.count)) {
    badData(`the arrays have ${counts.join(', ')} rows; they should have the same number`)
  }
  return {
    count: labels.count,
    inputs: Object.fromEntries(arrays.map(([name, { column }]) => [name, column])),
    labels: labels.column,
  }
}

interface NpyArray {
  readonly count: number
  readonly column: Column
}

/** `file.npy`, or `file.npz:name`. */
async function readArray(
  path: string,
  room: Room,
  scaling: Scaling | undefined,
): Promise<NpyArray> {
  const packed = /^(?<file>.+\.npz):(?<entry>[^:]+)$/i.exec(path)?.groups
  if (packed === undefined) return parseNpy(chunksOf(path), path, room, scaling)
  const handle = await open(packed['file']!)
  try {
    const bytes = await readZipEntry(handle, `${packed['entry']}.npy`, path, room.bytesLeft)
    return await parseNpy(once(bytes), path, room, scaling)
  } finally {
    await handle.close()
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

async function parseNpy(
  chunks: AsyncGenerator<Uint8Array>,
  name: string,
  room: Room,
  scaling: Scaling | undefined,
): Promise<NpyArray> {
  const source = new ByteSource(chunks, name)
  const start = await source.take(8)
  if (magic.some((byte, at) => start[at] !== byte)) badData(`${name} is not a NPY file`)
  const isLong = start[6]! > 1
  const length = await source.take(isLong ? 4 : 2)
  const view = new DataView(length.buffer)
  const headerBytes = isLong ? view.getUint32(0, true) : view.getUint16(0, true)
  if (headerBytes > 65_536) badData(`${name} has a header of ${headerBytes} bytes`)
  const header = new TextDecoder('latin1').decode(await source.take(headerBytes))
  const { kind, shape } = parseHeader(header, name)
  const type = kind.isFloat || scaling !== undefined ? 'float32' : 'int64'
  const total = countOf(shape)
  room.bytesLeft -= total * (type === 'float32' ? 4 : 8)
  if (room.bytesLeft < 0) tooLarge(`${name} takes more memory than the data may`)
  const data = elementsFor(type, total)
  let at = 0
  for await (const piece of source.pieces(total * kind.width, kind.width)) {
    const numbers = new DataView(piece.buffer)
    for (let offset = 0; offset < piece.length; offset += kind.width, at++) {
      store(data, at, kind.read(numbers, offset), scaling)
    }
  }
  return { count: shape[0] ?? 0, column: { type, shape: shape.slice(1), data } }
}

function store(
  data: Elements['float32' | 'int64'],
  at: number,
  value: number | bigint,
  scaling: Scaling | undefined,
): void {
  if (data instanceof Float32Array) data[at] = scaled(Number(value), scaling)
  else data[at] = BigInt(value)
}

interface NumberKind {
  readonly isFloat: boolean
  readonly width: number
  readonly read: (view: DataView, offset: number) => number | bigint
}

const kinds: Readonly<Record<string, NumberKind>> = {
  '<f4': { isFloat: true, width: 4, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { isFloat: true, width: 8, read: (view, at) => view.getFloat64(at, true) },
  '|u1': { isFloat: false, width: 1, read: (view, at) => view.getUint8(at) },
  '|i1': { isFloat: false, width: 1, read: (view, at) => view.getInt8(at) },
  '|b1': { isFloat: false, width: 1, read: (view, at) => view.getUint8(at) },
  '<u2': { isFloat: false, width: 2, read: (view, at) => view.getUint16(at, true) },
  '<i2': { isFloat: false, width: 2, read: (view, at) => view.getInt16(at, true) },
  '<i4': { isFloat: false, width: 4, read: (view, at) => view.getInt32(at, true) },
  '<i8': { isFloat: false, width: 8, read: (view, at) => view.getBigInt64(at, true) },
}

/** The header is a Python dictionary of three known keys; nothing else of Python is understood. */
function parseHeader(header: string, name: string): { kind: NumberKind; shape: Shape } {
  const descr = /'descr'\s*:\s*'([^']+)'/.exec(header)?.[1]
  const shapeText = /'shape'\s*:\s*\(([\d,\s]*)\)/.exec(header)?.[1]
  const kind = kinds[descr ?? '']
  if (kind === undefined) {
    badData(`${name} holds elements of type ${descr ?? 'unknown'}: save float32 or int64 numbers`)
  }
  if (!/'fortran_order'\s*:\s*False/.test(header)) badData(`${name} is in Fortran order`)
  if (shapeText === undefined) badData(`${name} has no shape`)
  const shape = shapeText!.split(',').flatMap((part) => (part.trim() === '' ? [] : [Number(part)]))
  if (shape.length === 0 || shape.length > 8) badData(`${name} has ${shape.length} axes`)
  return { kind: kind!, shape }
}
