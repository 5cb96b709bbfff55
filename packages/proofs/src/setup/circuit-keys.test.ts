import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { builtCircuits, checkoutFolders, committedKeys } from './circuit-keys.ts'

const { circuits } = checkoutFolders()!
const norm = join(circuits, 'update-norm')
let cache = ''
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), 'vcp-circuits-'))
})
afterAll(() => rm(cache, { recursive: true, force: true }))

/** A folder as a build leaves it, with a key that is the committed one. */
async function build(hash: string, seconds: number, key = join(norm, 'update-norm.key.json')) {
  const folder = join(cache, `update-norm-small-${hash.repeat(16)}`)
  await mkdir(folder)
  const manifest = JSON.parse(await readFile(join(norm, 'update-norm.manifest.json'), 'utf8'))
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest.variants.small))
  await cp(key, join(folder, 'key.json'))
  await utimes(join(folder, 'key.json'), seconds, seconds)
  return folder
}

test('committed keys are those that their manifests name, with size and setup', async () => {
  const keys = await committedKeys(circuits)
  const found = keys.find(({ name }) => name === 'update-norm')
  expect(found).toMatchObject({ setup: 'development', parameters: [16, 16] })
  expect(await committedKeys(cache)).toEqual([])
})

test('of several builds of a circuit the newest counts, and only whole ones', async () => {
  const other = join(circuits, 'model-diff', 'model-diff.key.json')
  const [older, newer] = [await build('a', 1_000), await build('b', 2_000, other)]
  await mkdir(join(cache, `update-norm-small-${'c'.repeat(16)}`))
  await mkdir(join(cache, 'building-x'))
  const [found, ...more] = await builtCircuits(cache)
  expect(more).toEqual([])
  expect(found?.files.provingKey).toBe(join(newer, 'key.zkey'))
  await rm(newer, { recursive: true })
  expect((await builtCircuits(cache))[0]?.files.provingKey).toBe(join(older, 'key.zkey'))
  expect(await builtCircuits(join(cache, 'nowhere'))).toEqual([])
})
