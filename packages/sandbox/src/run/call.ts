// From a request to a call of the guest: which exports, with what, and what is wrong with it.
import { limits } from '@vcp/protocol'
import { abi } from '../abi.ts'
import type { FunctionType } from './exported-functions.ts'
import { isNumberType, type Program } from './program.ts'
import type { RunRequest, SandboxCall } from './request.ts'
import { guestArgument, type NumberType } from './values.ts'

/** Why a request cannot be run on a program; on every machine for the same reason. */
export type CallRejectionCode =
  | 'CALL_EXPORT_MISSING'
  | 'CALL_EXPORT_TYPE'
  | 'CALL_ARGUMENT_COUNT'
  | 'CALL_ARGUMENT_TYPE'
  | 'CALL_ARGUMENT_RANGE'
  | 'CALL_TEXT_NUL'
  | 'CALL_VARIABLE_NAME'
  | 'CALL_CHECKPOINT_COUNT'

export interface CallRejection {
  readonly ok: false
  readonly code: CallRejectionCode
  readonly detail: string
}

/** The exports to call, one after another; the last with the arguments, for the results. */
export interface CallPlan {
  readonly ok: true
  readonly before: readonly string[]
  readonly name: string
  readonly given: readonly (number | bigint)[]
  /** Of a called function; null for a command. */
  readonly resultTypes: readonly NumberType[] | null
}

export function planCall(program: Program, request: RunRequest): CallPlan | CallRejection {
  const { call, checkpointGas, gas } = request
  if (checkpointGas !== null && gas / checkpointGas > limits.traceCheckpointsMax - 1) {
    const least = Math.ceil(gas / (limits.traceCheckpointsMax - 1))
    return reject('CALL_CHECKPOINT_COUNT', `with ${gas} gas, at least ${least} between checkpoints`)
  }
  return call.kind === 'wasi' ? planCommand(program, call) : planFunction(program, call)
}

type CommandCall = Extract<SandboxCall, { kind: 'wasi' }>
type FunctionCall = Extract<SandboxCall, { kind: 'function' }>

function planCommand({ functions }: Program, call: CommandCall): CallPlan | CallRejection {
  const main = functions.get('_start')
  if (main === undefined) return reject('CALL_EXPORT_MISSING', 'the module exports no _start')
  if (!isPlain(main)) return reject('CALL_EXPORT_TYPE', '_start takes or returns something')
  for (const [i, text] of call.args.entries()) {
    if (text.includes('\0')) return reject('CALL_TEXT_NUL', `argument ${i} has a NUL`)
  }
  for (const [name, value] of Object.entries(call.env)) {
    if (name === '' || name.includes('=')) {
      return reject('CALL_VARIABLE_NAME', `no variable can be named ${JSON.stringify(name)}`)
    }
    if (`${name}${value}`.includes('\0')) {
      return reject('CALL_TEXT_NUL', `the variable ${JSON.stringify(name)} has a NUL`)
    }
  }
  return { ok: true, before: startsOf(functions), name: '_start', given: [], resultTypes: null }
}

function planFunction({ functions }: Program, call: FunctionCall): CallPlan | CallRejection {
  const name = call.function
  const type = name.startsWith(abi.reservedPrefix) ? undefined : functions.get(name)
  if (type === undefined)
    return reject('CALL_EXPORT_MISSING', `the module exports no function ${name}`)
  if (!type.params.every(isNumberType) || !type.results.every(isNumberType)) {
    return reject('CALL_EXPORT_TYPE', `${name} has types other than i32, i64, f32 and f64`)
  }
  if (type.params.length !== call.arguments.length) {
    const counts = `${type.params.length} arguments, not ${call.arguments.length}`
    return reject('CALL_ARGUMENT_COUNT', `${name} takes ${counts}`)
  }
  const given: (number | bigint)[] = []
  for (const [i, argument] of call.arguments.entries()) {
    const wanted = type.params[i]!
    if (argument.type !== wanted) {
      return reject(
        'CALL_ARGUMENT_TYPE',
        `argument ${i} of ${name} is ${wanted}, not ${argument.type}`,
      )
    }
    const value = guestArgument(argument)
    if (value === null) {
      return reject('CALL_ARGUMENT_RANGE', `argument ${i} of ${name} has more than 64 bits`)
    }
    given.push(value)
  }
  const initialise = functions.get(INITIALISE)
  const initial = initialise !== undefined && isPlain(initialise) && name !== INITIALISE
  const before = [...startsOf(functions), ...(initial ? [INITIALISE] : [])]
  return { ok: true, before, name, given, resultTypes: type.results }
}

// "If a reactor exports a function _initialize, it is called before any other" (WASI, preview 1).
const INITIALISE = '_initialize'

function startsOf(functions: Program['functions']): string[] {
  return functions.has(abi.start) ? [abi.start] : []
}

function isPlain({ params, results }: FunctionType): boolean {
  return params.length === 0 && results.length === 0
}

function reject(code: CallRejectionCode, detail: string): CallRejection {
  return { ok: false, code, detail }
}
