// Whether anything can be written down; the loop says.
import { pass } from '@vcp/protocol'
import type { Decider } from './decide.ts'

export const storeDeciders = {
  'disk-filled': ((turn) => {
    turn.state.isDiskFull = true
    return pass(null)
  }) satisfies Decider<'disk-filled'>,

  'disk-freed': ((turn) => {
    turn.state.isDiskFull = false
    return pass(null)
  }) satisfies Decider<'disk-freed'>,
}
