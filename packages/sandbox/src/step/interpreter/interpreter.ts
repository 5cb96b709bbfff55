// The interpreter: a WebAssembly module that is made here, from the table of instructions and the
// handlers beside this file. One function, `run(steps)`, one loop, one `br_table`. Its only state
// is the memory it is given; see `layout.ts`. It never traps where the memory is one of ours.
import { ByteWriter } from '../../module/byte-writer.ts'
import { kinds, opcodeKinds, opcodeNames } from '../../module/opcodes.ts'
import { type WasmMemory, type WasmModule, wasm } from '../../webassembly.ts'
import { opCount } from '../instructions.ts'
import { header, statuses } from '../layout.ts'
import { assembleBody } from './assemble.ts'
import { controlHandlers } from './control.ts'
import { accessHandler, wholeHandlers } from './memory.ts'
import { constantHandler, numericHandler, referenceHandlers } from './numbers.ts'
import { plainWords, trackingWords, type Vocabulary } from './vocabulary.ts'

/** `tracking` marks each page of 4 KiB that it reads or writes; `fast` marks none. */
export type InterpreterKind = 'fast' | 'tracking'

/** Runs at most so many steps, fewer than 2^31. */
export type RunSteps = (steps: number) => void

export function interpreterOver(memory: WasmMemory, kind: InterpreterKind): RunSteps {
  const { exports } = new wasm.Instance(interpreterModule(kind), { vcp: { memory } })
  return exports['run'] as RunSteps
}

const compiled = new Map<InterpreterKind, WasmModule>()

function interpreterModule(kind: InterpreterKind): WasmModule {
  const known = compiled.get(kind)
  if (known !== undefined) return known
  const made = new wasm.Module(interpreterBytes(kind) as Uint8Array<ArrayBuffer>)
  compiled.set(kind, made)
  return made
}

const I32 = 0x7f
const I64 = 0x7e
const F32 = 0x7d
const F64 = 0x7c

/** The locals of `run` behind its parameter, by their types. */
const runLocals = [
  [I32, ['pc', 'sp', 'fp', 'guest', 'left', 'status', 'reason', 'a', 'b', 'n', 'm', 'd']],
  [I64, ['top', 'guest_bytes', 'x']],
  [F32, ['f']],
  [F64, ['e']],
] as const

const RUN = 0
const MARK_RANGE = 1

export function interpreterBytes(kind: InterpreterKind): Uint8Array {
  const out = new ByteWriter(65_536)
  out.all([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  section(out, 1, [2, ...[0x60, 1, I32, 0], ...[0x60, 2, I32, I32, 0]])
  const memory = new ByteWriter(32)
  memory.u8(1)
  memory.text('vcp')
  memory.text('memory')
  memory.all([2, 3])
  memory.u32(1)
  memory.u32(65_536)
  section(out, 2, memory.finished())
  section(out, 3, [2, 0, 1])
  const exported = new ByteWriter(16)
  exported.u8(1)
  exported.text('run')
  exported.all([0, RUN])
  section(out, 7, exported.finished())
  const code = new ByteWriter(65_536)
  code.u8(2)
  writeRun(code, kind === 'fast' ? plainWords : trackingWords)
  writeMarkRange(code)
  section(out, 10, code.finished())
  return out.finished()
}

function section(out: ByteWriter, id: number, content: Uint8Array | readonly number[]): void {
  out.u8(id)
  out.u32(content.length)
  out.all(content)
}

function writeRun(out: ByteWriter, words: Vocabulary): void {
  const body = new ByteWriter(65_536)
  body.u8(runLocals.length)
  for (const [type, names] of runLocals) {
    body.u32(names.length)
    body.u8(type)
  }
  const locals = ['steps', ...runLocals.flatMap(([, names]) => names)]
  const names = {
    locals: Object.fromEntries(locals.map((name, index) => [name, index])),
    functions: { mark_range: MARK_RANGE },
  }
  body.all(assembleBody(runText(words), names))
  out.u32(body.length)
  out.all(body.finished())
}

function runText(words: Vocabulary): string {
  return `${load('pc', 'i32')} ${load('sp', 'i32')} ${load('fp', 'i32')} ${load('top', 'i64')}
    i32.const 0 i32.load +${header.guestAt} local.set $guest
    i32.const 0 i64.load32_u +${header.guestPages} i64.const 16 i64.shl local.set $guest_bytes
    local.get $steps local.set $left
    block $pause
      block $stop
        block $trap
          loop $next
            local.get $left i32.eqz br_if $pause
            local.get $left i32.const 1 i32.sub local.set $left
            ${words.mark('local.get $pc')}
            ${words.mark('local.get $pc i32.const 15 i32.add')}
            ${words.mark('local.get $sp i32.const 16 i32.sub')}
            ${words.mark('local.get $sp i32.const 8 i32.add')}
            ${dispatch(handlers(words))}
          end
          unreachable
        end
        i32.const ${statuses.trapped} local.set $status
      end
      i32.const 0 local.get $status i32.store +${header.status}
      i32.const 0 local.get $reason i32.store +${header.reason}
    end
    ${store('pc', 'i32')} ${store('sp', 'i32')} ${store('fp', 'i32')} ${store('top', 'i64')}
    i32.const 0
    local.get $steps local.get $left i32.sub i64.extend_i32_u
    i32.const 0 i64.load +${header.steps} i64.add
    i64.store +${header.steps}`
}

function load(field: 'pc' | 'sp' | 'fp' | 'top', type: string): string {
  return `i32.const 0 ${type}.load +${header[field]} local.set $${field}`
}

function store(field: 'pc' | 'sp' | 'fp' | 'top', type: string): string {
  return `i32.const 0 local.get $${field} ${type}.store +${header[field]}`
}

/** By operation; those without one are no code of ours. */
function handlers(words: Vocabulary): ReadonlyMap<number, string> {
  const found = new Map([...controlHandlers(words), ...wholeHandlers(words)])
  for (const [opcode, name] of opcodeNames.entries()) {
    const kind = opcodeKinds[opcode]
    const constant = constantKinds[kind!]
    if (constant !== undefined) found.set(opcode, constantHandler(constant))
    else if (kind === kinds.memory) found.set(opcode, accessHandler(words, opcode))
    else if (name in referenceHandlers) found.set(opcode, referenceHandlers[name]!)
    else if (kind === kinds.plain && !found.has(opcode)) found.set(opcode, numericHandler(opcode))
  }
  return found
}

const constantKinds: Readonly<Record<number, 'i' | 'I' | 'f' | 'F'>> = {
  [kinds.i32]: 'i',
  [kinds.i64]: 'I',
  [kinds.f32]: 'f',
  [kinds.f64]: 'F',
}

/**
 * What is executed most is asked for before the table is: branches that a processor foretells well,
 * where it loses track of the one indirect jump. Measured: sha256 225 to 640, SQLite 210 to 465,
 * n-body 460 to 640 million steps a second; a fourth or fifth made nothing faster.
 */
const frequentOps = ['local.get', 'i32.const', 'i32.load'].map((name) => opcodeNames.indexOf(name))

/** A block around each handler but the last; the branch out of one comes to its handler. */
function dispatch(all: ReadonlyMap<number, string>): string {
  const present = [...all.keys()]
  const targets = Array.from({ length: opCount }, (_, op) => (all.has(op) ? `$op${op}` : '$none'))
  const opening = present.map((op) => `block $op${op}`).reverse()
  const closing = present.map((op) => `end ${all.get(op)}`)
  const frequent = frequentOps.map(
    (op) => `local.get $d i32.const ${op} i32.eq if ${all.get(op)} end`,
  )
  return `local.get $pc i32.load local.set $d ${frequent.join(' ')}
    ${opening.join(' ')} block $none
    local.get $d br_table ${targets.join(',')},$none
    end unreachable ${closing.join(' ')}`
}

/** Sets the marks of the pages that a range lies in. */
function writeMarkRange(out: ByteWriter): void {
  const text = `local.get $bytes i32.eqz if return end
    local.get $at local.get $bytes i32.add i32.const 1 i32.sub i32.const 12 i32.shr_u
    local.set $bytes
    local.get $at i32.const 12 i32.shr_u local.set $at
    loop $next
      local.get $at i32.const 1 i32.store8
      local.get $at local.get $bytes i32.ge_u if return end
      local.get $at i32.const 1 i32.add local.set $at
      br $next
    end`
  const body = assembleBody(text, { locals: { at: 0, bytes: 1 }, functions: {} })
  out.u32(body.length + 1)
  out.u8(0)
  out.all(body)
}
