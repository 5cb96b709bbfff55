// What a node sends of a round: the change of every parameter, in one of three spellings. Under
// differential privacy the numbers are mostly noise, which neither compresses nor may be thinned
// out: there is no sparse spelling.
import { createHash } from 'node:crypto'
import { type Digest, type Outcome, pass, refuse } from '@vcp/protocol'
import { type FixedPoint, toFixedPoint } from '../aggregate/fixed-point.ts'
import { readSafetensors, type Tensor, type TensorFile, writeSafetensors } from './safetensors.ts'

/** `float32`: as it is. `fixed`: whole multiples of a power of two, exact in a sum. `int8`: a byte
 *  a number and a scale for every 256, an error of up to 1/254 of the largest of them. */
export type UpdateFormat =
  | { readonly kind: 'float32' }
  | { readonly kind: 'fixed'; readonly fixedPoint: FixedPoint }
  | { readonly kind: 'int8' }

/** A parameter of the model; the order of a layout is the order of the numbers in an update. */
export interface Parameter {
  readonly name: string
  readonly shape: readonly number[]
}

export interface Update {
  readonly format: UpdateFormat
  /** One array for each parameter of the layout, in units where the format is `fixed`. */
  readonly parts: readonly (Float32Array | Int32Array)[]
}

const BLOCK = 256
const BYTE_MAX = 127
const SCALE_SUFFIX = '/scale'

function sizeOf({ shape }: Parameter): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Encodes a change of all parameters, given one after the other. */
export function encodeUpdate(
  format: UpdateFormat,
  layout: readonly Parameter[],
  values: Float64Array | Float32Array,
): Outcome<Uint8Array> {
  const tensors: Tensor[] = []
  let at = 0
  for (const parameter of layout) {
    const part = values.subarray(at, at + sizeOf(parameter))
    at += sizeOf(parameter)
    const encoded = encoders[format.kind](parameter, part, format)
    if (!encoded.ok) return encoded
    tensors.push(...encoded.value)
  }
  if (at !== values.length) return refuse('INVALID', `the layout has ${at} numbers`)
  return pass(writeSafetensors({ metadata: metadataOf(format), tensors }))
}

/** Reads what a node sent, which may be anything; it has to fit the layout to the last number. */
export function decodeUpdate(
  bytes: Uint8Array,
  layout: readonly Parameter[],
  digest?: Digest,
): Outcome<Update> {
  if (digest !== undefined && updateDigest(bytes) !== digest) {
    return refuse('BLOB_CORRUPT', 'the update is not the one that its digest names')
  }
  const file = readSafetensors(bytes)
  if (!file.ok) return file
  const format = formatFrom(file.value)
  if (!format.ok) return format
  const tensors = new Map(file.value.tensors.map((tensor) => [tensor.name, tensor]))
  const perParameter = format.value.kind === 'int8' ? 2 : 1
  if (tensors.size !== perParameter * layout.length) {
    return refuse('INVALID', `${tensors.size} tensors came, for ${layout.length} parameters`)
  }
  const parts: (Float32Array | Int32Array)[] = []
  for (const parameter of layout) {
    const part = decoders[format.value.kind](parameter, tensors)
    if (!part.ok) return part
    parts.push(part.value)
  }
  return pass({ format: format.value, parts })
}

/** The SHA-256 under which an update is announced and signed. */
export function updateDigest(bytes: Uint8Array): Digest {
  return createHash('sha256').update(bytes).digest('hex') as Digest
}

/** All numbers of an update, one after the other. */
export function valuesOf({ format, parts }: Update): Float64Array {
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0))
  const unit = format.kind === 'fixed' ? 2 ** -format.fixedPoint.fractionBits : 1
  let at = 0
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) values[at + i] = part[i]! * unit
    at += part.length
  }
  return values
}

/** The numbers in units, for an exact sum: views where they are in these units already. */
export function unitsOf({ format, parts }: Update, fixedPoint: FixedPoint): Outcome<Int32Array[]> {
  const units: Int32Array[] = []
  for (const part of parts) {
    if (part instanceof Int32Array) {
      const bits = format.kind === 'fixed' ? format.fixedPoint.fractionBits : null
      if (bits !== fixedPoint.fractionBits) {
        return refuse('INVALID', `the update has ${bits} bits behind the point`)
      }
      units.push(part)
      continue
    }
    const converted = toFixedPoint(part, fixedPoint)
    if (!converted.ok) return converted
    units.push(converted.value)
  }
  return pass(units)
}

type Encoder = (
  parameter: Parameter,
  values: Float64Array | Float32Array,
  format: UpdateFormat,
) => Outcome<Tensor[]>

const encoders: Readonly<Record<UpdateFormat['kind'], Encoder>> = {
  float32({ name, shape }, values) {
    if (!values.every(Number.isFinite)) return notFinite(name)
    return pass([{ name, type: 'F32', shape, bytes: bytesOf(Float32Array.from(values)) }])
  },
  fixed({ name, shape }, values, format) {
    if (format.kind !== 'fixed') return refuse('INVALID', 'no fixed point was given')
    const units = toFixedPoint(values, format.fixedPoint)
    if (!units.ok) return units
    return pass([{ name, type: 'I32', shape, bytes: bytesOf(units.value) }])
  },
  int8({ name, shape }, values) {
    if (!values.every(Number.isFinite)) return notFinite(name)
    const scales = new Float32Array(Math.ceil(values.length / BLOCK))
    const bytes = new Int8Array(values.length)
    for (let block = 0; block < scales.length; block++) {
      const from = block * BLOCK
      const part = values.subarray(from, from + BLOCK)
      let largest = 0
      for (const value of part) largest = Math.max(largest, Math.abs(value))
      const scale = Math.fround(largest / BYTE_MAX)
      scales[block] = scale
      if (scale === 0) continue
      // The scale is a float: rounding it down could carry a quotient past the last byte.
      for (let i = 0; i < part.length; i++) {
        bytes[from + i] = Math.max(-BYTE_MAX, Math.min(BYTE_MAX, Math.round(part[i]! / scale)))
      }
    }
    return pass([
      { name, type: 'I8', shape, bytes: bytesOf(bytes) },
      { name: name + SCALE_SUFFIX, type: 'F32', shape: [scales.length], bytes: bytesOf(scales) },
    ])
  },
}

type Tensors = ReadonlyMap<string, Tensor>
type Decoder = (parameter: Parameter, tensors: Tensors) => Outcome<Float32Array | Int32Array>

const decoders: Readonly<Record<UpdateFormat['kind'], Decoder>> = {
  float32(parameter, tensors) {
    const bytes = bytesFor(tensors, parameter.name, 'F32', parameter.shape)
    return bytes.ok ? finiteFloats(parameter.name, bytes.value) : bytes
  },
  fixed(parameter, tensors) {
    const bytes = bytesFor(tensors, parameter.name, 'I32', parameter.shape)
    if (!bytes.ok) return bytes
    const { buffer, byteOffset, length } = aligned(bytes.value)
    return pass(new Int32Array(buffer, byteOffset, length / 4))
  },
  int8(parameter, tensors) {
    const { name, shape } = parameter
    const blocks = Math.ceil(sizeOf(parameter) / BLOCK)
    const bytes = bytesFor(tensors, name, 'I8', shape)
    if (!bytes.ok) return bytes
    const scaleBytes = bytesFor(tensors, name + SCALE_SUFFIX, 'F32', [blocks])
    if (!scaleBytes.ok) return scaleBytes
    const scales = finiteFloats(name, scaleBytes.value)
    if (!scales.ok) return scales
    const whole = new Int8Array(bytes.value.buffer, bytes.value.byteOffset, bytes.value.length)
    const values = Float32Array.from(
      whole,
      (byte, i) => byte * scales.value[Math.floor(i / BLOCK)]!,
    )
    return values.every(Number.isFinite) ? pass(values) : notFinite(name)
  },
}

function bytesFor(
  tensors: Tensors,
  name: string,
  type: Tensor['type'],
  shape: readonly number[],
): Outcome<Uint8Array> {
  const tensor = tensors.get(name)
  const isShaped =
    tensor?.shape.length === shape.length && tensor.shape.every((size, i) => size === shape[i])
  if (tensor?.type !== type || !isShaped) {
    return refuse('INVALID', `the update has no ${type} of shape [${shape}] for ${name}`)
  }
  return pass(tensor.bytes)
}

function finiteFloats(name: string, bytes: Uint8Array): Outcome<Float32Array> {
  const { buffer, byteOffset, length } = aligned(bytes)
  const floats = new Float32Array(buffer, byteOffset, length / 4)
  return floats.every(Number.isFinite) ? pass(floats) : notFinite(name)
}

function notFinite(name: string) {
  return refuse('INVALID', `${name} has a number that is not finite`)
}

/** The bytes themselves where they can be read as words, otherwise a copy. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
}

function bytesOf(words: Float32Array | Int32Array | Int8Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength)
}

function metadataOf(format: UpdateFormat): TensorFile['metadata'] {
  const fraction =
    format.kind === 'fixed' ? { fraction_bits: String(format.fixedPoint.fractionBits) } : {}
  return { ...fraction, update_format: format.kind }
}

function formatFrom({ metadata }: TensorFile): Outcome<UpdateFormat> {
  const { update_format: kind, fraction_bits: bits, ...rest } = metadata
  const isKnown = kind === 'float32' || kind === 'int8' || kind === 'fixed'
  if (!isKnown || Object.keys(rest).length > 0 || (bits !== undefined) !== (kind === 'fixed')) {
    return refuse('INVALID', 'the update is in no format that is known here')
  }
  if (kind !== 'fixed') return pass({ kind })
  const fractionBits = Number(bits)
  if (!/^\d{1,2}$/.test(bits ?? '') || fractionBits > 30) {
    return refuse('INVALID', 'the update has no fixed point that is known here')
  }
  return pass({ kind, fixedPoint: { fractionBits } })
}
