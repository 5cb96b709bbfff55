// Tasks whose result is known beforehand: what comes back is compared with it.
import { readFileSync } from 'node:fs'
import { nameBlob, type PreparedTask, prepareTask, type TaskDraft } from '@vcp/client'

/** `(func (export "f") (param i32) (result i32) local.get 0)`. */
const echo = nameBlob(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0, 10, 6, 1, 4, 0, 0x20, 0, 0x0b],
  ]),
)

const pi = new URL('../../wasm-modules/pi/pi.wasm', import.meta.url)

/** Its output holds the value. */
export function smallTask(value: number, quorum = 1): PreparedTask {
  const call = { kind: 'function', function: 'f', arguments: [{ type: 'i32', value }] }
  const draft = {
    task_type: 'wasm_execution',
    inputs: { module: echo.cid, call },
    ...verificationBy(quorum),
  } as TaskDraft
  return prepareTask(draft, { blobs: [echo] })
}

/** Pi by so many throws, each of 86 gas. */
export function longTask(throws: number, quorum = 1): PreparedTask {
  const module = nameBlob(readFileSync(pi))
  const given = [
    { type: 'i32', value: throws },
    { type: 'i64', value: '7' },
  ]
  const draft = {
    task_type: 'wasm_execution',
    inputs: {
      module: module.cid,
      call: { kind: 'function', function: 'estimate', arguments: given },
      limits: { memory_mb: 64, seconds: 60, gas: 90 * throws + 1_000_000 },
    },
    requirements: { max_execution_seconds: 60 },
    ...verificationBy(quorum),
  } as TaskDraft
  return prepareTask(draft, { blobs: [module] })
}

function verificationBy(quorum: number) {
  return { verification: { level: quorum === 1 ? 'signed' : 'replicated', quorum } }
}
