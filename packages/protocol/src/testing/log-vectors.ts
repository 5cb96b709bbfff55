// The golden vectors of the log, made anew from fixed input. They are committed under `vectors/`;
// tests compare. Where the wire changes on purpose, `writeLogVectors` writes them again.
import { writeFileSync } from 'node:fs'
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js'
import { Wallet } from 'ethers/wallet'
import { encodeBase64 } from '../base64.ts'
import { makeCheckpoint } from '../checkpoint.ts'
import { Digest, OwnerAddress } from '../ids.ts'
import { publicKeyOf, signerFrom } from '../keys.ts'
import { consistencyProof, inclusionProof, leafHash, merkleRoot } from '../merkle.ts'
import {
  type NodeBinding,
  nodeBindingHash,
  nodeBindingTypedData,
  type SignedNodeBinding,
} from '../node-binding.ts'
import { noteVerifier, signNote, writeVerifierKey } from '../signed-note.ts'
import { toDigests } from '../tree-head.ts'

const leaves = Array.from({ length: 11 }, (_, i) =>
  Uint8Array.from({ length: 3 * i }, (_, k) => i + k),
)
const hashes = leaves.map((leaf) => leafHash(leaf))

function inclusionOf(index: number, size: number) {
  const path = inclusionProof(hashes.slice(0, size), index)
  return { leaf_index: index, tree_size: size, hashes: toDigests(path) }
}

function consistencyOf(oldSize: number, newSize: number) {
  const path = consistencyProof(hashes.slice(0, newSize), oldSize)
  return { old_size: oldSize, new_size: newSize, hashes: toDigests(path) }
}

export function merkleVectors() {
  const roots = toDigests(leaves.map((_, size) => merkleRoot(hashes.slice(0, size))))
  roots.push(...toDigests([merkleRoot(hashes)]))
  const sizes = [1, 2, 3, 7, 8, 11]
  return {
    about:
      'The Merkle tree of RFC 6962 over these leaves. Bytes are hex. `leaf_hashes[i]` is the ' +
      'hash of leaf i, `roots[n]` the root over the first n leaves. A maker of proofs gives ' +
      'exactly the ones in `inclusion` and `consistency`; a verifier takes them all against ' +
      'leaf and roots, and refuses every one in `refused_inclusion` and `refused_consistency`.',
    leaves: leaves.map((leaf) => bytesToHex(leaf)),
    leaf_hashes: toDigests(hashes),
    roots,
    inclusion: sizes.flatMap((size) => leaves.slice(0, size).map((_, i) => inclusionOf(i, size))),
    consistency: [...sizes, 0].flatMap((oldSize) =>
      sizes.filter((size) => size >= oldSize).map((newSize) => consistencyOf(oldSize, newSize)),
    ),
    refused_inclusion: refusedInclusion(roots),
    refused_consistency: refusedConsistency(roots),
  }
}

function refusedInclusion(roots: readonly Digest[]) {
  const proof = inclusionOf(4, 11)
  const leaf = bytesToHex(leaves[4]!)
  const root = roots[11]!
  const changed = forgedPaths(proof.hashes).map(({ about, hashes }) => ({
    about,
    leaf,
    root,
    proof: { ...proof, hashes },
  }))
  return [
    { about: 'another leaf', leaf: bytesToHex(leaves[5]!), root, proof },
    { about: 'another index', leaf, root, proof: { ...proof, leaf_index: 5 } },
    { about: 'another size', leaf, root, proof: { ...proof, tree_size: 8 } },
    { about: 'a root of another size', leaf, root: roots[10]!, proof },
    ...changed,
  ]
}

function refusedConsistency(roots: readonly Digest[]) {
  const proof = consistencyOf(7, 11)
  const ends = { old_root: roots[7]!, new_root: roots[11]! }
  const same = { old_size: 5, new_size: 5, hashes: [] }
  return [
    { about: 'another old root', ...ends, old_root: roots[6]!, proof },
    { about: 'another new root', ...ends, new_root: roots[10]!, proof },
    { about: 'roots exchanged', old_root: roots[11]!, new_root: roots[7]!, proof },
    { about: 'another old size', ...ends, proof: { ...proof, old_size: 6 } },
    { about: 'equal sizes, unlike roots', old_root: roots[5]!, new_root: roots[6]!, proof: same },
    {
      about: 'no leaves under a root that is not the hash of nothing',
      old_root: roots[1]!,
      new_root: roots[1]!,
      proof: { old_size: 0, new_size: 0, hashes: [] },
    },
    ...forgedPaths(proof.hashes).map(({ about, hashes }) => ({
      about,
      ...ends,
      proof: { ...proof, hashes },
    })),
  ]
}

function forgedPaths(path: readonly Digest[]) {
  const bitOff = Digest.parse(path[1]!.replace(/^./, (digit) => (+`0x${digit}` ^ 1).toString(16)))
  return [
    { about: 'the first hash missing', hashes: path.slice(1) },
    { about: 'the last hash missing', hashes: path.slice(0, -1) },
    { about: 'no hashes', hashes: [] },
    { about: 'a hash too many', hashes: [...path, path[0]!] },
    { about: 'two hashes exchanged', hashes: [path[1]!, path[0]!, ...path.slice(2)] },
    { about: 'one bit changed', hashes: path.with(1, bitOff) },
  ]
}

const logSecret = '11'.repeat(32)
const otherSecret = '22'.repeat(32)
const origin = 'vcp.example/log'

export function checkpointVectors() {
  const signer = signerFrom(hexToBytes(logSecret))
  const other = signerFrom(hexToBytes(otherSecret))
  const rootHash = toDigests([merkleRoot(hashes)])[0]!
  const root = encodeBase64(merkleRoot(hashes))
  const signed = (text: string) => signNote(text, [{ name: origin, signer }])
  const note = makeCheckpoint({ origin, treeSize: 11, rootHash }, signer)
  const [body = '', line = ''] = note.split('\n\n')
  const byOther = signNote(`${body}\n`, [{ name: 'witness.example', signer: other }])
  const otherLine = byOther.split('\n\n')[1]!
  const accept = (about: string, note: string, treeSize = 11, extensions: string[] = []) => {
    return { about, note, tree_size: treeSize, root_hash: rootHash, extensions }
  }
  const refused = (code: string, about: string, note: string) => ({ about, code, note })
  const { verifier, witness } = keysOf(signer.peerId, other.peerId)
  return {
    about:
      'Checkpoints (C2SP tlog-checkpoint) of a log, signed with TEST KEYS that everybody ' +
      'knows. A signer with `log_secret` (Ed25519 seed, hex) makes exactly the first one of ' +
      '`accepted`. A reader who knows `origin` and `verifier_key`, and no other key, opens ' +
      'every one of `accepted` to these values and refuses every one of `refused`, with this ' +
      'code.',
    log_secret: logSecret,
    witness_secret: otherSecret,
    origin,
    verifier_key: verifier,
    witness_key: witness,
    accepted: [
      accept('a head of eleven leaves', note),
      accept('with a signature of a witness', note + otherLine),
      accept(
        'with a size that needs 53 bits',
        signed(`${origin}\n${2 ** 53 - 1}\n${root}\n`),
        2 ** 53 - 1,
      ),
      accept('with extension lines', signed(`${origin}\n11\n${root}\nx 1\ny\n`), 11, ['x 1', 'y']),
    ],
    refused: [
      refused('SIGNATURE_INVALID', 'another size', note.replace('\n11\n', '\n12\n')),
      refused('SIGNATURE_INVALID', 'a second, wrong signature', `${note}${wrongLine(line)}\n`),
      refused('CHECKPOINT_INVALID', 'signed by the witness alone', byOther),
      refused(
        'CHECKPOINT_INVALID',
        'the key under another name',
        note.replace(`${'\u2014'} vcp`, '\u2014 vcq'),
      ),
      refused('CHECKPOINT_INVALID', 'of another log', signed(`other.example/log\n11\n${root}\n`)),
      refused(
        'CHECKPOINT_INVALID',
        'a size with a leading zero',
        signed(`${origin}\n011\n${root}\n`),
      ),
      refused('CHECKPOINT_INVALID', 'a size of 2^53', signed(`${origin}\n${2 ** 53}\n${root}\n`)),
      refused(
        'CHECKPOINT_INVALID',
        'a root without padding',
        signed(`${origin}\n11\n${root.slice(0, -1)}\n`),
      ),
      refused('CHECKPOINT_INVALID', 'no newline at the end', note.slice(0, -1)),
      refused('CHECKPOINT_INVALID', 'no blank line', note.replace('\n\n', '\n')),
      refused('CHECKPOINT_INVALID', 'carriage returns', note.replaceAll('\n', '\r\n')),
      refused('TOO_LARGE', 'seventeen signatures', note + otherLine.repeat(16)),
    ],
  }
}

function keysOf(...peers: readonly Parameters<typeof publicKeyOf>[0][]) {
  const [verifier = '', witness = ''] = peers.map((peer, i) =>
    writeVerifierKey(noteVerifier(i === 0 ? origin : 'witness.example', publicKeyOf(peer)!)),
  )
  return { verifier, witness }
}

/** The same line with another signature: its last byte is another one. */
function wrongLine(line: string): string {
  return line.trimEnd().replace(/(.)(=*)$/, (_, digit: string, pad: string) => {
    return `${digit === 'A' ? 'Q' : 'A'}${pad}`
  })
}

const ownerSecret = `0x${'33'.repeat(32)}`
const otherOwnerSecret = `0x${'44'.repeat(32)}`
const context = { now_ms: 1_790_000_000_000, network: 'test' }

export function nodeBindingVectors() {
  const owner = new Wallet(ownerSecret)
  const other = new Wallet(otherOwnerSecret)
  const binding: NodeBinding = {
    owner: OwnerAddress.parse(owner.address.toLowerCase()),
    peer_id: signerFrom(hexToBytes(logSecret)).peerId,
    network: context.network,
    issued_at_ms: 1_789_999_990_000,
    expires_at_ms: 1_821_535_990_000,
  }
  const sign = (wallet: Wallet, changes: Partial<NodeBinding> = {}): SignedNodeBinding => {
    const changed = { ...binding, ...changes }
    const { serialized } = wallet.signingKey.sign(nodeBindingHash(changed))
    return { ...changed, signature: serialized }
  }
  const signed = sign(owner)
  const { issued_at_ms: issued, expires_at_ms: expires } = binding
  const otherPeer = signerFrom(hexToBytes(otherSecret)).peerId
  const otherAddress = OwnerAddress.parse(other.address.toLowerCase())
  return {
    about:
      'EIP-712 bindings of a node key to an owner, signed with TEST KEYS that everybody knows: ' +
      '`owner_secret` (secp256k1) and `node_secret` (Ed25519 seed). A wallet given `typed_data` ' +
      'as the second parameter of eth_signTypedData_v4 signs `hash` and gives the signature in ' +
      '`accepted`. At the time and on the network of `context`, a verifier takes `accepted` and ' +
      'refuses every one of `refused`.',
    owner_secret: ownerSecret,
    node_secret: logSecret,
    context,
    typed_data: nodeBindingTypedData(binding),
    hash: nodeBindingHash(binding),
    accepted: signed,
    refused: [
      { about: 'another owner named', binding: { ...signed, owner: otherAddress } },
      { about: 'another node named', binding: { ...signed, peer_id: otherPeer } },
      { about: 'another network named', binding: { ...signed, network: 'main' } },
      { about: 'made for another network', binding: sign(owner, { network: 'main' }) },
      { about: 'issued later than signed', binding: { ...signed, issued_at_ms: issued + 1 } },
      { about: 'expiring later than signed', binding: { ...signed, expires_at_ms: expires + 1 } },
      { about: 'signed by another wallet', binding: sign(other, { owner: binding.owner }) },
      { about: 'expired', binding: sign(owner, { expires_at_ms: context.now_ms }) },
      { about: 'from the future', binding: sign(owner, { issued_at_ms: context.now_ms + 10_001 }) },
      { about: 'expiring before it is issued', binding: sign(owner, { expires_at_ms: issued }) },
      { about: 's in the upper half', binding: { ...signed, signature: highS(signed.signature) } },
      { about: 'v as a parity', binding: { ...signed, signature: withParity(signed.signature) } },
    ],
  }
}

/** The other signature of the same message: n - s, and the other v. */
export function highS(signature: string): string {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const s = order - BigInt(`0x${signature.slice(66, 130)}`)
  const v = signature.endsWith('1b') ? '1c' : '1b'
  return `${signature.slice(0, 66)}${s.toString(16).padStart(64, '0')}${v}`
}

function withParity(signature: string): string {
  return `${signature.slice(0, 130)}${signature.endsWith('1b') ? '00' : '01'}`
}

export function writeLogVectors(folder: URL): void {
  const files = {
    'merkle.json': merkleVectors(),
    'checkpoint.json': checkpointVectors(),
    'node-binding.json': nodeBindingVectors(),
  }
  for (const [name, vectors] of Object.entries(files)) {
    writeFileSync(new URL(name, folder), `${JSON.stringify(vectors, null, 2)}\n`)
  }
}
