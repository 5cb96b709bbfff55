// Signed notes (C2SP signed-note): a text, a blank line, and a line for each signature over the
// text
//
//     — <key name> base64(4 bytes of key id, signature)
//
// A signature counts only where both name and id are those of a key the reader knows; others may be
// of algorithms and witnesses to come. Only Ed25519 (type 1) is made and checked here.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64, encodeBase64 } from './base64.ts'
import { publicKeyOf, type Signer, type VerifySignature, verifyEd25519 } from './keys.ts'
import { limits } from './limits.ts'
import { type Outcome, pass, refuse } from './outcome.ts'

const LINE_START = '\u2014 '
const ED25519_TYPE = 0x01
const NEWLINE = 0x0a
const KEY_ID_BYTES = 4
const ED25519_KEY_BYTES = 32
const ED25519_SIGNATURE_BYTES = 64

/** A key whose signatures on notes are known. */
export interface NoteVerifier {
  readonly name: string
  /** Eight hex digits: tells keys of one name apart, but is too short to prove anything. */
  readonly keyId: string
  readonly publicKey: Uint8Array
}

export function noteVerifier(name: string, publicKey: Uint8Array): NoteVerifier {
  if (!isKeyName(name)) throw new RangeError(`a key of a note cannot be named ${name}`)
  if (publicKey.length !== ED25519_KEY_BYTES) throw new RangeError('not an Ed25519 public key')
  const encoded = Uint8Array.of(ED25519_TYPE, ...publicKey)
  const hash = sha256(concatBytes(utf8ToBytes(name), Uint8Array.of(NEWLINE), encoded))
  return { name, keyId: bytesToHex(hash.subarray(0, KEY_ID_BYTES)), publicKey }
}

/** How a log hands out its key: `<name>+<key id>+<base64 of type and key>`. */
export function writeVerifierKey({ name, keyId, publicKey }: NoteVerifier): string {
  return `${name}+${keyId}+${encodeBase64(Uint8Array.of(ED25519_TYPE, ...publicKey))}`
}

export function readVerifierKey(text: string): Outcome<NoteVerifier> {
  if (text.length > limits.checkpointBytesMax) {
    return refuse('TOO_LARGE', `a key of ${text.length} characters`)
  }
  const [name = '', keyId = ''] = text.split('+', 2)
  const encoded = decodeBase64(text.slice(name.length + keyId.length + 2))
  if (!isKeyName(name) || !name.isWellFormed() || encoded === null) {
    return refuse('INVALID', 'not a verifier key: <name>+<key id>+<base64>')
  }
  if (encoded[0] !== ED25519_TYPE || encoded.length !== 1 + ED25519_KEY_BYTES) {
    return refuse('INVALID', 'a verifier key of another type than Ed25519')
  }
  const verifier = noteVerifier(name, encoded.subarray(1))
  if (verifier.keyId !== keyId) return refuse('INVALID', 'a key id that is not of this key')
  return pass(verifier)
}

/** Who signs a note, and under which name. */
export interface NoteSigner {
  readonly name: string
  readonly signer: Signer
}

/** Signs a text of ours. Throws where no reader could take the note: a bug of the caller. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const bytes = utf8ToBytes(text)
  const lines = signers.map(({ name, signer }) => {
    const { keyId } = noteVerifier(name, publicKeyOf(signer.peerId)!)
    const signature = encodeBase64(hexToBytes(keyId + signer.sign(bytes)))
    return `${LINE_START}${name} ${signature}\n`
  })
  const note = `${text}\n${lines.join('')}`
  const read = readNote(note)
  if (!read.ok) throw new RangeError(`not a text for a note: ${read.reason}`)
  return note
}

/** A text, and which of the known keys signed it. */
export interface OpenNote {
  readonly text: string
  readonly signedBy: readonly NoteVerifier[]
}

/** The text of a note, if a known key signed it and no signature by a known key is wrong. */
export function openNote(
  note: string,
  known: readonly NoteVerifier[],
  verify: VerifySignature = verifyEd25519,
): Outcome<OpenNote> {
  const read = readNote(note)
  if (!read.ok) return read
  const { text, signatures } = read.value
  const bytes = utf8ToBytes(text)
  const signedBy: NoteVerifier[] = []
  for (const { name, keyId, signature } of signatures) {
    const verifier = known.find((key) => key.name === name && key.keyId === keyId)
    if (verifier === undefined) continue
    if (
      signature.length !== ED25519_SIGNATURE_BYTES ||
      !verify(verifier.publicKey, bytes, signature)
    ) {
      return refuse('SIGNATURE_INVALID', `the signature of ${name}+${keyId} does not verify`)
    }
    if (!signedBy.includes(verifier)) signedBy.push(verifier)
  }
  if (signedBy.length === 0) {
    return refuse('CHECKPOINT_INVALID', `signed by none of the ${known.length} known keys`)
  }
  return pass({ text, signedBy })
}

interface NoteSignature {
  readonly name: string
  readonly keyId: string
  readonly signature: Uint8Array
}

interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

function readNote(note: string): Outcome<Note> {
  const most = limits.checkpointBytesMax
  if (note.length > most || utf8ToBytes(note).length > most) {
    return refuse('TOO_LARGE', `a note of more than ${most} bytes`)
  }
  if (!note.isWellFormed()) return malformed('not valid Unicode')
  if (hasControls(note)) return malformed('a control character other than newline')
  // A text may hold blank lines; signature lines cannot, so the last one divides the note.
  const divide = note.lastIndexOf('\n\n')
  if (divide < 0) return malformed('no blank line before the signatures')
  const lines = note.slice(divide + 2).split('\n')
  if (lines.pop() !== '') return malformed('no newline at the end')
  if (lines.length === 0) return malformed('no signatures')
  if (lines.length > limits.noteSignaturesMax) {
    return refuse('TOO_LARGE', `more than ${limits.noteSignaturesMax} signatures`)
  }
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const signature = readSignature(line)
    if (signature === null) return malformed(`signature line ${signatures.length + 1}`)
    signatures.push(signature)
  }
  return pass({ text: note.slice(0, divide + 1), signatures })
}

function readSignature(line: string): NoteSignature | null {
  if (!line.startsWith(LINE_START)) return null
  const [name, encoded, ...more] = line.slice(LINE_START.length).split(' ')
  if (name === undefined || encoded === undefined || more.length > 0) return null
  const bytes = decodeBase64(encoded)
  if (!isKeyName(name) || bytes === null || bytes.length <= KEY_ID_BYTES) return null
  const keyId = bytesToHex(bytes.subarray(0, KEY_ID_BYTES))
  return { name, keyId, signature: bytes.subarray(KEY_ID_BYTES) }
}

function malformed(what: string) {
  return refuse('CHECKPOINT_INVALID', `not a signed note: ${what}`)
}

/** "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus characters." */
function isKeyName(name: string): boolean {
  return name !== '' && !/[\p{White_Space}+]/u.test(name)
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 && code !== NEWLINE) return true
  }
  return false
}
