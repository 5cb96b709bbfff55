// Puts a key from a backup in place. Whatever stood there is kept beside it, and there is no moment
// without a key.
import { rmSync } from 'node:fs'
import { VcpError } from '@vcp/protocol'
import { openDataFolder } from './data-folder.ts'
import type { SealedKey } from './key-backup.ts'
import { findNodeKey, nodeKeyFile, writeNodeKey } from './node-key.ts'
import { isDiskFull, placeBeside } from './secret-file.ts'

export interface Wish {
  /** Whether another key that is there may be set aside; a damaged one always is. */
  readonly replaces: boolean
  readonly nowMs: () => number
  /** Asked only when the restore can go through. */
  readonly password: () => Promise<string>
}

export interface Restored {
  /** False where the same key was in place already. */
  readonly changed: boolean
  /** Where the key or the damaged file that stood there is now. */
  readonly kept: string | null
}

type Place =
  | { readonly holds: 'nothing' }
  | { readonly holds: 'same' }
  | { readonly holds: 'other' | 'damage'; readonly keepAs: string }

export async function restoreNodeKey(
  dataDir: string,
  sealed: SealedKey,
  { replaces, nowMs, password }: Wish,
): Promise<Restored> {
  examine(dataDir, sealed, replaces, nowMs)
  openDataFolder(dataDir)
  const secret = await sealed.open(await password())
  // Once more: typing a password takes time, in which a node may have started and made a key.
  const place = examine(dataDir, sealed, replaces, nowMs)
  if (place.holds === 'same') return { changed: false, kept: null }
  if (place.holds === 'nothing') {
    if (!writeNodeKey(dataDir, secret, { replaces: false })) throw exists(dataDir)
    return { changed: true, kept: null }
  }
  const kept = setAside(nodeKeyFile(dataDir), place.keepAs, nowMs)
  try {
    writeNodeKey(dataDir, secret, { replaces: true })
  } catch (error) {
    rmSync(kept) // the key is still in its place; this was its second name
    throw error
  }
  return { changed: true, kept }
}

function examine(
  dataDir: string,
  sealed: SealedKey,
  replaces: boolean,
  nowMs: () => number,
): Place {
  const file = nodeKeyFile(dataDir)
  try {
    const present = findNodeKey(dataDir)
    if (present === null) return { holds: 'nothing' }
    const { peerId } = present.signer
    if (peerId === sealed.peerId) return { holds: 'same' }
    if (!replaces) throw exists(dataDir, peerId)
    return { holds: 'other', keepAs: `${file}.${peerId}.old` }
  } catch (error) {
    if (!(error instanceof VcpError) || error.code !== 'KEY_CORRUPT') throw error
    return { holds: 'damage', keepAs: `${file}.corrupt-${nowMs()}` }
  }
}

function setAside(file: string, keepAs: string, nowMs: () => number): string {
  const names = [keepAs, `${keepAs}-${nowMs()}`]
  try {
    const kept = names.find((name) => placeBeside(file, name))
    if (kept !== undefined) return kept
  } catch (cause) {
    if (isDiskFull(cause)) throw new VcpError('DISK_FULL', { cause })
    throw new VcpError('DATA_FOLDER_UNUSABLE', {
      message: `${file} cannot be kept as ${keepAs}`,
      hint: `Move ${file} away by hand, then run the command again.`,
      cause,
    })
  }
  throw new VcpError('DATA_FOLDER_UNUSABLE', {
    message: `${file} cannot be kept: ${names.join(' and ')} are taken`,
    hint: 'Move one of them away, then run the command again.',
  })
}

function exists(dataDir: string, peerId?: string): VcpError {
  const whose = peerId === undefined ? '' : `, ${peerId}`
  return new VcpError('KEY_EXISTS', {
    message: `${nodeKeyFile(dataDir)} holds another node key${whose}`,
    details: { file: nodeKeyFile(dataDir), peer_id: peerId ?? null },
  })
}
