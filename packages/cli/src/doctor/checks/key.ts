import { VcpError } from '@vcp/protocol'
import { findNodeKey } from '../../keystore/node-key.ts'
import { bad, type Check, ok } from '../check.ts'

export const key: Check = {
  name: 'key',
  about: 'the node key: present, whole, and the one it says it is',
  async run({ dataDir }) {
    try {
      const found = findNodeKey(dataDir)
      if (found === null) return ok('there is no node key yet; vcp makes it when a node starts')
      const peerId = found.signer.peerId
      return ok(`the key fits its peer id, ${peerId}`, { peer_id: peerId })
    } catch (error) {
      if (!(error instanceof VcpError)) throw error
      return bad(error.message, error.hint, { code: error.code })
    }
  },
}
