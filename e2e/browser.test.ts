// The protocol in a browser: bundled without anything of Node, and checking there what Node signed.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { type Nonce, peerIdOf, type Receipt, type Signature, signMessage } from '@vcp/protocol'
import evidence from '@vcp/protocol/vectors/evidence.json' with { type: 'json' }
import { describe, expect, test } from 'vitest'
import { bundlePage, foundByPage } from './browser/bundled-page.ts'
import { findChromium } from './browser/chromium.ts'

const chromium = findChromium()

/** A node's key made and used by Node's own cryptography, which shares no code with the page. */
function nodeKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    peerId: peerIdOf(new Uint8Array(raw)),
    sign: (bytes: Uint8Array) => sign(null, bytes, privateKey).toString('hex') as Signature,
  }
}

describe('the protocol in a browser', () => {
  test('is bundled without anything of Node', async () => {
    const { code, ofNode } = await bundlePage('./page.ts')
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
      const found = await foundByPage(chromium ?? '', await bundlePage('./page.ts'), served, 20_000)
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
