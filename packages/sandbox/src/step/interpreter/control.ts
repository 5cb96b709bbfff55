// Handlers of control: branches, calls, returns, and what moves values between slots.
import { opcodeNames } from '../../module/opcodes.ts'
import { extraOps } from '../instructions.ts'
import { functionFields, header, tableFields } from '../layout.ts'
import {
  immediate,
  next,
  pop,
  push,
  spill,
  stop,
  top32,
  trapIf,
  type Vocabulary,
} from './vocabulary.ts'

const opcode = (name: string) => opcodeNames.indexOf(name)

/** By operation. */
export function controlHandlers(words: Vocabulary): ReadonlyMap<number, string> {
  const local = `local.get $fp ${immediate(0)} i32.add local.set $a`
  return new Map([
    [opcode('unreachable'), trapIf('i32.const 1', 'unreachable')],
    [opcode('nop'), next(1)],
    [opcode('if'), conditional('local.get $pc i32.const 8 i32.add', immediate(0))],
    [opcode('br'), `${immediate(0)} local.set $pc br $next`],
    [opcode('br_if'), conditional(immediate(0), 'local.get $pc i32.const 8 i32.add')],
    [opcode('br_table'), branchTable(words)],
    [extraOps.brMove, move(words)],
    [extraOps.brIfMove, moveIf(words)],
    [extraOps.return0, returned(words, `local.get $fp i32.const 8 i32.sub`, true)],
    [extraOps.return1, returned(words, 'local.get $fp', false)],
    [extraOps.returnMany, returnMany(words)],
    [extraOps.finish, `${spill} ${stop('returned')}`],
    [opcode('call'), `${immediate(0)} local.set $a ${enter(words, 2)}`],
    [opcode('call_indirect'), callIndirect(words)],
    [opcode('select'), select],
    [
      opcode('local.get'),
      `${local} ${words.mark('local.get $a')} ${push('local.get $a i64.load')} ${next(2)}`,
    ],
    [
      opcode('local.set'),
      `${local} ${words.mark('local.get $a')}
       local.get $a local.get $top i64.store ${pop()} ${next(2)}`,
    ],
    [
      opcode('local.tee'),
      `${local} ${words.mark('local.get $a')}
       local.get $a local.get $top i64.store ${next(2)}`,
    ],
    [
      opcode('global.get'),
      `${words.mark(immediate(0))} ${push(`${immediate(0)} i64.load`)} ${next(2)}`,
    ],
    [
      opcode('global.set'),
      `${words.mark(immediate(0))}
       ${immediate(0)} local.get $top i64.store ${pop()} ${next(2)}`,
    ],
  ])
}

/** Goes on at the one address or the other, by the operand taken. */
function conditional(ifSet: string, ifClear: string): string {
  return `${top32} local.set $b ${ifSet} ${ifClear} local.get $b select local.set $pc
    ${pop()} br $next`
}

const select = `local.get $sp i32.const 16 i32.sub local.tee $sp i64.load
  local.get $sp i64.load +8 ${top32} select local.set $top ${next(1)}`

/** Carries operands down to a place in the frame. `$a` is at the words that say where and what. */
function carry(words: Vocabulary): string {
  return `local.get $fp local.get $a i32.load +4 i32.add local.set $b
    local.get $a i32.load +8 local.tee $n i32.const 8 i32.eq
    if local.get $b local.set $sp
    else
      local.get $n i32.eqz if
        local.get $b local.set $sp
      else
        ${spill}
        ${words.markRange(`local.get $b i32.const 8 i32.add local.get $n i32.sub`, 'local.get $n')}
        ${words.markRange(`local.get $sp i32.const 8 i32.add local.get $n i32.sub`, 'local.get $n')}
        local.get $b i32.const 8 i32.add local.get $n i32.sub
        local.get $sp i32.const 8 i32.add local.get $n i32.sub
        local.get $n memory.copy
        local.get $b local.set $sp
      end
      ${words.mark('local.get $sp')}
      local.get $sp i64.load local.set $top
    end`
}

function move(words: Vocabulary): string {
  return `local.get $pc i32.const 4 i32.add local.set $a
    ${immediate(0)} local.set $pc ${carry(words)} br $next`
}

function moveIf(words: Vocabulary): string {
  return `${top32} local.set $b ${pop()}
    local.get $b i32.eqz if ${next(4)} end ${move(words)}`
}

function branchTable(words: Vocabulary): string {
  return `local.get $pc i32.const 8 i32.add
    ${top32} ${immediate(0)} ${top32} ${immediate(0)} i32.lt_u select i32.const 12 i32.mul i32.add
    local.set $a ${pop()}
    ${words.markRange('local.get $a', 'i32.const 12')}
    local.get $a i32.load local.set $pc
    local.get $a i32.load +4 i32.const -1 i32.eq br_if $next
    ${carry(words)} br $next`
}

/** The saved place: where to go on, and below it the caller's `fp`. */
function unsave(words: Vocabulary): string {
  return `local.get $fp ${immediate(0)} i32.add local.set $a
    ${words.mark('local.get $a')}
    local.get $a i32.load +4 local.set $pc
    local.get $a i32.load local.set $fp`
}

function returned(words: Vocabulary, place: string, readsTop: boolean): string {
  const read = `${words.mark('local.get $sp')} local.get $sp i64.load local.set $top`
  return `${place} local.set $sp ${unsave(words)} ${readsTop ? read : ''} br $next`
}

/** The results may come to lie on the saved place, so that is read first. */
function returnMany(words: Vocabulary): string {
  return `${spill} ${immediate(1)} local.set $n
    local.get $fp ${immediate(0)} i32.add local.set $a
    ${words.mark('local.get $a')}
    local.get $a i64.load local.set $x
    ${words.markRange('local.get $fp', 'local.get $n')}
    local.get $sp i32.const 8 i32.add local.get $n i32.sub local.set $b
    ${words.markRange('local.get $b', 'local.get $n')}
    local.get $fp local.get $b local.get $n memory.copy
    local.get $fp local.get $n i32.add i32.const 8 i32.sub local.set $sp
    local.get $x i64.const 32 i64.shr_u i32.wrap_i64 local.set $pc
    local.get $x i32.wrap_i64 local.set $fp
    local.get $sp i64.load local.set $top br $next`
}

function callIndirect(words: Vocabulary): string {
  return `${immediate(1)} local.set $b
    ${words.markRange('local.get $b', `i32.const ${tableFields.bytes}`)}
    ${trapIf(`${top32} local.get $b i32.load +${tableFields.size} i32.ge_u`, 'tableBounds')}
    ${top32} i32.const 4 i32.mul local.get $b i32.load +${tableFields.at} i32.add local.set $a
    ${words.mark('local.get $a')}
    local.get $a i32.load local.set $a
    ${trapIf('local.get $a i32.eqz', 'nullFunction')}
    ${words.markRange('local.get $a', `i32.const ${functionFields.bytes}`)}
    local.get $a i32.load +${functionFields.type}
    ${trapIf(`${immediate(0)} i32.ne`, 'functionType')}
    ${pop()} ${enter(words, 3)}`
}

/** Calls the function whose record is at `$a`; goes on after so many words. */
function enter(words: Vocabulary, length: number): string {
  const field = (name: keyof typeof functionFields) =>
    `local.get $a i32.load +${functionFields[name]}`
  return `${spill}
    ${words.markRange('local.get $a', `i32.const ${functionFields.bytes}`)}
    local.get $pc i32.const ${length * 4} i32.add local.set $b
    ${field('entry')} i32.eqz if
      local.get $b local.set $pc ${field('import')} local.set $reason ${stop('calling')}
    end
    local.get $sp ${field('frameBytes')} i32.add local.tee $n
    i32.const 0 i32.load +${header.stackEnd} i32.gt_u if ${stop('overflowed')} end
    local.get $n i32.const 0 i32.load +${header.stackHigh} i32.gt_u if
      i32.const 0 local.get $n i32.store +${header.stackHigh}
    end
    local.get $b i64.extend_i32_u i64.const 32 i64.shl
    local.get $fp i64.extend_i32_u i64.or local.set $top
    local.get $sp i32.const 8 i32.add ${field('paramBytes')} i32.sub local.set $fp
    local.get $sp local.tee $b ${field('localBytes')} i32.add local.set $sp
    ${words.markRange('local.get $b', `local.get $sp i32.const 16 i32.add local.get $b i32.sub`)}
    block $zeroed
      loop $zero
        local.get $b local.get $sp i32.ge_u br_if $zeroed
        local.get $b i64.const 0 i64.store +8
        local.get $b i32.const 8 i32.add local.set $b
        br $zero
      end
    end
    local.get $sp i32.const 8 i32.add local.tee $sp local.get $top i64.store
    ${field('entry')} local.set $pc br $next`
}
