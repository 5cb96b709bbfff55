// Checkpoints (C2SP tlog-checkpoint): the signed note by which a log commits itself to a tree
//
//     <origin>
//     <size, decimal>
//     <root hash, base64>
//
// Whoever keeps one can later ask for a consistency proof; a log that rewrote its history has none.
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { Digest } from './ids.ts'
import type { Signer, VerifySignature } from './keys.ts'
import { type Outcome, pass, refuse } from './outcome.ts'
import { type NoteVerifier, openNote, signNote } from './signed-note.ts'
import type { TreeHead } from './tree-head.ts'

export interface Checkpoint extends TreeHead {
  /** Which log: a name such as `coordinator.example/log`, for ever the same. */
  readonly origin: string
  /** Lines that other logs add. Ours has none: monitors cannot audit them. */
  readonly extensions: readonly string[]
}

/** A log whose checkpoints are to be believed. A log of ours names its key after its origin. */
export interface KnownLog {
  readonly origin: string
  readonly verifier: NoteVerifier
}

/** Signs the head of our log. The key is named after the origin. */
export function makeCheckpoint(
  { origin, treeSize, rootHash }: TreeHead & { readonly origin: string },
  signer: Signer,
): string {
  const text = `${origin}\n${treeSize}\n${encodeBase64(hexToBytes(rootHash))}\n`
  const read = readCheckpoint(text)
  if (!read.ok) throw new RangeError(`not a head of a log: ${read.reason}`)
  return signNote(text, [{ name: origin, signer }])
}

/** What a log has signed; refuses checkpoints of other logs and of nobody. */
export function openCheckpoint(
  note: string,
  log: KnownLog,
  verify?: VerifySignature,
): Outcome<Checkpoint> {
  const opened = openNote(note, [log.verifier], verify)
  if (!opened.ok) return opened
  const read = readCheckpoint(opened.value.text)
  if (read.ok && read.value.origin !== log.origin) {
    return refuse('CHECKPOINT_INVALID', `a checkpoint of another log than ${log.origin}`)
  }
  return read
}

function readCheckpoint(text: string): Outcome<Checkpoint> {
  const lines = text.slice(0, -1).split('\n')
  if (lines.includes('')) return malformed('an empty line')
  const [origin, size, root, ...extensions] = lines
  if (origin === undefined || size === undefined || root === undefined) {
    return malformed('fewer than three lines')
  }
  const treeSize = Number(size)
  if (!/^(0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(treeSize)) {
    return malformed('a size that is not a decimal number below 2^53')
  }
  const hash = decodeBase64(root)
  if (hash?.length !== 32) return malformed('a root that is not 32 bytes in base64')
  return pass({ origin, treeSize, rootHash: bytesToHex(hash) as Digest, extensions })
}

function malformed(what: string) {
  return refuse('CHECKPOINT_INVALID', `not a checkpoint: ${what}`)
}
