// Modules as large as a module may be, each made to be slow for a compiler in another way. What is
// in them is never run.
import { bounds } from '../src/module/bounds.ts'
import { ByteWriter } from '../src/module/byte-writer.ts'
import { valueTypes } from '../src/module/value-type.ts'
import { assemble } from '../src/testing/assemble.ts'

interface Shape {
  readonly name: string
  readonly functionBytes: number
  /** How many f64 locals a function has besides its two parameters, an i32 and an f64. */
  readonly locals: number
  /** What its body repeats: leaves the stack as it was. */
  readonly repeated: string
  /** Of the moduleComplexity that the bounds allow, how much a repetition takes in `events`. */
  readonly events: number
}

const shapes: readonly Shape[] = [
  {
    name: 'functions of 15 kB, branches',
    functionBytes: 15_000,
    locals: 30,
    repeated: 'local.get 0 if local.get 1 local.set 2 end',
    events: 1,
  },
  {
    name: 'functions of 15 kB, loops',
    functionBytes: 15_000,
    locals: 30,
    repeated: 'loop local.get 0 i32.const -1 i32.add local.tee 0 br_if 0 end',
    events: 2,
  },
  {
    name: 'functions of 250 kB, calls',
    functionBytes: 250_000,
    locals: 0,
    repeated: 'local.get 0 local.get 1 call 0',
    events: 1,
  },
  {
    name: 'functions of 250 kB, stores of floats',
    functionBytes: 250_000,
    locals: 0,
    repeated: 'local.get 0 local.get 1 local.get 1 f64.add f64.store @8',
    events: 0,
  },
  {
    name: 'functions of 100 bytes',
    functionBytes: 100,
    locals: 2,
    repeated: 'local.get 0 if local.get 1 local.set 2 end',
    events: 1,
  },
]

export interface CraftedModule {
  readonly name: string
  /** Each seed gives another module of the same shape. */
  build(seed: number): Uint8Array
}

export const craftedModules: readonly CraftedModule[] = shapes.map((shape) => ({
  name: shape.name,
  build: (seed) => moduleOf(shape, seed),
}))

const headroom = 0.98

function moduleOf(shape: Shape, seed: number): Uint8Array {
  const body = bodyOf(shape)
  const count = Math.min(
    Math.floor((bounds.moduleBytes.value * headroom) / (body.length + 5)),
    Math.floor(bounds.functions.value * headroom),
    Math.floor((bounds.moduleComplexity.value * headroom) / complexityOf(shape, body.length)),
  )
  const out = new ByteWriter(bounds.moduleBytes.value)
  out.all([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  section(out, 1, () => out.all([1, 0x60, 2, valueTypes.i32, valueTypes.f64, 0]))
  section(out, 3, () => {
    out.u32(count)
    for (let index = 0; index < count; index++) out.u8(0)
  })
  section(out, 5, () => out.all([1, 0, 1]))
  section(out, 7, () => out.all([1, 1, 0x66, 0, 0]))
  section(out, 10, () => {
    out.u32(count)
    for (let index = 0; index < count; index++) {
      const size = out.leaveSize(4)
      out.copy(body, 0, body.length)
      out.fillSize(size, 4)
    }
  })
  // In a memory that is never looked at: makes the module one that V8 has not compiled before.
  section(out, 11, () => out.all([1, 0, 0x41, 0, 0x0b, 1, seed]))
  return out.finished()
}

function bodyOf({ functionBytes, locals, repeated }: Shape): Uint8Array {
  const out = new ByteWriter(functionBytes)
  out.all(locals === 0 ? [0] : [1, locals, valueTypes.f64])
  const words = assemble(repeated)
  while (out.length + words.length + 1 < functionBytes) out.all(words)
  out.u8(0x0b)
  return out.finished()
}

/** As the scan counts it, and a little more. */
function complexityOf({ locals, repeated, events }: Shape, bytes: number): number {
  const repetitions = bytes / assemble(repeated).length
  return (locals + 2 + 4) * (repetitions * events + 1)
}

function section(out: ByteWriter, id: number, write: () => void): void {
  out.u8(id)
  const size = out.leaveSize(5)
  write()
  out.fillSize(size, 5)
}
