import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const door = new URL('./native-runtime.ts', import.meta.url).href
const model = new URL('../testing/models.ts', import.meta.url).href
const codec = new URL('../onnx/read-model.ts', import.meta.url).href

/** Runs a model in a process that has nothing of CI's, and looks at what it left. */
function leftBehind(runtime: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'vcp-mute-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const program = `
    const { InferenceSession, Tensor } = await import('${runtime}')
    const { mlp } = await import('${model}')
    const { encodeModel } = await import('${codec}')
    const session = await InferenceSession.create(encodeModel(mlp()))
    const { x } = { x: new Tensor('float32', new Float32Array(6), [1, 6]) }
    await session.run({ x })
    await session.release()
  `
  const argv = ['--conditions=source', '--input-type=module', '-e', program]
  const env = { PATH: '/usr/bin', HOME: folder, TMPDIR: folder, XDG_CACHE_HOME: folder }
  const { status, stderr } = spawnSync(process.execPath, argv, { env, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return readdirSync(folder)
}

test('the native runtime reports to nobody, and leaves nothing behind', () => {
  expect(leftBehind(door)).toEqual([])
})
