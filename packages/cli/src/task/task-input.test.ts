import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nameBlob } from '@vcp/client'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { temporaryFolder } from '../testing/host.ts'
import { readTask, taskShape } from './task-input.ts'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..')
const pi = join(root, 'wasm-modules/pi/pi.wasm')
const Input = z.object(taskShape)

const read = (given: z.input<typeof Input>) => readTask(Input.parse(given))

function specFile(text: string): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'parts'))
  writeFileSync(join(folder, 'parts', 'a.wasm'), 'a module')
  const file = join(folder, 'spec.yaml')
  writeFileSync(file, text)
  return file
}

const { cid } = nameBlob(Buffer.from('a module'))

describe('a spec', () => {
  test('names files beside it, which are sent as blobs', async () => {
    const file = specFile(
      'task_type: wasm_execution\ninputs:\n  module: parts/a.wasm\n  call: { kind: wasi }\n',
    )
    const { task, blobs } = await read({ words: [file] })
    expect(task).toMatchObject({ inputs: { module: cid, call: { stdin: null } } })
    expect(blobs.map((blob) => blob.cid)).toEqual([cid])
  })

  test('may be JSON, and name blobs by their CID', async () => {
    const inputs = { module: cid, call: { kind: 'wasi', stdin: 'parts/a.wasm' } }
    const file = specFile(JSON.stringify({ task_type: 'wasm_execution', inputs }))
    const { task, blobs } = await read({ words: [file] })
    expect(task).toMatchObject({ inputs: { module: cid, call: { stdin: cid } } })
    expect(blobs).toHaveLength(1)
  })

  test('gives way to flags', async () => {
    const inputs = `inputs: { module: ${cid}, call: { kind: wasi } }`
    const file = specFile(`task_type: wasm_execution\n${inputs}\nlabels: { a: b }\n`)
    const { task } = await read({
      words: [file],
      gas: 5_000,
      timeout: 7,
      level: 'replicated',
      quorum: 2,
      nodes: 2,
      reward: '1.5',
      label: ['c=d=e'],
      region: ['eu'],
    })
    expect(task).toMatchObject({
      inputs: { limits: { gas: 5_000, seconds: 7, memory_mb: 512 } },
      requirements: { min_nodes: 2, max_execution_seconds: 7, regions: ['eu'] },
      verification: { level: 'replicated', quorum: 2 },
      reward_micro: 1_500_000,
      labels: { a: 'b', c: 'd=e' },
    })
  })

  const faults: readonly (readonly [string, string, string])[] = [
    ['labls: {}', 'labls', 'did you mean labels?'],
    ['requirements: { min_node: 2 }', 'requirements.min_node', 'did you mean min_nodes?'],
    ['verification: { zzz: 2 }', 'verification.zzz', 'there are level, quorum'],
  ]
  test.each(faults)('with %s is refused, and told what was meant', async (line, place, advice) => {
    const file = specFile(
      `task_type: wasm_execution\ninputs: { module: ${cid}, call: { kind: wasi } }\n${line}\n`,
    )
    await expect(read({ words: [file] })).rejects.toMatchObject({
      code: 'INVALID',
      message: expect.stringContaining(`there is no field ${place}: ${advice}`),
    })
  })

  test('knows the fields of the form that was begun', async () => {
    const file = specFile(
      `task_type: wasm_execution\ninputs: { module: ${cid}, call: { kind: wasi, arg: [] } }\n`,
    )
    await expect(read({ words: [file] })).rejects.toMatchObject({
      message: expect.stringContaining('inputs.call.arg: did you mean args?'),
    })
  })

  test('that names a file which is not there says which', async () => {
    const file = specFile('task_type: wasm_execution\ninputs: { module: nowhere.wasm }\n')
    await expect(read({ words: [file] })).rejects.toMatchObject({
      code: 'INPUT_UNREADABLE',
      message: expect.stringContaining('inputs.module names'),
    })
  })

  test.each(['a: [', '- 1\n- 2\n', '', '"text"'])('of the text %j is none', async (text) => {
    await expect(read({ words: [specFile(text)] })).rejects.toMatchObject({ code: 'INVALID' })
  })
})

describe('flags alone', () => {
  test('call a function with arguments by its signature', async () => {
    const { task, blobs } = await read({ module: pi, invoke: 'estimate', words: ['100', '7'] })
    expect(task).toMatchObject({
      inputs: {
        module: nameBlob(readFileSync(pi)).cid,
        call: {
          kind: 'function',
          function: 'estimate',
          arguments: [
            { type: 'i32', value: 100 },
            { type: 'i64', value: '7' },
          ],
        },
      },
    })
    expect(blobs).toHaveLength(1)
    await expect(read({ module: pi, invoke: 'guess' })).rejects.toMatchObject({
      message: expect.stringContaining('it exports'),
    })
  })

  test('run a command with arguments and stdin', async () => {
    const file = specFile('what it reads')
    const { task, blobs } = await read({ module: pi, stdin: file, words: ['-n'], env: ['A=b'] })
    const call = { kind: 'wasi', args: ['-n'], env: { A: 'b' }, stdin: blobs[1]?.cid }
    expect(task).toMatchObject({ inputs: { call } })
  })

  test('run a script on JSON', async () => {
    const folder = temporaryFolder()
    const [script, input] = [join(folder, 'a.js'), join(folder, 'a.json')]
    writeFileSync(script, 'return input')
    writeFileSync(input, '{"n":3}')
    const { task } = await read({ script, input })
    expect(task).toMatchObject({ task_type: 'computation', inputs: { input: { n: 3 } } })
  })

  test.each([
    {},
    { words: ['one', 'two'] },
    { module: pi, script: 'a.js' },
    { module: pi, invoke: 'estimate', words: ['1', '2'], stdin: 'a' },
    { script: 'a.js', words: ['a'] },
  ])('that contradict each other are refused: %j', async (given) => {
    await expect(read(given)).rejects.toMatchObject({ code: 'USAGE' })
  })
})
