// Runs a stranger's module from a program of your own, in processes that are not yours: a good one,
// and one that would never end.
import { readFile } from 'node:fs/promises'
import { openPool, type RunRequest, scriptCall, scriptInterpreter } from '@vcp/sandbox'

function request(changes: Partial<RunRequest>): RunRequest {
  return {
    call: { kind: 'wasi', args: [], env: {}, stdin: new Uint8Array() },
    gas: 1_000_000_000,
    stackUnits: 4_000_000,
    outputBytesMax: 1_048_576,
    checkpointGas: null,
    seed: new Uint8Array(32),
    trace: false,
    ...changes,
  }
}

const limits = { deadlineMs: 5_000, memoryMb: 512 }
const task = { requester: 'example', form: 'raw', memoryPagesMax: 1_024 } as const
const hello = await readFile(new URL('../../wasm-modules/hello/hello.wasm', import.meta.url))
const endless = scriptCall('for (;;) {}', null)

const pool = await openPool({ size: 2 })
const results = await Promise.all([
  pool.submit({ ...task, module: hello, request: request({}) }, limits),
  pool.submit(
    { ...task, module: await scriptInterpreter(), request: request({ call: endless }) },
    limits,
  ),
])
await pool.close()

for (const result of results) {
  if (result.kind === 'infrastructure') throw new Error(`${result.fault}: ${result.detail}`)
  const said = new TextDecoder().decode(result.stdout).trim()
  console.log(`${result.ending.kind} after ${result.gas} gas: ${said || 'nothing said'}`)
}
