import { hexToBytes } from '@noble/hashes/utils.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import published from '../vectors/published/signed-note.json' with { type: 'json' }
import { decodeBase64, encodeBase64 } from './base64.ts'
import { publicKeyOf, signerFrom } from './keys.ts'
import { limits } from './limits.ts'
import {
  type NoteVerifier,
  noteVerifier,
  openNote,
  readVerifierKey,
  signNote,
  writeVerifierKey,
} from './signed-note.ts'
import { text as anyText } from './testing/arbitraries.ts'
import { propertyRuns } from './testing/property.ts'

const numRuns = propertyRuns
const ana = signerFrom(new Uint8Array(32).fill(1))
const ben = signerFrom(new Uint8Array(32).fill(2))
const anaKey = noteVerifier('ana.example/log', publicKeyOf(ana.peerId)!)
const benKey = noteVerifier('ben.example', publicKeyOf(ben.peerId)!)
const text = 'first line\n\nthird line\n'
const byAna = { name: anaKey.name, signer: ana }
const byBen = { name: benKey.name, signer: ben }
const note = signNote(text, [byAna])
const anaLine = note.slice(text.length + 1)

function keyOf(encoded: string): NoteVerifier {
  const key = readVerifierKey(encoded)
  if (!key.ok) throw new Error(key.reason)
  return key.value
}

/** A signature line of any key: name, key id and the length of a signature nobody checks. */
function lineOf(name: string, keyId = '00000000', bytes = 64): string {
  const signature = Uint8Array.of(...hexToBytes(keyId), ...new Uint8Array(bytes))
  return `\u2014 ${name} ${encodeBase64(signature)}\n`
}

describe('a published note', () => {
  test.each(published.notes)('opens under its key: $source', (vector) => {
    const key = keyOf(vector.verifier_key)
    expect(openNote(vector.note, [key])).toEqual({
      ok: true,
      value: { text: vector.text, signedBy: [key] },
    })
  })

  test.each(published.notes.filter(({ secret_key }) => secret_key !== undefined))(
    'is what our own signature makes of its text: $source',
    ({ secret_key, key_name, verifier_key, text, note }) => {
      const signer = signerFrom(hexToBytes(secret_key!))
      expect(signNote(text, [{ name: key_name!, signer }])).toBe(note)
      const key = noteVerifier(key_name!, publicKeyOf(signer.peerId)!)
      expect(writeVerifierKey(key)).toBe(verifier_key)
    },
  )

  test.each(published.notes)('opens no more with one character changed: $source', (vector) => {
    const keys = [keyOf(vector.verifier_key)]
    for (let i = 0; i < vector.note.length; i++) {
      for (const other of ['x', '\n']) {
        const forged = vector.note.slice(0, i) + other + vector.note.slice(i + 1)
        if (forged !== vector.note) expect(openNote(forged, keys).ok).toBe(false)
      }
      expect(openNote(vector.note.slice(0, i), keys).ok).toBe(false)
    }
  })
})

describe('a signed note', () => {
  test('names every known key that signed it', () => {
    const both = signNote(text, [byAna, byBen])
    const signedBy = (known: readonly NoteVerifier[]) => {
      const opened = openNote(both, known)
      return opened.ok ? opened.value.signedBy : opened.code
    }
    expect(signedBy([anaKey, benKey])).toEqual([anaKey, benKey])
    expect(signedBy([benKey])).toEqual([benKey])
    expect(signedBy([])).toBe('CHECKPOINT_INVALID')
  })

  test('is refused where a known key has signed something else', () => {
    const other = signNote('another text\n', [byBen]).split('\n\n')[1]!
    const forged = note + other
    expect(openNote(forged, [anaKey]).ok).toBe(true)
    expect(openNote(forged, [anaKey, benKey])).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('may carry the same signature twice, but not a wrong one beside it', () => {
    const twice = openNote(note + anaLine, [anaKey])
    expect(twice.ok && twice.value.signedBy).toEqual([anaKey])
    const wrong = lineOf(anaKey.name, anaKey.keyId)
    expect(openNote(note + wrong, [anaKey])).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(openNote(`${text}\n${wrong}${anaLine}`, [anaKey])).toMatchObject({
      code: 'SIGNATURE_INVALID',
    })
  })

  test('ignores keys that share a name or an id with a known one, but not both', () => {
    const strangers = lineOf(anaKey.name, 'ffffffff') + lineOf('eve.example', anaKey.keyId)
    expect(openNote(note + strangers, [anaKey]).ok).toBe(true)
    expect(openNote(`${text}\n${strangers}`, [anaKey])).toMatchObject({
      code: 'CHECKPOINT_INVALID',
    })
  })

  test('ignores signatures of other algorithms, whatever their length', () => {
    const others = lineOf('short.example', '01020304', 1) + lineOf('long.example', '01020304', 900)
    expect(openNote(note + others, [anaKey]).ok).toBe(true)
  })

  test('is refused with a signature of a known key cut short', () => {
    const short = `${text}\n${lineOf(anaKey.name, anaKey.keyId, 63)}`
    expect(openNote(short, [anaKey])).toMatchObject({ code: 'SIGNATURE_INVALID' })
    const careless = () => true
    expect(openNote(short, [anaKey], careless)).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('is refused when another key goes by the name of the known one', () => {
    const forged = signNote(text, [{ name: anaKey.name, signer: ben }])
    expect(openNote(forged, [anaKey])).toMatchObject({ code: 'CHECKPOINT_INVALID' })
    const sameId = { ...anaKey, publicKey: benKey.publicKey }
    expect(openNote(note, [sameId])).toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test.each([
    ['empty', ''],
    ['a text alone', text],
    ['without a newline at the end', note.slice(0, -1)],
    ['without a newline after the second signature', (note + anaLine).slice(0, -1)],
    ['without signatures', `${text}\n`],
    ['without a blank line', `first line\n${anaLine}`],
    ['with a blank line at the end', `${note}\n`],
    ['with a carriage return before every newline', note.replaceAll('\n', '\r\n')],
    ['with a tab', note.replace('first', 'first\t')],
    ['with a zero', note.replace('first', 'first\0')],
    ['with half a character', note.replace('first', 'first\ud800')],
    ['with a hyphen for the dash', note.replace('\u2014 ', '- ')],
    ['with an en dash for the dash', note.replace('\u2014 ', '\u2013 ')],
    ['without the space after the dash', note.replace('\u2014 ', '\u2014')],
    ['with two spaces after the dash', note.replace('\u2014 ', '\u2014  ')],
    ['with two spaces after the name', note.replace('/log ', '/log  ')],
    ['with a space at the end of a line', note.replace(/\n$/, ' \n')],
    ['with a name that has a plus', note + lineOf('ana+log')],
    ['with a name that has an em space', note + lineOf('ana\u2003log')],
    ['with a name that has a next-line control', note + lineOf('ana\u0085log')],
    ['with a name that has a line separator', note + lineOf('ana\u2028log')],
    ['with a line that has no name', `${note}\u2014  ${anaLine.split(' ')[2]}`],
    ['with a key id and no signature', note + lineOf('eve.example', '00000000', 0)],
    ['with base64 without padding', note.replace(/=*\n$/, '\n')],
    ['with base64 for addresses', `${note}\u2014 eve.example ${'-_'.repeat(12)}\n`],
  ])('is refused %s', (_, forged) => {
    expect(forged).not.toBe(note)
    expect(openNote(forged, [anaKey])).toMatchObject({ ok: false, code: 'CHECKPOINT_INVALID' })
  })

  test('carries as many signatures as the limit says, and no more', () => {
    const more = (count: number) => note + lineOf('eve.example').repeat(count - 1)
    expect(openNote(more(limits.noteSignaturesMax), [anaKey]).ok).toBe(true)
    expect(openNote(more(limits.noteSignaturesMax + 1), [anaKey])).toMatchObject({
      code: 'TOO_LARGE',
    })
  })

  test('is as long as the limit says, in bytes, and no longer', () => {
    const most = limits.checkpointBytesMax
    const fits = `${'a'.repeat(most - Buffer.byteLength(anaLine) - 2)}\n\n${anaLine}`
    expect(Buffer.byteLength(fits)).toBe(most)
    expect(openNote(fits, [anaKey])).toMatchObject({ code: 'SIGNATURE_INVALID' })
    expect(openNote(`a${fits}`, [anaKey])).toMatchObject({ code: 'TOO_LARGE' })
    const wide = `${'\u00e9'.repeat(most / 2)}\n\n${anaLine}`
    expect(wide.length).toBeLessThan(most)
    expect(openNote(wide, [anaKey])).toMatchObject({ code: 'TOO_LARGE' })
    expect(openNote('a'.repeat(10_000_000), [anaKey])).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('is only made where every reader can open it', () => {
    expect(() => signNote('no newline', [byAna])).toThrow(RangeError)
    expect(() => signNote('a\r\n', [byAna])).toThrow(RangeError)
    expect(() => signNote('\ud800\n', [byAna])).toThrow(RangeError)
    expect(() => signNote(text, [])).toThrow(RangeError)
    expect(() => signNote(text, [{ name: 'a b', signer: ana }])).toThrow(RangeError)
    expect(() => signNote(text, [{ name: 'a+b', signer: ana }])).toThrow(RangeError)
    expect(() => signNote(text, [{ name: '', signer: ana }])).toThrow(RangeError)
    expect(() => signNote(`${'a'.repeat(5_000)}\n`, [byAna])).toThrow(RangeError)
    expect(() => signNote(text, Array(17).fill(byAna))).toThrow(RangeError)
  })

  test('opens to the text it was made of', () => {
    const line = anyText.map((part) => part.replaceAll(/\p{Cc}/gu, ''))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.boolean(), (lines, isTwice) => {
        const made = lines.map((part) => `${part}\n`).join('') || '\n'
        const signed = signNote(made, isTwice ? [byAna, byBen] : [byBen])
        expect(openNote(signed, [benKey])).toMatchObject({ ok: true, value: { text: made } })
      }),
      { numRuns },
    )
  })

  test('is answered, whatever it is, without throwing', () => {
    const parts = fc.constantFrom(
      '\n',
      '\n\n',
      '\u2014 ',
      ' ',
      anaLine,
      text,
      anaKey.name,
      '=',
      'A',
    )
    const likely = fc.array(fc.oneof(parts, anyText), { maxLength: 12 }).map((all) => all.join(''))
    const unknown = noteVerifier('nobody.example', anaKey.publicKey)
    fc.assert(
      fc.property(fc.oneof(likely, fc.string({ unit: 'binary' })), (forged) => {
        expect(openNote(forged, [unknown]).ok).toBe(false)
      }),
      { numRuns },
    )
  })
})

describe('a verifier key', () => {
  test('is written and read alike', () => {
    const written = writeVerifierKey(anaKey)
    expect(written).toMatch(/^ana\.example\/log\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/)
    expect(readVerifierKey(written)).toEqual({ ok: true, value: anaKey })
  })

  test.each(published.checkpoints.map(({ verifier_key: key }) => key))(
    'of a public log is read: %s',
    (key) => {
      expect(writeVerifierKey(keyOf(key))).toBe(key)
    },
  )

  const [name, id, key] = writeVerifierKey(benKey).split(/\+(.{8})\+/) as [string, string, string]
  const otherType = encodeBase64(Uint8Array.of(2, ...benKey.publicKey))
  test.each([
    ['empty', ''],
    ['without a key', `${name}+${id}`],
    ['without a name', `+${id}+${key}`],
    ['with a space in the name', `ben example+${id}+${key}`],
    ['with another name', `eve.example+${id}+${key}`],
    ['with another id', `${name}+${'0'.repeat(8)}+${key}`],
    ['with an id in capitals', `${name}+${id.toUpperCase()}+${key}`],
    ['with a key of another type', `${name}+${id}+${otherType}`],
    ['with a key cut short', `${name}+${id}+${encodeBase64(decodeBase64(key)!.slice(0, 32))}`],
    ['with something behind the key', `${name}+${id}+${key}+`],
    [
      'with half a character in the name',
      writeVerifierKey(noteVerifier('\ufffd', benKey.publicKey)).replace('\ufffd', '\ud800'),
    ],
  ])('is refused %s', (_, text) => {
    expect(readVerifierKey(text)).toMatchObject({ ok: false, code: 'INVALID' })
  })

  test('is answered, whatever it is, without throwing', () => {
    const parts = fc.constantFrom('+', name, id, key, '=', 'A')
    const likely = fc.array(fc.oneof(parts, anyText), { maxLength: 7 }).map((all) => all.join(''))
    fc.assert(
      fc.property(likely, (forged) => {
        const read = readVerifierKey(forged)
        if (read.ok) expect(writeVerifierKey(read.value)).toBe(forged)
      }),
      { numRuns },
    )
    expect(readVerifierKey('a'.repeat(10_000_000))).toMatchObject({ code: 'TOO_LARGE' })
  })

  test('is not made of what no reader takes', () => {
    expect(() => noteVerifier('a b', benKey.publicKey)).toThrow(RangeError)
    expect(() => noteVerifier('ben', benKey.publicKey.slice(1))).toThrow(RangeError)
  })
})
