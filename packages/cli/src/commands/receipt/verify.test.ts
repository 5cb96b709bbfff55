import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkoutFolders, committedKeys } from '@vcp/proofs'
import { cidOf } from '@vcp/protocol'
import sample from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { run, temporaryFolder } from '../../testing/host.ts'

const key = sample.log.verifier_key

function file(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

const evidence = (value: unknown) => file('evidence.json', JSON.stringify(value))

describe('vcp receipt verify', () => {
  test('shows each step and the level, and exits 0', async () => {
    const task = file('task.json', JSON.stringify({ task_id: sample.task_id, task: sample.task }))
    const output = file('output', Buffer.from(sample.output, 'hex'))
    const argv = [evidence(sample.replicated), '--log-key', key, '--task', task, '--output', output]
    const { exitCode, out } = await run(['receipt', 'verify', ...argv])
    expect(exitCode).toBe(0)
    expect(out).toContain('✓ inclusion')
    expect(out).toContain('✓ output')
    expect(out).toMatch(/^replicated: /m)
  })

  test('shows with ? what it was not given, and does not raise the level for it', async () => {
    const { exitCode, out } = await run([
      'receipt',
      'verify',
      evidence(sample.signed),
      '--log-key',
      key,
    ])
    expect(exitCode).toBe(0)
    expect(out).toContain('? output')
    expect(out).toMatch(/^signed: /m)
  })

  test('exits 8 and says so in words when a step fails', async () => {
    const output = file('output', 'another output')
    const argv = [evidence(sample.signed), '--log-key', key, '--output', output]
    const { exitCode, out } = await run(['receipt', 'verify', ...argv])
    expect(exitCode).toBe(8)
    expect(out).toContain('✗ output')
    expect(out).toContain('NOT VERIFIED')
    const json = await run(['receipt', 'verify', ...argv, '--json'])
    expect(json.exitCode).toBe(8)
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, level: null })
  })

  test('leaves the proof of a run open where its module is not at hand', async () => {
    const { digest } = (await committedKeys(checkoutFolders()!.circuits)).find(
      ({ name }) => name === 'execution',
    )!
    const module = Buffer.from('no module')
    const inputs = {
      module: cidOf('raw', module),
      call: { kind: 'function', function: 'f' },
      proof: { from: 'catalogue', name: 'execution', verification_key: digest },
    }
    const task = { task_type: 'wasm_execution', inputs, verification: { level: 'proved' } }
    const submitted = file('task.json', JSON.stringify({ task_id: sample.task_id, task }))
    const output = file('output', Buffer.from(sample.output, 'hex'))
    const given = [evidence({ ...sample.signed, level: 'proved' }), '--log-key', key]
    const argv = ['receipt', 'verify', ...given, '--task', submitted, '--output', output]
    const without = await run(argv)
    expect([without.exitCode, without.out]).toEqual([8, expect.stringContaining('? proof')])
    const whole = await run([...argv, '--module', file('module', module)])
    expect(whole.out).toMatch(/✗ proof +the receipt is about another input/)
  })

  test.each([
    ['no log key', ['x'], 2, '--log-key is needed'],
    ['a log key that is none', ['x', '--log-key', 'nonsense'], 2, '--log-key:'],
    ['a file that is not there', ['/nowhere', '--log-key', key], 2, '/nowhere cannot be read'],
  ])('refuses %s', async (_, argv, exit, words) => {
    const { exitCode, err } = await run(['receipt', 'verify', ...argv])
    expect(exitCode).toBe(exit)
    expect(err).toContain(words)
  })

  test('refuses a file that is no JSON', async () => {
    const { exitCode, err } = await run(['receipt', 'verify', file('x', '{'), '--log-key', key])
    expect(exitCode).toBe(2)
    expect(err).toContain('is not JSON')
  })
})
