// Handlers of loads, stores, and of memory and tables as a whole.
import { opcodeNames, signatures } from '../../module/opcodes.ts'
import { bulkBytesPerStep } from '../instructions.ts'
import { header, segmentFields, tableFields } from '../layout.ts'
import {
  fromTop,
  immediate,
  next,
  pop,
  push,
  stop,
  top32,
  toSlot,
  trapIf,
  type Vocabulary,
} from './vocabulary.ts'

const opcode = (name: string) => opcodeNames.indexOf(name)

export function accessHandler(words: Vocabulary, code: number): string {
  const name = opcodeNames[code]!
  const [operands, result] = signatures[code]!.split('>') as [string, string]
  const bytes = Number(/(?:load|store)(8|16|32)/.exec(name)?.[1] ?? name.slice(1, 3)) / 8
  if (result !== '') {
    return `${locate(words, top32, bytes)} local.get $a ${name} ${toSlot[result]} local.set $top
      ${next(2)}`
  }
  return `${locate(words, 'local.get $sp i32.const 8 i32.sub i32.load', bytes)}
    local.get $a ${fromTop[operands[1]!]} ${name} ${pop(2)} ${next(2)}`
}

/** The place of so many bytes of the guest, in `$a`. */
function locate(words: Vocabulary, address: string, bytes: number): string {
  return `${address} i64.extend_i32_u local.get $pc i64.load32_u +4 i64.add local.tee $x
    ${trapIf(`local.get $guest_bytes i64.const ${bytes} i64.sub i64.gt_s`, 'memoryBounds')}
    local.get $x i32.wrap_i64 local.get $guest i32.add local.set $a
    ${words.mark('local.get $a')}
    ${bytes === 1 ? '' : words.mark(`local.get $a i32.const ${bytes - 1} i32.add`)}`
}

export function wholeHandlers(words: Vocabulary): ReadonlyMap<number, string> {
  return new Map([
    [opcode('memory.size'), `${push('local.get $guest_bytes i64.const 16 i64.shr_u')} ${next(1)}`],
    [opcode('memory.grow'), memoryGrow],
    [opcode('memory.fill'), memoryFill(words)],
    [opcode('memory.copy'), memoryCopy(words)],
    [opcode('memory.init'), memoryInit(words)],
    [opcode('data.drop'), dropSegment(words)],
    [opcode('elem.drop'), dropSegment(words)],
    [opcode('table.get'), tableGet(words)],
    [opcode('table.set'), tableSet(words)],
    [opcode('table.size'), tableSize(words)],
    [opcode('table.grow'), tableGrow(words)],
    [opcode('table.fill'), tableFill(words)],
    [opcode('table.copy'), tableCopy(words)],
    [opcode('table.init'), tableInit(words)],
  ])
}

/** -1 beyond the maximum; where this machine has no memory, it is the machine that stops. */
const memoryGrow = `
  i32.const 0 i64.load32_u +${header.guestPages} local.tee $x
  local.get $top i64.add i32.const 0 i64.load32_u +${header.guestPagesMax} i64.gt_u if
    i64.const 4294967295 local.set $top ${next(1)}
  end
  local.get $x local.get $top i64.add i32.wrap_i64
  local.get $guest i32.const 16 i32.shr_u i32.add
  memory.size i32.sub local.tee $n i32.const 0 i32.gt_s if
    local.get $n memory.grow i32.const -1 i32.eq if ${stop('exhausted')} end
  end
  i32.const 0 local.get $x local.get $top i64.add i64.store32 +${header.guestPages}
  local.get $x local.get $top i64.add i64.const 16 i64.shl local.set $guest_bytes
  local.get $x local.set $top ${next(1)}`

/** The operands of what takes three: `$a`, `$b` and, the top, `$n`. */
const three = `local.get $sp i32.const 16 i32.sub i32.load local.set $a
  local.get $sp i32.const 8 i32.sub i32.load local.set $b
  ${top32} local.set $n`

/** Whether `$n` from a place lie beyond so many. */
function beyond(place: '$a' | '$b', size: string): string {
  return `local.get ${place} i64.extend_i32_u local.get $n i64.extend_i32_u i64.add
    ${size} i64.gt_u`
}

/** How much is moved in this step, in `$m`. */
const piece = `local.get $n i32.const ${bulkBytesPerStep}
  local.get $n i32.const ${bulkBytesPerStep} i32.lt_u select local.set $m`

/**
 * Done when nothing is left; otherwise the same again with the operands moved on: the first, and
 * the second where that is a place as well.
 */
function rest(words: number, first: string, second: string): string {
  return `local.get $n local.get $m i32.sub local.tee $n i32.eqz if
      ${pop(3)} ${next(words)}
    end
    ${first} ${second}
    local.get $n i64.extend_i32_u local.set $top br $next`
}

function moved(place: '$a' | '$b', below: number): string {
  return `local.get $sp i32.const ${below} i32.sub
    local.get ${place} local.get $m i32.add i64.extend_i32_u i64.store`
}

function memoryFill(words: Vocabulary): string {
  return `${three} ${trapIf(beyond('$a', 'local.get $guest_bytes'), 'memoryBounds')} ${piece}
    ${words.markRange('local.get $a local.get $guest i32.add', 'local.get $m')}
    local.get $a local.get $guest i32.add local.get $b local.get $m memory.fill
    ${rest(1, moved('$a', 16), '')}`
}

/** From the front or, where the target lies above, from the back, so that nothing is overtaken. */
function memoryCopy(words: Vocabulary): string {
  const copy = (shift: string) => `
    ${words.markRange(`local.get $a ${shift} local.get $guest i32.add`, 'local.get $m')}
    ${words.markRange(`local.get $b ${shift} local.get $guest i32.add`, 'local.get $m')}
    local.get $a ${shift} local.get $guest i32.add
    local.get $b ${shift} local.get $guest i32.add
    local.get $m memory.copy`
  return `${three} ${trapIf(beyond('$a', 'local.get $guest_bytes'), 'memoryBounds')}
    ${trapIf(beyond('$b', 'local.get $guest_bytes'), 'memoryBounds')} ${piece}
    local.get $a local.get $b i32.gt_u if
      ${copy('local.get $n i32.add local.get $m i32.sub')} ${rest(1, '', '')}
    end
    ${copy('')} ${rest(1, moved('$a', 16), moved('$b', 8))}`
}

/** The descriptor that an immediate names, in `$d`. */
function descriptor(words: Vocabulary, index: number, bytes: number): string {
  return `${immediate(index)} local.set $d
    ${words.markRange('local.get $d', `i32.const ${bytes}`)}`
}

const segmentLength = `local.get $d i64.load32_u +${segmentFields.length}`

function memoryInit(words: Vocabulary): string {
  return `${three} ${descriptor(words, 0, segmentFields.bytes)}
    ${trapIf(beyond('$b', segmentLength), 'segmentBounds')}
    ${trapIf(beyond('$a', 'local.get $guest_bytes'), 'memoryBounds')} ${piece}
    local.get $d i32.load +${segmentFields.at} local.get $b i32.add local.set $d
    ${words.markRange('local.get $a local.get $guest i32.add', 'local.get $m')}
    ${words.markRange('local.get $d', 'local.get $m')}
    local.get $a local.get $guest i32.add local.get $d local.get $m memory.copy
    ${rest(2, moved('$a', 16), moved('$b', 8))}`
}

function dropSegment(words: Vocabulary): string {
  return `${descriptor(words, 0, segmentFields.bytes)}
    local.get $d i32.const 0 i32.store +${segmentFields.length} ${next(2)}`
}

const tableSizeField = `local.get $d i64.load32_u +${tableFields.size}`

/** The place of the element that a number on the stack names. */
const elementPlace = `i32.const 4 i32.mul local.get $d i32.load +${tableFields.at} i32.add`

function table(words: Vocabulary): string {
  return descriptor(words, 0, tableFields.bytes)
}

function tableGet(words: Vocabulary): string {
  return `${table(words)}
    ${trapIf(`${top32} i64.extend_i32_u ${tableSizeField} i64.ge_u`, 'tableBounds')}
    ${top32} ${elementPlace} local.set $a ${words.mark('local.get $a')}
    local.get $a i64.load32_u local.set $top ${next(2)}`
}

function tableSet(words: Vocabulary): string {
  return `${table(words)} local.get $sp i32.const 8 i32.sub i32.load local.set $a
    ${trapIf(`local.get $a i64.extend_i32_u ${tableSizeField} i64.ge_u`, 'tableBounds')}
    local.get $a ${elementPlace} local.set $a ${words.mark('local.get $a')}
    local.get $a ${top32} i32.store ${pop(2)} ${next(2)}`
}

function tableSize(words: Vocabulary): string {
  return `${table(words)} ${push(tableSizeField)} ${next(2)}`
}

/** Writes `$b` into `$n` elements from the place `$a` on. */
function fillElements(words: Vocabulary): string {
  return `${words.markRange('local.get $a', 'local.get $n i32.const 4 i32.mul')}
    block $filled
      loop $fill
        local.get $n i32.eqz br_if $filled
        local.get $a local.get $b i32.store
        local.get $a i32.const 4 i32.add local.set $a
        local.get $n i32.const 1 i32.sub local.set $n
        br $fill
      end
    end`
}

function tableGrow(words: Vocabulary): string {
  return `${table(words)} ${top32} local.set $n
    local.get $sp i32.const 8 i32.sub local.tee $sp i32.load local.set $b
    ${tableSizeField} local.tee $x local.get $n i64.extend_i32_u i64.add
    local.get $d i64.load32_u +${tableFields.max} i64.gt_u if
      i64.const 4294967295 local.set $top ${next(2)}
    end
    local.get $d local.get $x i32.wrap_i64 local.get $n i32.add i32.store +${tableFields.size}
    local.get $x i32.wrap_i64 ${elementPlace} local.set $a
    ${fillElements(words)}
    local.get $x local.set $top ${next(2)}`
}

function tableFill(words: Vocabulary): string {
  return `${three} ${table(words)} ${trapIf(beyond('$a', tableSizeField), 'tableBounds')}
    local.get $a ${elementPlace} local.set $a ${fillElements(words)} ${pop(3)} ${next(2)}`
}

/** Moves `$n` elements from `$b` to `$a`, both places. */
function copyElements(words: Vocabulary, length: number): string {
  return `local.get $n i32.const 4 i32.mul local.set $n
    ${words.markRange('local.get $a', 'local.get $n')}
    ${words.markRange('local.get $b', 'local.get $n')}
    local.get $a local.get $b local.get $n memory.copy ${pop(3)} ${next(length)}`
}

function tableCopy(words: Vocabulary): string {
  return `${three} ${table(words)} ${trapIf(beyond('$a', tableSizeField), 'tableBounds')}
    local.get $a ${elementPlace} local.set $a
    ${descriptor(words, 1, tableFields.bytes)}
    ${trapIf(beyond('$b', tableSizeField), 'tableBounds')}
    local.get $b ${elementPlace} local.set $b ${copyElements(words, 3)}`
}

function tableInit(words: Vocabulary): string {
  return `${three} ${table(words)} ${trapIf(beyond('$a', tableSizeField), 'tableBounds')}
    local.get $a ${elementPlace} local.set $a
    ${descriptor(words, 1, segmentFields.bytes)}
    ${trapIf(beyond('$b', segmentLength), 'segmentBounds')}
    local.get $d i32.load +${segmentFields.at} local.get $b i32.const 4 i32.mul i32.add local.set $b
    ${copyElements(words, 3)}`
}
