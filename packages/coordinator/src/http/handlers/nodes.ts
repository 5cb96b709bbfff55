import { momentOf, pass, refuse } from '@vcp/protocol'
import { createEnvelopeGate } from '../../envelope-gate.ts'
import type { Handlers } from '../handler.ts'
import { nextCursor, readCursor } from './cursor.ts'
import type { HandlerParts } from './handlers.ts'

type Names =
  | 'registerNode'
  | 'listNodes'
  | 'getNode'
  | 'nodeHistory'
  | 'removeNode'
  | 'heartbeat'
  | 'rejectNode'

export function nodeHandlers({ backend, nowMs }: HandlerParts): Pick<Handlers, Names> {
  const { nodes } = backend
  const gate = createEnvelopeGate({ nowMs })
  return {
    async registerNode({ identity, body: { registration, binding } }) {
      const opened = gate.open('registration', registration)
      return opened.ok ? nodes.register(identity.accountId, opened.value, binding) : opened
    },
    async listNodes({ identity, query: { status, node_type, ...query } }) {
      const asked = readCursor(query)
      if (!asked.ok) return asked
      const filter = { status: status ?? null, nodeType: node_type ?? null }
      const page = await nodes.list(identity, { ...asked.value, ...filter })
      return pass({ nodes: [...page.items], next_cursor: nextCursor(page) })
    },
    getNode: ({ identity, params }) => nodes.show(identity, params.id),
    nodeHistory: ({ identity, params }) => nodes.history(identity, params.id),
    removeNode: ({ identity, params }) => nodes.remove(identity, params.id),
    async heartbeat({ identity, params, body }) {
      const node = await nodes.show(identity, params.id)
      if (!node.ok) return node
      const opened = gate.open('heartbeat', body)
      if (!opened.ok) return opened
      if (opened.value.peer_id !== node.value.peer_id) {
        return refuse('SIGNATURE_INVALID', `signed by another node than ${node.value.peer_id}`)
      }
      const heard = await nodes.heartbeat(opened.value)
      if (!heard.ok) return heard
      return pass({ status: heard.value.status, last_seen: momentOf(nowMs()) })
    },
    rejectNode: ({ identity, params, body }) =>
      nodes.setMode(identity, params.id, 'paused', body.reason),
  }
}
