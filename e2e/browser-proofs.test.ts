// The verifier of proofs in a browser: bundled without anything of Node, and checking there what
// was proved in Node.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { builtinModules } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { catalogue } from '@vcp/proofs'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { findChromium, openInChromium } from './browser/chromium.ts'

const chromium = findChromium()
const skipped = chromium === null ? ' (SKIPPED: no Chromium here)' : ''
const circuits = fileURLToPath(new URL('../circuits/update-norm/', import.meta.url))
const read = (what: string) =>
  JSON.parse(readFileSync(`${circuits}update-norm.${what}.json`, 'utf8'))

async function bundle() {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL('./browser/proofs-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['source'],
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  return { code: outputFiles[0]?.text ?? '', imports }
}

async function serve(files: Readonly<Record<string, readonly [type: string, text: string]>>) {
  const server = createServer((request, response) => {
    const [type, text] = files[request.url ?? ''] ?? ['text/plain', '']
    response.writeHead(text === '' ? 404 : 200, { 'content-type': type }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

test('the verifier is bundled without anything of Node', async () => {
  const { code, imports } = await bundle()
  const ofNode = imports.filter(
    ({ path }) => path.startsWith('node:') || builtinModules.includes(path),
  )
  expect(ofNode).toEqual([])
  expect(code).not.toMatch(/["']node:/)
})

// skipped: there is no Chromium on some machines, and the title says so
test.skipIf(chromium === null)(
  `a browser verifies a proof, and refuses a forged one${skipped}`,
  async () => {
    const { code } = await bundle()
    const { proof, signals } = read('proof')
    const script = '<script type="module" src="/page.js"></script>'
    const url = await serve({
      '/': ['text/html', `<!doctype html><body>waiting</body>${script}`],
      '/page.js': ['text/javascript', code],
      '/served.json': ['application/json', JSON.stringify({ key: read('key'), proof, signals })],
    })
    const page = await openInChromium(chromium ?? '', url, 40_000)
    const found = JSON.parse(/<body>(.*)<\/body>/s.exec(page)?.[1] ?? 'null')
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
