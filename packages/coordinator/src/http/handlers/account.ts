import { pass } from '@vcp/protocol'
import type { Handlers } from '../handler.ts'
import type { HandlerParts } from './handlers.ts'

export function accountHandlers({ backend }: HandlerParts): Pick<Handlers, 'getAccount'> {
  return {
    async getAccount({ identity }) {
      return pass(await backend.cluster.standing(identity))
    },
  }
}
