import { AssignmentInfo, signerFrom } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { styleFor } from '../style.ts'
import { endText } from './end-text.ts'

const { peerId } = signerFrom(Buffer.alloc(32, 3))
const style = styleFor(false, 100)

function text(changes: Partial<AssignmentInfo>): string {
  const info = {
    task_id: '019f0000-0000-7000-8000-000000000001',
    peer_id: peerId,
    lease_epoch: 2,
    state: 'lost',
    lease_ends_at_ms: 0,
    declined: null,
    ...changes,
  }
  return endText(AssignmentInfo.parse(info), style)
}

test('says what a node gave as its reason, by kind and in its words', () => {
  const reason = 'the inputs do not satisfy the circuit: Error in template Root_0 line: 7'
  expect(text({ declined: 'statement_false', reason })).toBe(
    `lease 2  ${peerId}  lost: statement false: ${reason}`,
  )
  expect(text({ state: 'declined', declined: 'busy' })).toBe(`lease 2  ${peerId}  declined: busy`)
  expect(text({ reason: 'was not heard of' })).toMatch(/ {2}lost: was not heard of$/)
  expect(text({ state: 'validated' })).toBe(`lease 2  ${peerId}  validated`)
})
