import { apiKey, connect } from '@vcp/client'
import { type Demonstration, fact } from './demonstration.ts'
import { becomeAdministrator } from './network/administrator.ts'
import { createLogReader } from './network/log-reader.ts'
import { startNetwork } from './network/network.ts'
import { circuitsForProofs, showProofs } from './network/proof-tour.ts'
import { orFailure } from './network/tour.ts'

/** Results that prove themselves, and what becomes of those that only claim to. */
export const proofs: Demonstration = {
  name: 'proofs',
  about: 'a function’s run and an update’s norm are proved; a forged and a replayed proof are not',
  async run({ host, folder, doing }) {
    const circuits = await circuitsForProofs(doing)
    if (circuits === null) {
      return [fact('circuits to prove with', 'none came with this installation')]
    }
    doing('the coordinator starts')
    const network = await startNetwork({ host, folder, said: () => undefined })
    try {
      const { apiKey: key } = await becomeAdministrator(network.url, network.setupToken ?? '', host)
      const { signal } = host
      const connection = connect({ url: network.url, credentials: apiKey(key), signal })
      const { pace } = connection
      const log = createLogReader(connection, () => pace.wait(200, signal))
      try {
        const { nowMs } = host
        const tour = showProofs({ network, connection, log, doing, nowMs, circuits })
        return await orFailure(network, tour)
      } finally {
        await connection.close()
      }
    } finally {
      doing('everything is stopped')
      await network.stop()
    }
  },
}
