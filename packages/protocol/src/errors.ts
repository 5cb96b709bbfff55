// One table of everything that can go wrong. A code is permanent: it is never renamed or reused.
// `docs/errors.md` is generated from this file.

/** What a process of ours exits with. */
export const exitCodes = {
  ok: 0,
  internal: 1,
  usage: 2,
  configuration: 3,
  authentication: 4,
  unreachable: 5,
  noEligibleNode: 6,
  taskFailed: 7,
  verificationFailed: 8,
  timeout: 9,
  doctorFoundErrors: 10,
  interrupted: 130,
} as const

export type ExitName = keyof typeof exitCodes

/** The `error` field of an HTTP error body, by status. */
export const wireErrors = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  409: 'conflict',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  422: 'validation_error',
  429: 'rate_limited',
  500: 'internal_error',
  503: 'unavailable',
  504: 'timeout',
} as const

export type ErrorStatus = keyof typeof wireErrors

interface ErrorRow {
  readonly exit: ExitName
  readonly status: ErrorStatus
  /** What the code means, in one sentence; the message of an instance adds the particulars. */
  readonly meaning: string
  /** What the reader can do about it. */
  readonly hint: string
}

function row(exit: ExitName, status: ErrorStatus, meaning: string, hint: string): ErrorRow {
  return { exit, status, meaning, hint }
}

export const errors = {
  INTERNAL: row(
    'internal',
    500,
    'The program met a state it believed impossible.',
    'Run the command again with --debug and report what it prints.',
  ),
  INTERRUPTED: row(
    'interrupted',
    503,
    'The command was interrupted before it finished.',
    'Run it again; nothing acknowledged was lost.',
  ),
  USAGE: row(
    'usage',
    400,
    'The command line could not be understood.',
    'Add --help to the command to see what it takes.',
  ),
  INPUT_UNREADABLE: row(
    'usage',
    400,
    'A file named on the command line could not be read.',
    'Check the path and that you may read the file.',
  ),
  OUTPUT_EXISTS: row(
    'usage',
    409,
    'The file to write is there already.',
    'Name another file, or move the existing one away first.',
  ),
  OUTPUT_UNWRITABLE: row(
    'usage',
    400,
    'A file named on the command line could not be written.',
    'Check that its folder exists and that you may write there.',
  ),

  CONFIG_KEY_UNKNOWN: row(
    'configuration',
    400,
    'A configuration key is not one that vcp knows.',
    'Run `vcp config show` to see every key.',
  ),
  CONFIG_VALUE_INVALID: row(
    'configuration',
    400,
    'A configuration value is not allowed.',
    'Run `vcp config show --origin` to see where the value comes from, then correct it there.',
  ),
  CONFIG_FILE_CORRUPT: row(
    'configuration',
    500,
    'The configuration file is not valid JSON.',
    'Correct the file by hand, or move it away to start from the defaults.',
  ),
  DATA_FOLDER_UNUSABLE: row(
    'configuration',
    500,
    'The data folder cannot be used.',
    'Run `vcp doctor` to see why, or choose another folder with --data-dir.',
  ),
  DISK_FULL: row(
    'configuration',
    503,
    'The disk has no room for what has to be written; nothing was changed.',
    'Free some space, then run the command again.',
  ),
  DATA_FOLDER_IN_USE: row(
    'configuration',
    409,
    'Another process uses the data folder or the database.',
    'Stop the other process first, or choose another folder with --data-dir.',
  ),
  AGENT_NOT_RUNNING: row(
    'unreachable',
    503,
    'No agent runs on this data folder.',
    'Start one with `vcp node start`, or name its folder with --data-dir.',
  ),
  AGENT_STATE_CORRUPT: row(
    'configuration',
    500,
    'What the agent had written down of its work cannot be read.',
    'Restore the file from a backup, or move it away: its leases and unsent reports are then lost.',
  ),
  AGENT_STATE_FAILED: row(
    'configuration',
    503,
    'The storage of the agent failed; nothing that it had promised is lost.',
    'Look at the disk that the message names, then start the node again.',
  ),
  NODE_KEY_IN_USE: row(
    'configuration',
    409,
    'Another machine runs a node with the same key.',
    'A key is one node: stop one of the two, and start it on an empty data folder of its own.',
  ),
  JOURNAL_CORRUPT: row(
    'configuration',
    500,
    'The journal is not what was stored: an entry is damaged or missing.',
    'Stop the coordinator and restore the journal from a backup or a standby.',
  ),
  JOURNAL_FAILED: row(
    'configuration',
    503,
    'The storage of the journal failed; nothing that was acknowledged is lost.',
    'Look at the disk or the database that the message names, then start the coordinator again.',
  ),
  JOURNAL_FENCED: row(
    'configuration',
    503,
    'Another coordinator has taken over the journal.',
    'Nothing, if that was meant; otherwise stop one of the two.',
  ),
  NODE_RUNTIME_TOO_OLD: row(
    'configuration',
    500,
    'The Node.js that runs vcp is too old.',
    'Install Node 24, or reinstall vcp without --omit=optional to get the bundled one.',
  ),

  KEY_MISSING: row(
    'configuration',
    404,
    'There is no node key in the data folder.',
    'Run `vcp key show --create` to make one, or `vcp key restore` to bring one back.',
  ),
  KEY_CORRUPT: row(
    'configuration',
    500,
    'The node key file is damaged.',
    'Restore it with `vcp key restore <backup>`; the damaged file is kept beside it.',
  ),
  KEY_EXPOSED: row(
    'configuration',
    500,
    'Other users of this machine can read a secret file.',
    'Run `vcp doctor --fix`, or `chmod 600` the file; if others have had access, make a new key.',
  ),
  KEY_EXISTS: row(
    'configuration',
    409,
    'There is a node key already, and it is not the one to be restored.',
    'Add --replace to put the restored key in its place; the present one is kept beside it.',
  ),
  BACKUP_CORRUPT: row(
    'usage',
    400,
    'The file is not a vcp key backup, or it is damaged.',
    'Check that the file was written by `vcp key backup` and copied whole.',
  ),
  PASSWORD_MISSING: row(
    'authentication',
    401,
    'A password is needed and there is no terminal to ask for it.',
    'Set the environment variable named in the message, or run the command in a terminal.',
  ),
  PASSWORD_TOO_SHORT: row(
    'usage',
    400,
    'The password is too short to protect a key.',
    'Choose one of at least 8 characters.',
  ),
  PASSWORD_UNUSABLE: row(
    'usage',
    400,
    'The password is not one that vcp can work with.',
    'Choose one of at most 128 characters that are valid Unicode.',
  ),
  PASSWORD_MISMATCH: row(
    'usage',
    400,
    'The two passwords typed are not the same; nothing was changed.',
    'Run the command again and type the same password twice.',
  ),
  PASSWORD_WRONG: row(
    'authentication',
    401,
    'The password does not open the file.',
    'Try again with the password that the file was made with.',
  ),
  WALLET_MISSING: row(
    'configuration',
    404,
    'There is no owner wallet in the data folder.',
    'Run `vcp wallet create`, or sign with your own wallet: `vcp wallet bind --help`.',
  ),
  WALLET_CORRUPT: row(
    'configuration',
    500,
    'The wallet file is damaged.',
    'Copy it back from a backup; vcp does not change a wallet file after it is made.',
  ),
  WALLET_EXISTS: row(
    'configuration',
    409,
    'There is an owner wallet already.',
    'Keep using it (`vcp wallet show`), or move its file away first.',
  ),
  BINDING_INVALID: row(
    'verificationFailed',
    422,
    'The binding of node and owner does not verify.',
    'Make it again with `vcp wallet bind`.',
  ),

  UNAUTHENTICATED: row(
    'authentication',
    401,
    'The request carries no valid credentials.',
    'Sign in again, or check the API key.',
  ),
  NOT_ALLOWED: row(
    'authentication',
    403,
    'These credentials do not allow this.',
    'Ask an administrator for the scope named in the details.',
  ),
  NOT_FOUND: row(
    'usage',
    404,
    'There is no such thing, or it is not yours.',
    'Check the id; the list commands show what is yours.',
  ),
  CONFLICT: row(
    'usage',
    409,
    'The request contradicts what is already recorded.',
    'Look at the present state, then decide anew.',
  ),
  RATE_LIMITED: row(
    'timeout',
    429,
    'Too many requests in too short a time.',
    'Wait for the number of seconds in Retry-After.',
  ),
  COORDINATOR_STOPPING: row(
    'unreachable',
    503,
    'The coordinator is about to stop and takes no new requests.',
    'Send the same request again in a moment; sending it twice does no harm.',
  ),
  OVERLOADED: row(
    'timeout',
    503,
    'More is waiting to be written than is taken at once; nothing of this request was recorded.',
    'Wait a moment, then send the same request again.',
  ),
  COORDINATOR_UNREACHABLE: row(
    'unreachable',
    503,
    'The coordinator did not answer.',
    'Check `vcp config get coordinator.url` and that the coordinator runs.',
  ),
  COORDINATOR_MISBEHAVED: row(
    'unreachable',
    503,
    'What answered does not speak the protocol of a coordinator.',
    'Check that `coordinator.url` names a vcp coordinator of this version.',
  ),

  REQUEST_MALFORMED: row(
    'usage',
    400,
    'The request is not one that can be read.',
    'Send the body as valid JSON, and the headers as RFC 9110 has them.',
  ),
  REQUEST_TIMEOUT: row(
    'timeout',
    408,
    'The request did not arrive in full in its time.',
    'Send it again over a faster line, or send less at once.',
  ),
  METHOD_NOT_ALLOWED: row(
    'usage',
    405,
    'There is such a path, but not with this method.',
    'Use one of the methods that the Allow header names.',
  ),
  MEDIA_TYPE_UNSUPPORTED: row(
    'usage',
    415,
    'The body has a type or an encoding that is not taken here.',
    'Send JSON as application/json, blobs as application/octet-stream, neither of them compressed.',
  ),
  INVALID: row(
    'usage',
    422,
    'The data does not have the required form.',
    'The details name each field that is wrong, and why.',
  ),
  TOO_LARGE: row(
    'usage',
    413,
    'The data is larger than its limit.',
    'The details give the limit; `docs/limits.md` says why it is there.',
  ),
  NOT_CANONICAL: row(
    'verificationFailed',
    422,
    'The bytes are not the canonical encoding of what they hold.',
    'Encode with the rules of `docs/wire.md`.',
  ),
  SIGNATURE_INVALID: row(
    'verificationFailed',
    422,
    'A signature does not verify.',
    'Do not trust the data; fetch it again from its source.',
  ),
  SIGNER_UNEXPECTED: row(
    'verificationFailed',
    422,
    'The signature is valid, but by another key than the one expected.',
    'Do not trust the data; check which key should have signed.',
  ),
  MESSAGE_STALE: row(
    'verificationFailed',
    422,
    'A signed message is older than its type allows.',
    'Check the clocks of both machines with `vcp doctor`.',
  ),
  MESSAGE_FROM_FUTURE: row(
    'verificationFailed',
    422,
    'A signed message claims a time that has not come yet.',
    'Check the clocks of both machines with `vcp doctor`.',
  ),
  MESSAGE_REPLAYED: row(
    'verificationFailed',
    422,
    'A signed message with this nonce was seen before.',
    'Make and sign a new message.',
  ),
  PROOF_INVALID: row(
    'verificationFailed',
    422,
    'A Merkle proof does not lead to the expected root.',
    'Do not trust the data; fetch proof and checkpoint again.',
  ),
  CHECKPOINT_INVALID: row(
    'verificationFailed',
    422,
    'A checkpoint is malformed or not signed by the expected log.',
    'Do not trust the log; compare with an older checkpoint you kept.',
  ),
  LEDGER_INVALID: row(
    'verificationFailed',
    422,
    'A log is not what its signed head says, or breaks a rule of its own.',
    'Do not trust it; compare with a copy or a checkpoint that was kept elsewhere.',
  ),
  VERIFICATION_FAILED: row(
    'verificationFailed',
    422,
    'What came with a result does not show it to be right.',
    'Do not use the result; the details name the step that failed.',
  ),
  VERIFICATION_WEAK: row(
    'verificationFailed',
    422,
    'What came with a result shows less than the task asked for.',
    'Do not rely on the result as if it did; submit the task again, or ask for a lower level.',
  ),
  LOG_KEY_CHANGED: row(
    'verificationFailed',
    422,
    'The log of a coordinator has another key than when it was first used.',
    'Ask its operator why; only if the answer convinces you, delete the key that was kept.',
  ),
  TOPIC_UNKNOWN: row(
    'verificationFailed',
    422,
    'A gossip message came on a topic that this version does not know.',
    'Upgrade vcp on the older of the two machines.',
  ),

  PEER_UNREACHABLE: row(
    'unreachable',
    503,
    'A peer of the mesh could not be reached, or the connection broke.',
    'Check that it runs and that its address is right; `vcp doctor` looks at the network.',
  ),
  PEER_TIMEOUT: row(
    'timeout',
    504,
    'A peer of the mesh did not answer in its time.',
    'Send the same request again; sending it twice does no harm.',
  ),
  PEER_MISBEHAVED: row(
    'unreachable',
    503,
    'What a peer of the mesh sent is not what the protocol allows.',
    'Check that both run the same version of vcp; the peer is trusted less from now on.',
  ),
  TRANSPORT_MISSING: row(
    'configuration',
    500,
    'The transport of a listen address is not available on this machine.',
    'Remove the address from the listen addresses, or install the package that the message names.',
  ),
  LISTEN_FAILED: row(
    'configuration',
    500,
    'The mesh cannot listen on its addresses.',
    'Stop what uses the port, or choose another one; port 0 takes any that is free.',
  ),
  BLOB_UNAVAILABLE: row(
    'unreachable',
    503,
    'No source gave the whole blob.',
    'Upload it again, or wait until a node that keeps it is back.',
  ),
  BLOB_CORRUPT: row(
    'verificationFailed',
    422,
    'The bytes are not those that their CID names.',
    'Do not use them; fetch the blob again from another source.',
  ),
  STORE_FULL: row(
    'configuration',
    503,
    'The blob store has no room within its quota, and nothing in it may go.',
    'Raise the quota, or unpin blobs that are not needed.',
  ),

  NO_ELIGIBLE_NODE: row(
    'noEligibleNode',
    503,
    'No node fits what the task asks for.',
    'Ask why: the answer names, node by node, what is missing.',
  ),
  TASK_UNKNOWN: row(
    'usage',
    404,
    'There is no task with this id, or it is not yours.',
    'Check the id; only tasks of your own are shown.',
  ),
  TASK_REFUSED: row(
    'usage',
    422,
    'The task breaks a rule of the policy in force.',
    'The details name each rule with its limit; change the task or choose another coordinator.',
  ),
  CREDITS_SHORT: row(
    'usage',
    409,
    'The account does not hold the credits that the task promises.',
    'Lower the reward of the task, or ask an administrator for credits.',
  ),
  TASK_FAILED: row(
    'taskFailed',
    422,
    'The task ended without an acceptable result.',
    'The details say how each assignment ended.',
  ),
  TASK_TIMEOUT: row(
    'timeout',
    504,
    'The task was not finished in its time.',
    'Raise the limit in the task, or ask for fewer nodes.',
  ),
  LEASE_STALE: row(
    'verificationFailed',
    409,
    'The message belongs to a lease that has ended.',
    'Drop the work; the task was given to another node.',
  ),
  ROUND_CLOSED: row(
    'usage',
    409,
    'The round does not take updates any more.',
    'Wait for the next round.',
  ),
  UPDATE_KNOWN: row(
    'usage',
    409,
    'The node has already contributed to this round.',
    'Nothing: the first update counts.',
  ),
  MODEL_INVALID: row(
    'usage',
    422,
    'The bytes are not an ONNX model that can be read.',
    'Check it with `onnx.checker`, keep the weights inside the file, and export it again.',
  ),
  MODEL_UNSUPPORTED: row(
    'usage',
    422,
    'The model uses something that private training cannot do.',
    'The message names the node and what to use in its place.',
  ),
  DATASET_INVALID: row(
    'usage',
    422,
    'The data does not have the form that the schema promises.',
    'Correct the file at the place that the message names, or correct the schema.',
  ),
  TRAINING_FAILED: row(
    'taskFailed',
    500,
    'The training ended before it was complete.',
    'Look at the message; a checkpoint, where there is one, lets it go on from its last step.',
  ),
  TRAINING_CUT_OFF: row(
    'taskFailed',
    500,
    'The process of a training ended before its time: it was killed, or it crashed.',
    'Train again; where it comes again and again, look whether the machine runs out of memory.',
  ),
  PROVING_FAILED: row(
    'taskFailed',
    500,
    'The proof could not be made.',
    'Look at the message: inputs that the statement does not hold for have no proof.',
  ),
  STATEMENT_FALSE: row(
    'taskFailed',
    422,
    'The statement does not hold for its inputs: there is no proof of it.',
    'Look at the inputs; a constraint of the circuit is false for them.',
  ),
  CIRCUITS_DIFFER: row(
    'taskFailed',
    422,
    'Proving key and constraints are of different circuits.',
    'Name the files of one build: `vcp setup verify` tells whether a key is of a circuit.',
  ),
  EXECUTION_UNFIT: row(
    'usage',
    422,
    'The function, or its run, does not fit the circuit that proves executions.',
    'The message says which instruction, or how much; docs/proofs.md has what fits.',
  ),
  ZK_PROOF_INVALID: row(
    'verificationFailed',
    422,
    'A zero-knowledge proof, or the key it is checked with, does not hold.',
    'Do not trust the result; check that the key is that of the circuit, and not for development.',
  ),
  DATASETS_CORRUPT: row(
    'configuration',
    500,
    'The list of data sets is damaged.',
    'Restore the file, or move it away and add the sets again: the ledger knows what they spent.',
  ),
  PRIVACY_BUDGET_SPENT: row(
    'taskFailed',
    409,
    'What is left of a privacy budget does not cover this release; nothing was released.',
    'Train with more noise or fewer steps, or ask the operator of the data for a larger budget.',
  ),
  DOCTOR_FOUND_ERRORS: row(
    'doctorFoundErrors',
    500,
    'The examination found at least one error.',
    'Follow the hint beside each error, or run `vcp doctor --fix`.',
  ),
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errors

export interface ErrorParts {
  /** What happened, with the particulars: which file, which field, which number. */
  readonly message?: string
  /** What to do about it, where more is known than the table says. */
  readonly hint?: string
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** A failure with a permanent code. Thrown where meaning is added, rendered once at the edge. */
export class VcpError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, parts: ErrorParts = {}) {
    super(
      parts.message ?? errors[code].meaning,
      parts.cause === undefined ? {} : { cause: parts.cause },
    )
    this.name = 'VcpError'
    this.code = code
    this.hint = parts.hint ?? errors[code].hint
    this.details = parts.details ?? {}
  }

  get exitCode(): number {
    return exitCodes[errors[this.code].exit]
  }

  get status(): ErrorStatus {
    return errors[this.code].status
  }
}
