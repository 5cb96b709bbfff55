// The code that begins a run: as every run does, it sets the stack units and calls the exports of
// the plan one after another, the last with its arguments. Its instructions are steps as well.
import { abi } from '../abi.ts'
import { opcodeNames } from '../module/opcodes.ts'
import { valueTypes } from '../module/value-type.ts'
import type { CallPlan } from '../run/call.ts'
import { extraOps } from './instructions.ts'
import { slotOf } from './slots.ts'
import { exportedAt, globalAt, type StepProgram } from './step-program.ts'

const GLOBAL_SET = opcodeNames.indexOf('global.set')
const CALL = opcodeNames.indexOf('call')
const I32_CONST = opcodeNames.indexOf('i32.const')

const constants = {
  [valueTypes.i32]: { operation: I32_CONST, words: 1 },
  [valueTypes.i64]: { operation: opcodeNames.indexOf('i64.const'), words: 2 },
  [valueTypes.f32]: { operation: opcodeNames.indexOf('f32.const'), words: 1 },
  [valueTypes.f64]: { operation: opcodeNames.indexOf('f64.const'), words: 2 },
} as const

export function beginning(program: StepProgram, plan: CallPlan, stackUnits: number): Int32Array {
  const code: number[] = []
  const call = (name: string) => {
    code.push(I32_CONST, stackUnits, GLOBAL_SET, globalAt(program, abi.stack)!)
    if (name === plan.name) code.push(...argumentsOf(program, plan))
    code.push(CALL, exportedAt(program, name))
  }
  for (const name of plan.before) call(name)
  call(plan.name)
  code.push(extraOps.finish)
  return Int32Array.from(code)
}

function argumentsOf({ module, functionTypes }: StepProgram, { name, given }: CallPlan): number[] {
  const { params } = functionTypes[module.exports.functions.get(name)!]!
  return given.flatMap((value, i) => {
    const { operation, words } = constants[params[i] as keyof typeof constants]
    const slot = slotOf(params[i]!, value)
    const halves = [Number(slot & 0xffff_ffffn) | 0, Number(slot >> 32n) | 0]
    return [operation, ...halves.slice(0, words)]
  })
}
