// The verifier of proofs in a browser: bundled without anything of Node, and checking there what
// was proved in Node.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@vcp/proofs'
import { expect, test } from 'vitest'
import { bundlePage, foundByPage } from './browser/bundled-page.ts'
import { findChromium } from './browser/chromium.ts'

const chromium = findChromium()
const skipped = chromium === null ? ' (SKIPPED: no Chromium here)' : ''
const circuits = fileURLToPath(new URL('../circuits/update-norm/', import.meta.url))
const read = (what: string) =>
  JSON.parse(readFileSync(`${circuits}update-norm.${what}.json`, 'utf8'))

test('the verifier is bundled without anything of Node', async () => {
  const { code, ofNode } = await bundlePage('./proofs-page.ts')
  expect(ofNode).toEqual([])
  expect(code).not.toMatch(/["']node:/)
})

// skipped: there is no Chromium on some machines, and the title says so
test.skipIf(chromium === null)(
  `a browser verifies a proof, and refuses a forged one${skipped}`,
  async () => {
    const { proof, signals } = read('proof')
    const served = { key: read('key'), proof, signals }
    const bundle = await bundlePage('./proofs-page.ts')
    const found = await foundByPage(chromium ?? '', bundle, served, 40_000)
    expect(found).toEqual({
      holds: true,
      forged: false,
      forgeableKey: false,
      batch: [true, false, true],
      poseidon: '7853200120776062878684798364095072458815029376092732009249414926327459813530',
      circuits: catalogue.length,
      ms: expect.any(Number),
    })
  },
  120_000,
)
