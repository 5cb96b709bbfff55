// What the words of the protocol mean for whoever looks at them.
import type {
  AssignmentState,
  BreakerState,
  EvidenceLevel,
  NodeMode,
  NodeStatus,
  RoundState,
  TaskState,
} from '@vcp/protocol'
import type { Tone } from './badge.tsx'

export const taskTones: Readonly<Record<TaskState, Tone>> = {
  pending: 'quiet',
  assigned: 'live',
  running: 'live',
  verifying: 'live',
  completed: 'good',
  failed: 'bad',
  cancelled: 'quiet',
}

export const nodeTones: Readonly<Record<NodeStatus, Tone>> = {
  online: 'good',
  degraded: 'warn',
  unknown: 'quiet',
  offline: 'bad',
}

export const modeTones: Readonly<Record<NodeMode, Tone>> = {
  active: 'good',
  draining: 'live',
  paused: 'quiet',
  safe_mode: 'warn',
}

export const breakerTones: Readonly<Record<BreakerState, Tone>> = {
  closed: 'good',
  half_open: 'live',
  open: 'bad',
}

export const levelTones: Readonly<Record<EvidenceLevel, Tone>> = {
  signed: 'quiet',
  replicated: 'good',
  refereed: 'good',
  proved: 'good',
}

export const roundTones: Readonly<Record<RoundState, Tone>> = {
  open: 'live',
  aggregating: 'live',
  finalised: 'good',
  abandoned: 'bad',
}

export const assignmentTones: Readonly<Record<AssignmentState, Tone>> = {
  offered: 'quiet',
  accepted: 'live',
  running: 'live',
  committed: 'live',
  revealed: 'live',
  validated: 'good',
  rejected: 'bad',
  declined: 'warn',
  lost: 'bad',
  withdrawn: 'quiet',
}

/** `safe_mode` as people read it. */
export function words(name: string): string {
  return name.replaceAll('_', ' ')
}
