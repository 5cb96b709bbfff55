import { nameBlob } from '@vcp/client'
import { checkoutFolders, committedKeys } from '@vcp/proofs'
import { expect, test } from 'vitest'
import { withExecutionCircuit } from './provable-run.ts'

/** `(func (export "f") (param i32) (result i32) local.get 0)`. */
const echo = nameBlob(
  Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 6, 1, 0x60, 1, 0x7f, 1, 0x7f, 3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0, 10, 6, 1, 4, 0, 0x20, 0, 0x0b],
  ]),
)

function draftOf(call: object, more: object = { proof: 'required' }) {
  return { task_type: 'wasm_execution', inputs: { module: echo.cid, call, ...more } }
}

const call = { kind: 'function', function: 'f', arguments: [{ type: 'i32', value: 3 }] }

test('a run that fits names the key of the smallest circuit that takes it', async () => {
  const keys = await committedKeys(checkoutFolders()!.circuits)
  const here = async () => keys
  const { digest } = keys.find(({ name }) => name === 'execution')!
  const proof = { from: 'catalogue', name: 'execution', verification_key: digest }
  const expected = { inputs: { proof }, verification: { level: 'proved' } }
  expect(await withExecutionCircuit(draftOf(call), [echo], here)).toMatchObject(expected)
  const byLevel = { ...draftOf(call, {}), verification: { level: 'proved' } }
  expect(await withExecutionCircuit(byLevel, [echo], here)).toMatchObject(expected)
})

test('a run that asks for no proof, or is none, is left as it is', async () => {
  for (const draft of [draftOf(call, {}), { task_type: 'computation' }, null]) {
    expect(await withExecutionCircuit(draft, [echo])).toBe(draft)
  }
})

test('what cannot be proved is said before it is submitted', async () => {
  const long = { ...call, arguments: [{ type: 'i64', value: '3' }] }
  const cases = [
    [{ kind: 'wasi' }, 'not a command'],
    [long, 'only arguments of i32'],
    [{ ...call, function: 'g' }, 'no function'],
    [{ ...call, arguments: [] }, 'takes 1 numbers, not 0'],
  ] as const
  for (const [given, message] of cases) {
    const refusal = { code: 'EXECUTION_UNFIT', message: expect.stringContaining(message) }
    await expect(withExecutionCircuit(draftOf(given), [echo])).rejects.toMatchObject(refusal)
  }
  const byCid = withExecutionCircuit(draftOf(call), [])
  await expect(byCid).rejects.toMatchObject({ code: 'EXECUTION_UNFIT' })
})
