// The ledger routes of a coordinator over a log in memory, as the table of routes has them.
import type { ServerResponse } from 'node:http'
import {
  type AccountId,
  type Digest,
  type ErrorCode,
  entryDigest,
  errors,
  inclusionProof,
  type LedgerEntry,
  type LedgerEvent,
  leafBytes,
  leafHash,
  makeCheckpoint,
  merkleRoot,
  noteVerifier,
  publicKeyOf,
  routes,
  type Signer,
  signerFrom,
  toDigests,
  wireErrors,
  writeVerifierKey,
} from '@vcp/protocol'
import { health, serve } from './coordinator.ts'

export const origin = 'test.example/log'
export const signer = signerFrom(new Uint8Array(32).fill(0xc3))
export const keyOfLog = (by: Signer = signer) =>
  writeVerifierKey(noteVerifier(origin, publicKeyOf(by.peerId) ?? new Uint8Array()))

/** As many entries as asked for, each continuing the one before. */
export function entriesOf(count: number): readonly LedgerEntry[] {
  const account_id = '019f0000-0000-7000-8000-000000000001' as AccountId
  const event: LedgerEvent = { type: 'account-opened', account_id }
  let previous: Digest | null = null
  return Array.from({ length: count }, (_, index) => {
    const entry: LedgerEntry = { index, at_ms: 1_790_000_000_000 + index, previous, event }
    previous = entryDigest(leafBytes(entry))
    return entry
  })
}

export interface LedgerServer {
  readonly entries: readonly LedgerEntry[]
  /** The entries that the head is of, where they are others than those it shows. */
  readonly signed?: readonly LedgerEntry[]
  readonly signer?: Signer
  /** Without it, reading entries is for everybody. */
  readonly apiKey?: string
  /** How many requests for entries are put off first. */
  readonly busy?: number
}

/** Serves a log until the test ends; gives its URL. */
export function serveLedger(server: LedgerServer): Promise<string> {
  const { entries, signed = entries, signer: by = signer, apiKey } = server
  const hashes = signed.map((entry) => leafHash(leafBytes(entry)))
  const [rootHash] = toDigests([merkleRoot(hashes)])
  const head = { origin, treeSize: signed.length, rootHash: rootHash as Digest }
  let busy = server.busy ?? 0
  return serve((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    switch (pathname) {
      case routes.health.path:
        return answer(response, { ...health, log_key: keyOfLog(by) })
      case routes.ledgerHead.path:
        response.writeHead(200, { 'content-type': routes.ledgerHead.answer })
        return response.end(makeCheckpoint(head, by))
      case routes.ledgerEntries.path: {
        if (apiKey !== undefined && request.headers['x-api-key'] !== apiKey) {
          return refuse(response, 'UNAUTHENTICATED')
        }
        busy -= 1
        if (busy >= 0) return refuse(response, 'RATE_LIMITED', { 'retry-after': '0' })
        const { from, limit } = routes.ledgerEntries.query.parse(Object.fromEntries(searchParams))
        return answer(response, {
          size: entries.length,
          entries: entries.slice(from, from + limit),
        })
      }
      case routes.ledgerInclusion.path: {
        const { index, size } = routes.ledgerInclusion.query.parse(Object.fromEntries(searchParams))
        const proof = toDigests(inclusionProof(hashes.slice(0, size), index))
        return answer(response, { leaf_index: index, tree_size: size, hashes: proof })
      }
      default:
        return refuse(response, 'NOT_FOUND')
    }
  })
}

function answer(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function refuse(
  response: ServerResponse,
  code: ErrorCode,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { status, meaning, hint } = errors[code]
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  const body = { error: wireErrors[status], message: meaning, hint, request_id: 'r-1' }
  response.end(JSON.stringify({ ...body, details: { code } }))
}
