// Every bound in the protocol, with its reason. `docs/limits.md` is generated from this table.

interface Limit {
  readonly value: number
  readonly reason: string
}

function limit(value: number, reason: string): Limit {
  return { value, reason }
}

export const limitTable = {
  jsonDepthMax: limit(16, 'deeper than any schema of ours; keeps hostile nesting off the stack'),
  jsonKeysMax: limit(1_000, 'keys in one document; a task with more should upload a blob'),
  jsonKeyCharactersMax: limit(256, 'a key is a name, not a place to keep data'),
  jsonItemsMax: limit(100_000, 'values in one document, so that checking stays linear and short'),
  jsonStringCharactersMax: limit(1_000_000, 'longer texts are blobs with a CID'),
  canonicalDepthMax: limit(32, 'twice the depth of JSON: an envelope and a batch around it'),
  canonicalItemsMax: limit(200_000, 'twice the items of JSON: keys are items too'),
  canonicalBytesMax: limit(4_194_304, 'the largest frame that gossip accepts (4 MiB)'),

  nodeIdCharactersMax: limit(64, 'fits one column of a table, and a libp2p peer id'),
  regionsShownMax: limit(100, 'regions in one answer; the largest, and the rest as one'),
  regionCharactersMax: limit(32, 'a label, not an address'),
  regionsPerTaskMax: limit(32, 'a task names a few regions or none'),
  bandwidthMbpsMin: limit(10, 'below this a 10 MB module takes longer to send than to run'),
  bandwidthMbpsMax: limit(100_000, '100 Gbit/s; more is a typing error'),
  cpuCoresMax: limit(256, 'the largest single machine we expect; more is a typing error'),
  memoryGbMax: limit(2_048, 'the largest single machine we expect; more is a typing error'),
  gpusMax: limit(16, 'the densest single machine sold'),
  minNodesMax: limit(1_000, 'a round over more nodes is run as several tasks'),
  executionSecondsMax: limit(3_600, 'a lease is not kept longer without a new decision'),
  replicasMax: limit(7, 'the quorum of adaptive replication never needs more'),
  nodeSamplesMax: limit(180, 'half an hour at one in ten seconds: what a plot can show'),
  nodeChangesMax: limit(50, 'of breaker, standing and audits: the newest; the log has them all'),
  openAssignmentsPerNodeMax: limit(50, 'bounds what one lost node can delay'),

  wasmModuleBytesMax: limit(10_485_760, '10 MB compiles within seconds on a laptop'),
  wasmMemoryMbMax: limit(4_096, 'the address space of 32-bit WASM'),
  wasmGasMax: limit(50_000_000_000, 'the relaxed preset: 2 to 10 seconds of plain code'),
  wasmArgumentsMax: limit(256, 'arguments and environment are small; data comes by CID'),
  wasmArgumentCharactersMax: limit(4_096, 'arguments and environment are small; data comes by CID'),
  traceCheckpointsMax: limit(10_000, 'ten times the default; a dispute bisects in 14 steps'),
  connectSecondsMax: limit(3_600, 'a session is renewed, not open-ended'),
  connectBandwidthMbpsMax: limit(10_000, 'the fastest link of an operator we expect'),
  trainingRoundsMax: limit(10_000, 'a privacy budget is spent long before'),
  publicSignalsMax: limit(64, 'each costs whoever verifies a multiplication on the curve'),
  proofSegmentsMax: limit(64, 'a run that takes more proofs is not worth proving'),
  proofMemoryMbMax: limit(65_536, 'circuits that need more are cut into several'),
  sealedToMax: limit(16, 'private inputs are for the few nodes that a submitter chose'),
  labelCharactersMax: limit(120, 'one line on a dashboard'),
  labelsMax: limit(32, 'for people to find a task again, not to store data'),

  messageFreshnessMs: limit(60_000, 'longer than any relay path, shorter than a lease'),
  messageClockSkewMs: limit(10_000, 'what an unsynchronised but sane clock drifts in weeks'),
  heartbeatBytesMax: limit(8_192, 'a full telemetry report with 16 GPUs is under 4 KiB'),
  commitmentBytesMax: limit(2_048, 'two digests, ids and a signature are under 1 KiB'),
  roundNoticeBytesMax: limit(8_192, 'parameters and a CID; the model itself is a blob'),
  checkpointBytesMax: limit(4_096, 'a note with a handful of witness signatures'),
  receiptBytesMax: limit(8_192, 'digests, ids and figures; the output itself is a blob'),
  updateAnnouncementBytesMax: limit(4_096, 'metrics and a CID; the update itself is a blob'),
  ledgerEventBytesMax: limit(65_536, 'the largest task that is not a blob, with room'),
  merkleProofHashesMax: limit(64, 'a tree of 2^64 leaves has paths of 64 hashes'),
  noteSignaturesMax: limit(16, 'the log and its witnesses; bounds the work of a check'),
  batchTasksMax: limit(1_000, 'one request, one fsync, a body that fits in memory'),
  batchEvidenceMax: limit(
    100,
    'results to verify at a time; each has receipts and proofs of places',
  ),
  evidenceOutputBytesMax: limit(
    16_384,
    'an output that comes with its evidence: with a hundred of them an answer stays below 3 MB',
  ),
  pageItemsMax: limit(1_000, 'one page of a list; the next one has a cursor'),

  streamDeadlineMs: limit(10_000, 'an answer after an fsync, with room for a busy disk'),
  streamAnswerBytesMax: limit(4_096, 'an acknowledgement or two digests; bulk comes as payload'),
  assignAskBytesMax: limit(69_632, 'the largest task that is not a blob, and its lease'),
  assignAsksPerSecondMax: limit(1_000, 'of one coordinator; ten times what one node can run'),
  joinAskBytesMax: limit(16_384, 'a registration and its owner’s word, with room'),
  joinAsksPerSecondMax: limit(10, 'of one node; it joins once and is heard every few seconds'),
  reportOutputBytesMax: limit(
    65_536,
    'an output that comes with its receipt; larger ones are fetched',
  ),
  reportBytesMax: limit(81_920, 'a receipt, its envelope and a small output, with room'),
  reportsPerSecondMax: limit(1_000, 'of one node; three for each task, however short'),
  secureNeighboursMax: limit(
    254,
    'shares are told apart by one byte that is not zero, the own one too',
  ),
  secureAskBytesMax: limit(98_304, 'a sealed share for each neighbour, with room'),
  secureAnswerBytesMax: limit(524_288, 'the signed keys of 1,000 nodes'),
  secureAsksPerSecondMax: limit(50, 'of one node; a round has five steps, asked every few seconds'),
  blobLeafBytes: limit(262_144, 'what IPFS cuts files into, so that the CIDs are the same'),
  blobTreeWidth: limit(174, 'links of one node of an IPFS file, so that the CIDs are the same'),
  blobBytesMax: limit(34_359_738_368, '32 GiB: more leaves would not fit one manifest'),
  blobWholeBytesMax: limit(67_108_864, 'a blob of one digest is checked when all of it is there'),
  blobPieceBytesMax: limit(1_048_576, 'four leaves: enough to fill a line, little to lose'),
  blobManifestBytesMax: limit(4_194_304, '131,072 digests of leaves'),
  blobPieceDeadlineMs: limit(30_000, 'a piece at 35 KB/s, the slowest source worth waiting for'),
  blobAsksPerSecondMax: limit(2_000, 'of one peer: 2 GB/s, more than a line of 10 Gbit/s'),

  userNameCharactersMin: limit(3, 'shorter names are too easily confused'),
  userNameCharactersMax: limit(32, 'fits one column of a table'),
  passwordCharactersMin: limit(8, 'the shortest that a slow hash still protects'),
  passwordCharactersMax: limit(128, 'hashing time must not depend on an attacker'),
} as const satisfies Record<string, Limit>

export type LimitName = keyof typeof limitTable

/** The numbers alone. */
export const limits = Object.fromEntries(
  Object.entries(limitTable).map(([name, { value }]) => [name, value]),
) as { readonly [Name in LimitName]: (typeof limitTable)[Name]['value'] }
