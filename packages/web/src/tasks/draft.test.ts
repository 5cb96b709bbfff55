import { describe, expect, test } from 'vitest'
import { newDraft, readSpec, specOf } from './draft.ts'

const cid = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const read = (draft: typeof newDraft) => readSpec(JSON.stringify(specOf(draft, cid)))

describe('a draft', () => {
  test('as it is at first is a task that the protocol takes', () => {
    expect(read(newDraft)).toMatchObject({
      ok: true,
      spec: { task_type: 'computation', inputs: { script: cid, input: { numbers: [1, 2, 3] } } },
    })
    const wasm = { ...newDraft, type: 'wasm_execution', module: cid } as const
    expect(read(wasm)).toMatchObject({ ok: true, spec: { inputs: { call: { function: 'run' } } } })
    expect(read({ ...wasm, call: 'wasi', args: '["a"]' }).ok).toBe(true)
  })

  test('is paid for in whole millionths, to the last digit', () => {
    const micro = (credits: string) => specOf({ ...newDraft, credits }, cid)['reward_micro']
    expect(micro('1.1')).toBe(1_100_000)
    expect(micro('0.000001')).toBe(1)
    expect(micro('4.35')).toBe(4_350_000)
    expect(read({ ...newDraft, credits: '1.0000001' }).ok).toBe(false)
    expect(read({ ...newDraft, credits: '-1' }).ok).toBe(false)
  })

  test('says what is wrong with it, and where', () => {
    const wrong = read({ ...newDraft, seconds: 'soon', quorum: '99' })
    expect(wrong.ok).toBe(false)
    const faults = wrong.ok ? [] : wrong.faults
    expect(faults.some((each) => each.startsWith('requirements.max_execution_seconds'))).toBe(true)
    expect(faults.some((each) => each.startsWith('verification.quorum'))).toBe(true)
    expect(read({ ...newDraft, type: 'wasm_execution' }).ok).toBe(false)
  })

  test('that is no JSON says so', () => {
    const result = readSpec('{ task_type: }')
    expect(result.ok ? '' : result.faults[0]).toMatch(/^not JSON/)
    expect(readSpec(`"${'x'.repeat(100_000)}"`).ok).toBe(false)
  })
})
