// A verified result on its way out: bytes to stdout or to a file, what is known of it beside.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { VerifiedResult } from '@vcp/client'
import {
  type EvidenceReport,
  exitCodes,
  levelMeanings,
  type Receipt,
  VcpError,
} from '@vcp/protocol'
import type { Context } from '../command.ts'
import { fields, type Style } from '../style.ts'

export interface ResultData {
  readonly task_id: string
  readonly status: 'completed'
  readonly level: VerifiedResult['level']
  readonly output: {
    readonly cid: string
    readonly bytes: number
    /** Where it was written; otherwise it is here, as text where it is text. */
    readonly file?: string
    readonly text?: string
    readonly base64?: string
  }
  readonly ending: Receipt['ending']
  readonly gas: number | null
  readonly engine: Receipt['engine']
  readonly nodes: readonly string[]
  readonly checks: EvidenceReport['steps']
}

export interface Destination {
  readonly out?: string | undefined
  readonly evidence?: string | undefined
}

/** Writes the output where it is wanted, and gives what is known of it. */
export function deliver(
  result: VerifiedResult,
  { out, evidence }: Destination,
  { host, json }: Context,
): ResultData {
  if (evidence !== undefined) write(evidence, `${JSON.stringify(result.evidence, null, 2)}\n`)
  if (out !== undefined) write(out, result.output)
  else if (!json) host.out(forReader(result.output, host.terminal.isInteractive))
  const { receipt } = result
  return {
    task_id: result.taskId,
    status: 'completed',
    level: result.level,
    output: {
      cid: receipt.output,
      bytes: result.output.length,
      ...(out === undefined ? (json ? inline(result.output) : {}) : { file: resolve(out) }),
    },
    ending: receipt.ending,
    gas: receipt.gas,
    engine: receipt.engine,
    nodes: result.evidence.receipts.map((each) => each.receipt.peer_id),
    checks: result.report.steps,
  }
}

/** A prompt is not to stand behind the last word. */
function forReader(output: Uint8Array, isInteractive: boolean): Uint8Array {
  const ends = output.length === 0 || output.at(-1) === 10
  return isInteractive && !ends ? Buffer.concat([output, Buffer.from('\n')]) : output
}

function inline(output: Uint8Array): { readonly text: string } | { readonly base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(output) }
  } catch {
    return { base64: Buffer.from(output).toString('base64') }
  }
}

function write(path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content)
  } catch (cause) {
    throw new VcpError('OUTPUT_UNWRITABLE', { message: `${path} cannot be written`, cause })
  }
}

/** What is said on stderr about a result that went to stdout. */
export function resultTalk(data: ResultData, style: Style): string {
  const { task_id, level, output, ending, gas, nodes, checks } = data
  const rows: (readonly [string, string])[] = [['task', task_id]]
  if (ending.kind !== 'ok') rows.push(['ended', style.bad(endingText(ending))])
  if (output.file !== undefined) rows.push(['output', `${output.file}, ${output.bytes} bytes`])
  rows.push(['verified', `${style.good(level)}: ${levelMeanings[level]}`])
  rows.push(['by', nodes.join(', ')])
  if (gas !== null) rows.push(['gas', gas.toLocaleString('en')])
  const isCompared = checks.some(({ step, result }) => step === 'task' && result === 'ok')
  if (!isCompared) {
    rows.push(['note', style.warn('not submitted from here: what task it is of was not checked')])
  }
  return fields(rows, style)
}

function endingText(ending: Receipt['ending']): string {
  switch (ending.kind) {
    case 'exit':
      return `with exit code ${ending.exit_code}`
    case 'trap':
      return `in a trap: ${ending.trap}`
    case 'rejected':
      return `rejected: ${ending.code}`
    default:
      return ending.kind.replaceAll('_', ' ')
  }
}

/** A result may be right, and be that the program failed. */
export function resultExitCode({ ending }: Pick<ResultData, 'ending'>): number {
  const isFine = ending.kind === 'ok' || (ending.kind === 'exit' && ending.exit_code === 0)
  return isFine ? exitCodes.ok : exitCodes.taskFailed
}
