// An event of the log as a sentence: who, what, why.
import type { LedgerAccount, LedgerEntry, LedgerEvent } from '@vcp/protocol'
import type { Tone } from '../parts/badge.tsx'
import { brief, credits } from '../parts/figures.ts'
import type { Moment } from '../parts/timeline.tsx'
import { words } from '../parts/tones.ts'

type Sayings = { readonly [Type in LedgerEvent['type']]?: (event: EventOf<Type>) => string }
type EventOf<Type extends LedgerEvent['type']> = Extract<LedgerEvent, { type: Type }>

const task = (id: string) => `task ${brief(id)}`
const node = (id: string) => `node ${brief(id)}`

const sayings: Sayings = {
  'account-opened': (e) => `account ${brief(e.account_id)} was opened`,
  'node-registered': (e) => `${node(e.peer_id)} joined as ${e.registration.node_id}`,
  'node-bound': (e) => `${node(e.peer_id)} is now the wallet ${brief(e.owner)}’s`,
  'node-status-changed': (e) =>
    `${node(e.peer_id)} is ${words(e.status)}, ${words(e.mode)}${because(e.reason)}`,
  'node-removed': (e) => `${node(e.peer_id)} was removed${because(e.reason)}`,
  'task-submitted': (e) => `${task(e.task_id)} was submitted (${words(e.task.task_type)})`,
  'replication-set': (e) =>
    `${task(e.task_id)} runs on ${e.copies}, of which ${e.quorum} must agree`,
  'task-completed': (e) => `${task(e.task_id)} is completed (${e.level})`,
  'task-failed': (e) => `${task(e.task_id)} failed${because(e.reason)}`,
  'task-cancelled': (e) => `${task(e.task_id)} was cancelled ${e.reason}`,
  'assignment-offered': (e) => `${task(e.task_id)} was offered to ${node(e.peer_id)}`,
  'assignment-accepted': (e) => `${node(e.peer_id)} took ${task(e.task_id)}`,
  'assignment-declined': (e) =>
    `${node(e.peer_id)} declined ${task(e.task_id)}${because(words(e.reason))}`,
  'assignment-ended': (e) =>
    `${node(e.peer_id)} and ${task(e.task_id)}: ${e.state}${because(e.reason)}`,
  'lease-renewed': (e) => `${node(e.peer_id)} is still at ${task(e.task_id)}`,
  'result-committed': (e) => `${node(e.peer_id)} committed to a result`,
  'receipt-revealed': (e) =>
    `${node(e.receipt.peer_id)} showed its receipt for ${task(e.receipt.payload.task_id)}`,
  'receipt-validated': (e) => `the receipt of ${node(e.peer_id)} was accepted (${e.level})`,
  'receipt-rejected': (e) => `the receipt of ${node(e.peer_id)} was rejected${because(e.reason)}`,
  'dispute-opened': (e) => `${node(e.one)} and ${node(e.other)} disagree over ${task(e.task_id)}`,
  'dispute-settled': (e) => `${node(e.winner)} was right about ${task(e.task_id)}`,
  'dispute-dropped': (e) => `nobody can say who was right about ${task(e.task_id)}`,
  'node-audited': (e) => `${node(e.peer_id)} ${e.passed ? 'passed' : 'FAILED'} an audit`,
  'recheck-ordered': (e) => `${task(e.task_id)} is run again to be checked`,
  'credits-moved': (e) =>
    `${credits(e.amount_micro)} credits ${e.reason}: ${party(e.from)} to ${party(e.to)}`,
  'round-opened': (e) => `round ${e.round.number} of ${task(e.round.task_id)} is open`,
  'update-accepted': (e) => `an update of ${node(e.peer_id)} was taken`,
  'update-refused': (e) => `an update of ${node(e.peer_id)} was refused${because(e.reason)}`,
  'round-closed': (e) => `round ${brief(e.round_id)} takes no more updates`,
  'round-finalised': (e) => `round ${e.round.number} of ${task(e.round.task_id)} is final`,
  'round-abandoned': (e) => `round ${brief(e.round_id)} was given up${because(e.reason)}`,
}

/** An event that this page has no sentence for is called by its name. */
export function sayEvent(event: LedgerEvent): string {
  const say = sayings[event.type] as ((each: LedgerEvent) => string) | undefined
  return say?.(event) ?? event.type.replaceAll('-', ' ')
}

const tones: Partial<Record<LedgerEvent['type'], Tone>> = {
  'task-completed': 'good',
  'receipt-validated': 'good',
  'round-finalised': 'good',
  'update-accepted': 'good',
  'task-failed': 'bad',
  'receipt-rejected': 'bad',
  'dispute-opened': 'bad',
  'round-abandoned': 'bad',
  'update-refused': 'warn',
  'assignment-declined': 'warn',
  'task-submitted': 'live',
  'assignment-accepted': 'live',
  'round-opened': 'live',
}

export function toneOfEvent(event: LedgerEvent): Tone {
  if (event.type === 'node-audited') return event.passed ? 'good' : 'bad'
  if (event.type === 'assignment-ended') return event.state === 'withdrawn' ? 'quiet' : 'warn'
  if (event.type === 'node-status-changed') return event.status === 'online' ? 'good' : 'warn'
  return tones[event.type] ?? 'quiet'
}

export function momentOfEntry({ index, at_ms, event }: LedgerEntry): Moment {
  return { key: String(index), atMs: at_ms, tone: toneOfEvent(event), text: sayEvent(event) }
}

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : `: ${reason}`
}

function party(account: LedgerAccount): string {
  switch (account.kind) {
    case 'owner':
      return `wallet ${brief(account.address)}`
    case 'account':
      return `account ${brief(account.account_id)}`
    case 'escrow':
      return `escrow of ${task(account.task_id)}`
    default:
      return account.kind
  }
}
