import * as z from 'zod'
import { Digest, RoundId, TaskId } from '../ids.ts'
import { BoundedObject } from '../json.ts'
import { LedgerEntry } from '../ledger-event.ts'
import { limits } from '../limits.ts'
import { ConsistencyProof, InclusionProof } from '../merkle.ts'
import { Count } from '../quantities.ts'
import { Round } from '../round.ts'
import { PageQuery, pageOf } from './page.ts'
import { route } from './route.ts'

const Index = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const open = { access: 'public' } as const

export const ledgerRoutes = {
  ledgerHead: route('GET /api/v1/ledger/checkpoint', {
    ...open,
    summary: 'the newest signed head of the log, as a C2SP checkpoint',
    answer: 'text/plain',
  }),
  ledgerEntries: route('GET /api/v1/ledger/entries', {
    summary: 'entries of the log, in order',
    query: z.strictObject({
      from: Index.default(0),
      limit: z.coerce.number().int().min(1).max(limits.pageItemsMax).default(100),
    }),
    answer: z.strictObject({ size: Count, entries: z.array(LedgerEntry) }),
    refusals: ['NOT_ALLOWED'],
  }),
  ledgerInclusion: route('GET /api/v1/ledger/inclusion', {
    ...open,
    summary: 'a proof that an entry is in the log of a given size',
    query: z.strictObject({ index: Index, size: Index }),
    answer: InclusionProof,
    refusals: ['NOT_FOUND'],
  }),
  ledgerConsistency: route('GET /api/v1/ledger/consistency', {
    ...open,
    summary: 'a proof that the log of one size begins with that of another',
    query: z.strictObject({ from: Index, to: Index }),
    answer: ConsistencyProof,
    refusals: ['NOT_FOUND'],
  }),
  verifyProof: route('POST /api/v1/proofs/verify', {
    rate: 'proofs',
    summary: 'check a Groth16 proof against a registered circuit',
    body: z.strictObject({
      circuit: z.string().min(1).max(64),
      verification_key: Digest,
      public_inputs: z
        .array(
          z
            .string()
            .max(80)
            .regex(/^[0-9]+$/),
        )
        .max(1_024),
      proof: BoundedObject,
    }),
    answer: z.strictObject({ valid: z.boolean(), reason: z.string().max(1_000).nullable() }),
    refusals: ['NOT_FOUND'],
  }),
  proofKey: route('GET /api/v1/proofs/keys/{digest}', {
    ...open,
    rate: 'proofs',
    summary: 'fetch the verification key of a circuit; its digest is what it is known by',
    params: z.strictObject({ digest: Digest }),
    answer: z.strictObject({
      circuit: z.string().min(1).max(64),
      verification_key: Digest,
      /** `development`: whoever built it could forge proofs. */
      setup: z.enum(['development', 'ceremony', 'unknown']),
      key: BoundedObject,
    }),
    refusals: ['NOT_FOUND'],
  }),
  listRounds: route('GET /api/v1/rounds', {
    summary: 'list rounds of training',
    query: PageQuery.extend({ task_id: TaskId.optional() }),
    answer: pageOf('rounds', Round),
  }),
  getRound: route('GET /api/v1/rounds/{id}', {
    summary: 'show a round',
    params: z.strictObject({ id: RoundId }),
    answer: Round,
    refusals: ['NOT_FOUND'],
  }),
} as const
