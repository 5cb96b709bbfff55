// A run as people and programs are told of it: the fields of a receipt, and what it cost here.
import { type Cid, type Digest, type Ending, levelMeanings } from '@vcp/protocol'
import type { WasmResult } from '@vcp/sandbox'
import { fields, type Style } from '../style.ts'

export interface Ran {
  /** How it ended, where every machine comes to the same end; otherwise null. */
  readonly outcome: Ending['kind'] | null
  readonly exitCode: number | null
  /** What a trap or a rejection is called. */
  readonly code: string | null
  /** Why this machine did not come to an end; another may. Null when it did. */
  readonly fault: string | null
  readonly detail: string | null
  readonly gas: number | null
  readonly outputHash: Digest | null
  readonly output: Cid | null
  readonly outputBytes: number | null
  readonly results: readonly WasmResult[] | null
  readonly stdout: string | null
  readonly stderr: string | null
  readonly inputHash: Digest
  readonly moduleHash: Digest
  readonly instrumentedHash: Digest | null
  readonly traceRoot: Digest | null
  readonly checkpoints: number
  /** The leaves under the root of the trace. */
  readonly leaves: readonly Digest[]
  readonly engine: string
  readonly memoryPages: number | null
  readonly memoryBytes: number | null
  readonly wallMs: number
  readonly instrumentMs: number | null
  readonly compileMs: number | null
  readonly runMs: number | null
}

/** Whether the program did what it was asked to. */
export function isFine({ outcome, exitCode }: Ran): boolean {
  return outcome === 'ok' || (outcome === 'exit' && exitCode === 0)
}

export function ranText(ran: Ran, style: Style): string {
  const rows: (readonly [string, string])[] = [
    ['outcome', isFine(ran) ? style.good(outcomeText(ran)) : style.bad(outcomeText(ran))],
    ['gas', ran.gas === null ? 'unknown' : ran.gas.toLocaleString('en')],
    ['time', timeText(ran)],
    ['memory', memoryText(ran)],
    ['module', ran.moduleHash],
    ['instrumented', ran.instrumentedHash ?? 'none'],
    ['input', ran.inputHash],
    ['output', ran.outputHash === null ? 'none' : `${ran.outputHash} (${ran.outputBytes} bytes)`],
    ['engine', ran.engine],
  ]
  if (ran.traceRoot !== null) {
    rows.push(['trace', `${ran.traceRoot} (${ran.checkpoints} checkpoints)`])
  }
  const said =
    ran.fault === null
      ? `Nobody signed this: run by a node, it would be "signed": ${levelMeanings.signed}.`
      : 'This says nothing of the module: another machine, or more time, may bring it to an end.'
  return `${fields(rows, style)}\n${style.quiet(said)}`
}

function outcomeText({ outcome, exitCode, code, fault, detail }: Ran): string {
  const words = [outcome ?? fault ?? 'unknown', exitCode ?? code ?? ''].filter(
    (word) => word !== '',
  )
  return detail === null ? words.join(' ') : `${words.join(' ')}: ${detail}`
}

function timeText({ wallMs, instrumentMs, compileMs, runMs }: Ran): string {
  const whole = `${wallMs.toFixed(1)} ms`
  if (instrumentMs === null || compileMs === null || runMs === null) return whole
  const parts = `${instrumentMs.toFixed(1)} instrument, ${compileMs.toFixed(1)} compile`
  return `${whole} (${parts}, ${runMs.toFixed(1)} run)`
}

function memoryText({ memoryPages, memoryBytes }: Ran): string {
  const guest =
    memoryPages === null ? 'unknown' : `${(memoryPages / 16).toFixed(1)} MB of the guest`
  const host = memoryBytes === null ? '' : `, ${(memoryBytes / 2 ** 20).toFixed(1)} MB in all`
  return guest + host
}
