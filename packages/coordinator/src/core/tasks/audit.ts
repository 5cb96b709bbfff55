// Trust is kept honest by chance: now and then the result of a trusted node is checked by another.
// That is decided after the node has committed, so it cannot know beforehand.
import { copiesAsked } from '@vcp/protocol'
import type { Turn } from '../turn.ts'
import { demandOfTask } from './demand.ts'
import { fill, setCopies, trustOf } from './fill.ts'
import { type Assignment, isLive, type TaskRecord } from './task-record.ts'

export function audit(turn: Turn, task: TaskRecord, { peerId, operator }: Assignment): void {
  if (!isLive(task) || task.copies > 1 || copiesAsked(task.spec) !== null) return
  const node = turn.state.nodes.get(peerId)
  const trust = node === undefined ? 0 : trustOf(task, node)
  const { trustAfter, auditChanceMin } = turn.state.settings
  if (trust < trustAfter) return
  if (turn.draw() >= Math.max(1 / trust, auditChanceMin)) return
  const { demand, key } = demandOfTask(turn.state, task)
  if (turn.state.matcher.pickOther(key, demand, operator, turn.draw) === null) return
  setCopies(turn, task, 2, 2, 'an audit of a trusted node')
  fill(turn, task)
}
