import { hexToBytes } from '@noble/hashes/utils.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import vectors from '../vectors/checkpoint.json' with { type: 'json' }
import rfc6962 from '../vectors/published/rfc6962.json' with { type: 'json' }
import published from '../vectors/published/signed-note.json' with { type: 'json' }
import { encodeBase64 } from './base64.ts'
import { type KnownLog, makeCheckpoint, openCheckpoint } from './checkpoint.ts'
import { Digest } from './ids.ts'
import { publicKeyOf, signerFrom } from './keys.ts'
import { limits } from './limits.ts'
import { verifyInclusion } from './merkle.ts'
import { noteVerifier, readVerifierKey, signNote } from './signed-note.ts'
import { checkpointVectors } from './testing/log-vectors.ts'
import { propertyRuns } from './testing/property.ts'

const numRuns = propertyRuns
const signer = signerFrom(new Uint8Array(32).fill(3))
const origin = 'coordinator.example/log'
const log: KnownLog = { origin, verifier: noteVerifier(origin, publicKeyOf(signer.peerId)!) }
const rootHash = Digest.parse('ab'.repeat(32))
const root64 = encodeBase64(hexToBytes(rootHash))
const head = { origin, treeSize: 1_234_567, rootHash }
const note = makeCheckpoint(head, signer)

/** A checkpoint of the log's own key over whatever text. */
const signed = (text: string) => signNote(text, [{ name: origin, signer }])

function publishedLog(vector: (typeof published.checkpoints)[number]): KnownLog {
  const key = readVerifierKey(vector.verifier_key)
  if (!key.ok) throw new Error(key.reason)
  return { origin: vector.origin, verifier: key.value }
}

describe('a checkpoint of a public log', () => {
  test.each(published.checkpoints)('opens: $source, $tree_size leaves', (vector) => {
    expect(openCheckpoint(vector.note, publishedLog(vector))).toEqual({
      ok: true,
      value: {
        origin: vector.origin,
        treeSize: vector.tree_size,
        rootHash: vector.root_hash,
        extensions: [],
      },
    })
  })

  test.each(published.checkpoints)('of $source opens no more with a bit changed', (vector) => {
    const known = publishedLog(vector)
    for (let i = 0; i < vector.note.length; i++) {
      const other = String.fromCharCode(vector.note.charCodeAt(i) ^ (1 << (i % 7)))
      const forged = vector.note.slice(0, i) + other + vector.note.slice(i + 1)
      expect(openCheckpoint(forged, known).ok).toBe(false)
    }
  })

  test('and the proof of an entry lead from the log to its key to the entry', () => {
    const entry = rfc6962.public_logs[1]!
    const { leaf_index: index, tree_size: size, hashes } = entry.proof
    const vector = published.checkpoints.find(({ tree_size }) => tree_size === size)!
    const opened = openCheckpoint(vector.note, publishedLog(vector))
    if (!opened.ok) throw new Error(opened.reason)
    const root = hexToBytes(opened.value.rootHash)
    const proof = hashes.map((hash) => hexToBytes(hash))
    const claim = { leafHash: hexToBytes(entry.leaf_hash), index, size, proof, root }
    expect(verifyInclusion(claim)).toBe(true)
  })
})

describe('the golden checkpoints', () => {
  test('are what this code makes of the same input', () => {
    expect(checkpointVectors()).toEqual(vectors)
  })

  const [known] = [readVerifierKey(vectors.verifier_key)]
  const verifier = known.ok ? known.value : log.verifier
  const goldenLog = { origin: vectors.origin, verifier }

  test.each(vectors.accepted)('open: $about', ({ note, tree_size, root_hash, extensions }) => {
    expect(openCheckpoint(note, goldenLog)).toEqual({
      ok: true,
      value: { origin: vectors.origin, treeSize: tree_size, rootHash: root_hash, extensions },
    })
  })

  test.each(vectors.refused)('are refused with $code: $about', ({ note, code }) => {
    expect(openCheckpoint(note, goldenLog)).toMatchObject({ ok: false, code })
  })
})

describe('a checkpoint', () => {
  test('says what the log committed itself to', () => {
    expect(note).toContain(`${origin}\n1234567\n${root64}\n\n\u2014 ${origin} `)
    expect(openCheckpoint(note, log)).toEqual({ ok: true, value: { ...head, extensions: [] } })
  })

  test('may carry lines that other logs add', () => {
    const text = `${origin}\n7\n${root64}\none line\nanother\n`
    const opened = openCheckpoint(signed(text), log)
    expect(opened.ok && opened.value.extensions).toEqual(['one line', 'another'])
  })

  test.each([0, 1, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER])(
    'may cover %i leaves',
    (treeSize) => {
      const made = makeCheckpoint({ origin, treeSize, rootHash }, signer)
      expect(openCheckpoint(made, log)).toMatchObject({ ok: true, value: { treeSize } })
    },
  )

  test.each([
    ['another size', note.replace('1234567', '1234568')],
    ['another root', note.replace(root64, encodeBase64(new Uint8Array(32)))],
    ['another origin', note.replace(origin, 'eve.example/log')],
    ['a line more', note.replace('\n\n', '\nmore\n\n')],
  ])('is refused with %s than was signed', (_, forged) => {
    expect(forged).not.toBe(note)
    expect(openCheckpoint(forged, log)).toMatchObject({ ok: false, code: 'SIGNATURE_INVALID' })
  })

  test('of another log is refused, even where one key signs for both', () => {
    const other = signed(`other.example/log\n5\n${root64}\n`)
    expect(openCheckpoint(other, log)).toMatchObject({ code: 'CHECKPOINT_INVALID' })
    const stranger = makeCheckpoint(head, signerFrom(new Uint8Array(32).fill(4)))
    expect(openCheckpoint(stranger, log)).toMatchObject({ code: 'CHECKPOINT_INVALID' })
  })

  test.each([
    ['no size', `${origin}\n`],
    ['no root', `${origin}\n5\n`],
    ['an empty origin', `\n5\n${root64}\n`],
    ['an empty line', `${origin}\n5\n\n${root64}\n`],
    ['an empty line at the end', `${origin}\n5\n${root64}\n\n`],
    ['an empty size', `${origin}\n\n${root64}\n`],
    ['a leading zero', `${origin}\n05\n${root64}\n`],
    ['two zeros', `${origin}\n00\n${root64}\n`],
    ['a sign', `${origin}\n+5\n${root64}\n`],
    ['a negative size', `${origin}\n-5\n${root64}\n`],
    ['a fraction', `${origin}\n5.0\n${root64}\n`],
    ['an exponent', `${origin}\n5e0\n${root64}\n`],
    ['a size in hex', `${origin}\n0x5\n${root64}\n`],
    ['a space before the size', `${origin}\n 5\n${root64}\n`],
    ['digits of another script', `${origin}\n\u0665\n${root64}\n`],
    ['a size of 2^53', `${origin}\n9007199254740992\n${root64}\n`],
    ['a size of 2^64', `${origin}\n18446744073709551616\n${root64}\n`],
    ['a root of 31 bytes', `${origin}\n5\n${encodeBase64(new Uint8Array(31))}\n`],
    ['a root of 33 bytes', `${origin}\n5\n${encodeBase64(new Uint8Array(33))}\n`],
    ['a root without padding', `${origin}\n5\n${root64.slice(0, -1)}\n`],
    ['a root with bits behind its end', `${origin}\n5\n${'A'.repeat(42)}B=\n`],
    ['a root in hex', `${origin}\n5\n${rootHash}\n`],
  ])('is refused with %s, though the log signed it', (_, text) => {
    expect(openCheckpoint(signed(text), log)).toMatchObject({
      ok: false,
      code: 'CHECKPOINT_INVALID',
    })
  })

  test('is only made where every reader can open it', () => {
    for (const change of [
      { treeSize: -1 },
      { treeSize: 1.5 },
      { treeSize: 2 ** 53 },
      { treeSize: Number.NaN },
      { origin: '' },
      { origin: 'a b' },
      { origin: 'a\nb' },
      { origin: 'a'.repeat(limits.checkpointBytesMax) },
    ]) {
      expect(() => makeCheckpoint({ ...head, ...change }, signer)).toThrow(RangeError)
    }
  })

  test('is answered, whatever its text, without throwing', () => {
    const pieces = fc.constantFrom(origin, '\n', '5', '0', root64, '\u2014', ' ', 'x', '=')
    const texts = fc.array(pieces, { minLength: 1, maxLength: 9 }).map((all) => `${all.join('')}\n`)
    fc.assert(
      fc.property(texts, (text) => {
        const opened = openCheckpoint(signed(text), log, () => true)
        if (opened.ok) {
          const { treeSize, rootHash: root, extensions } = opened.value
          const lines = [origin, treeSize, encodeBase64(hexToBytes(root)), ...extensions]
          expect(lines.map((line) => `${line}\n`).join('')).toBe(text)
        }
      }),
      { numRuns },
    )
  })
})
