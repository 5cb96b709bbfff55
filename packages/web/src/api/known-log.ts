// Whose log this browser believes: the key that was named when it first looked is kept, and any
// other is called out. The newest head that was seen is kept too, so that a history that was
// rewritten since shows.
import { checkConsistency, type KnownLog, openCheckpoint, readVerifierKey } from '@vcp/protocol'
import { ask } from './ask.ts'

export type Belief =
  | { readonly kind: 'known'; readonly log: KnownLog; readonly key: string }
  | { readonly kind: 'changed'; readonly kept: string; readonly named: string }
  | { readonly kind: 'unreadable'; readonly reason: string }

const keyPlace = 'vcp.log-key'
const headPlace = 'vcp.log-head'

export async function askBelief(signal?: AbortSignal): Promise<Belief> {
  const { log_key: named } = await ask('health', signal === undefined ? {} : { signal })
  const kept = localStorage.getItem(keyPlace) ?? named
  if (kept !== named) return { kind: 'changed', kept, named }
  const verifier = readVerifierKey(kept)
  if (!verifier.ok) return { kind: 'unreadable', reason: verifier.reason }
  localStorage.setItem(keyPlace, kept)
  return {
    kind: 'known',
    log: { origin: verifier.value.name, verifier: verifier.value },
    key: kept,
  }
}

/** Takes another key from now on, and forgets what was seen under the old one. */
export function forgetLog(): void {
  localStorage.removeItem(keyPlace)
  localStorage.removeItem(headPlace)
}

export interface HeadSeen {
  readonly treeSize: number
  readonly rootHash: string
  /** Whether the history that was seen before is the beginning of this one. */
  readonly continuity: 'first' | 'same' | 'consistent'
  readonly before: number | null
  readonly note: string
}

/** The newest head, its signature and its history checked here; fails with what is wrong. */
export async function askHead(signal?: AbortSignal): Promise<HeadSeen> {
  const belief = await askBelief(signal)
  if (belief.kind === 'changed') throw new Error('the log has another key than before')
  if (belief.kind === 'unreadable') throw new Error(belief.reason)
  const note = await ask('ledgerHead', signal === undefined ? {} : { signal })
  const head = openCheckpoint(note, belief.log)
  if (!head.ok) throw new Error(head.reason)
  const { treeSize, rootHash } = head.value
  const kept = localStorage.getItem(headPlace)
  const before = kept === null ? null : openCheckpoint(kept, belief.log)
  const seen = { treeSize, rootHash, note }
  if (before === null || !before.ok) {
    localStorage.setItem(headPlace, note)
    return { ...seen, continuity: 'first', before: null }
  }
  const old = before.value
  if (old.treeSize === treeSize) {
    if (old.rootHash !== rootHash) throw new Error('two heads of one size differ: a forked log')
    return { ...seen, continuity: 'same', before: old.treeSize }
  }
  if (old.treeSize > treeSize) {
    throw new Error(`the log had ${old.treeSize} entries before, and has ${treeSize} now`)
  }
  const query = { from: old.treeSize, to: treeSize }
  const proof = await ask('ledgerConsistency', { query, ...(signal && { signal }) })
  const holds = checkConsistency(proof, old, head.value)
  if (!holds.ok) throw new Error(`history was rewritten: ${holds.reason}`)
  localStorage.setItem(headPlace, note)
  return { ...seen, continuity: 'consistent', before: old.treeSize }
}
