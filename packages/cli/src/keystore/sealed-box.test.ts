import { randomBytes } from 'node:crypto'
import { signerFrom } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { openSealed, sealFor } from './sealed-box.ts'

const secrets = [1, 2, 3].map((byte) => Buffer.alloc(32, byte))
const [ana, ben, eve] = secrets.map((secret) => ({ secret, id: signerFrom(secret).peerId }))
const bytes = new TextEncoder().encode('{"salt":"77"}')

describe('a sealed box', () => {
  test('is read by each of those it is sealed to, and by nobody else', () => {
    const box = sealFor([ana!.id, ben!.id], bytes)
    for (const { id, secret } of [ana!, ben!]) {
      const opened = openSealed(id, secret, box)
      expect(opened.ok && Buffer.from(opened.value).toString()).toBe('{"salt":"77"}')
    }
    expect(openSealed(eve!.id, eve!.secret, box)).toMatchObject({ code: 'NOT_ALLOWED' })
    expect(openSealed(ana!.id, eve!.secret, box)).toMatchObject({ code: 'INVALID' })
    expect(Buffer.from(box).includes('salt')).toBe(false)
  })

  test('is open to keys of every kind: the map between the curves holds for each', () => {
    for (let i = 0; i < 20; i++) {
      const secret = randomBytes(32)
      const { peerId } = signerFrom(secret)
      expect(openSealed(peerId, secret, sealFor([peerId], bytes)).ok).toBe(true)
    }
  })

  test('that was changed anywhere is refused', () => {
    const text = new TextDecoder().decode(sealFor([ana!.id], bytes))
    const box = JSON.parse(text) as { body: string; ephemeral: string; readers: object }
    const flipped = (base64: string) => {
      const raw = Buffer.from(base64, 'base64')
      raw[20] = raw[20]! ^ 1
      return raw.toString('base64')
    }
    const [wrapped] = Object.values(box.readers) as [string]
    const zero = Buffer.alloc(32).toString('base64')
    const changes = [
      { body: flipped(box.body) },
      { ephemeral: flipped(box.ephemeral) },
      { ephemeral: zero },
      { readers: { [ana!.id]: flipped(wrapped) } },
      { readers: { [ana!.id]: box.body } },
    ]
    for (const change of changes) {
      const changed = new TextEncoder().encode(JSON.stringify({ ...box, ...change }))
      expect(openSealed(ana!.id, ana!.secret, changed)).toMatchObject({ ok: false })
    }
    expect(openSealed(ana!.id, ana!.secret, bytes)).toMatchObject({ code: 'INVALID' })
    expect(openSealed(ana!.id, ana!.secret, Buffer.of(1))).toMatchObject({ code: 'INVALID' })
  })
})
