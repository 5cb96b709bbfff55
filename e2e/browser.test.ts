// The protocol in a browser: bundled without anything of Node, and checking there what Node signed.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'
import { builtinModules } from 'node:module'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { type Nonce, peerIdOf, type Receipt, type Signature, signMessage } from '@vcp/protocol'
import evidence from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test } from 'vitest'
import { findChromium, openInChromium } from './browser/chromium.ts'

const chromium = findChromium()

async function bundle(entry: string) {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
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

/** A node's key made and used by Node's own cryptography, which shares no code with the page. */
function nodeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    peerId: peerIdOf(new Uint8Array(raw)),
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey).toString('hex') as Signature,
  }
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

describe('the protocol in a browser', () => {
  test('is bundled without anything of Node', async () => {
    const { code, imports } = await bundle('./browser/page.ts')
    const ofNode = imports.filter(
      ({ path }) => path.startsWith('node:') || builtinModules.includes(path),
    )
    expect(ofNode).toEqual([])
    expect(code).not.toMatch(/["']node:/)
    expect(code.length).toBeGreaterThan(10_000)
  })

  test.skipIf(chromium === null)(
    `verifies a receipt that Node made${chromium === null ? ' (SKIPPED: no Chromium here)' : ''}`,
    async () => {
      const signer = nodeKey()
      const payload = evidence.signed.receipts[0]?.receipt.payload as Receipt
      const nonce = randomBytes(16).toString('hex') as Nonce
      const text = 'signed in Node'
      const signature = signer.sign(new TextEncoder().encode(text))
      const served = {
        receipt: signMessage('receipt', payload, signer, { nonce, atMs: Date.now() }),
        greeting: { peerId: signer.peerId, text, signature },
        evidence,
      }
      const { code } = await bundle('./browser/page.ts')
      const url = await serve({
        '/': [
          'text/html',
          '<!doctype html><body>waiting</body><script type="module" src="/page.js">' + '</script>',
        ],
        '/page.js': ['text/javascript', code],
        '/served.json': ['application/json', JSON.stringify(served)],
      })

      const page = await openInChromium(chromium ?? '', url, 20_000)
      const found = JSON.parse(/<body>(.*)<\/body>/s.exec(page)?.[1] ?? 'null')
      expect(found).toEqual({
        receipt: true,
        forgedReceipt: false,
        greeting: true,
        evidence: true,
        level: 'replicated',
        steps: expect.arrayContaining([
          'signatures ok',
          'log ok',
          'inclusion ok',
          'owners ok',
          'output unknown',
        ]),
      })
    },
    90_000,
  )
})
