import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensureNodeKey, type NodeKey } from '../keystore/node-key.ts'
import type { ScryptCost } from '../keystore/scrypt-bounds.ts'
import { createWallet, type Wallet } from '../keystore/wallet.ts'

/** Guessed in no time; for tests that derive many keys. */
export const lowCost: ScryptCost = { n: 16, r: 8, p: 1 }

export const password = 'correct horse battery'

export function makeKey(dataDir: string): NodeKey {
  return ensureNodeKey(dataDir, randomBytes).key
}

export function makeWallet(dataDir: string): Promise<Wallet> {
  return createWallet(dataDir, password, randomBytes, lowCost)
}

/** A backup of a key of its own, cheap to open. */
export async function makeBackup(folder: string): Promise<{ file: string; peerId: string }> {
  mkdirSync(join(folder, 'elsewhere'))
  const key = makeKey(join(folder, 'elsewhere'))
  const file = join(folder, 'backup.json')
  writeFileSync(file, await key.backup(password, randomBytes, lowCost))
  return { file, peerId: key.signer.peerId }
}

/** The secret in a key file, as hex. */
export function secretIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { secret: string }).secret
}

/** Every file of a folder with its content, to see that nothing was lost and nothing left. */
export function contentOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).isFile())
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'latin1')]))
}
