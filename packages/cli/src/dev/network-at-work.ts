import { apiKey, connect } from '@vcp/client'
import { type Demonstration, fact, step } from './demonstration.ts'
import { becomeAdministrator } from './network/administrator.ts'
import { createLogReader } from './network/log-reader.ts'
import { startNetwork } from './network/network.ts'
import { orFailure, showTour } from './network/tour.ts'
import { checkWholeLog } from './network/whole-log.ts'

/** A whole network on this machine, with three bad nodes in it. */
export const networkAtWork: Demonstration = {
  name: 'network',
  about: 'a coordinator and nodes, each a process of its own; three of the nodes are bad',
  async run({ host, folder, doing }) {
    doing('the coordinator starts')
    const began = host.nowMs()
    const network = await startNetwork({ host, folder, said: () => undefined })
    try {
      const startedMs = host.nowMs() - began
      const { apiKey: key } = await becomeAdministrator(network.url, network.setupToken ?? '', host)
      const { signal } = host
      const connection = connect({ url: network.url, credentials: apiKey(key), signal })
      const { pace } = connection
      const log = createLogReader(connection, () => pace.wait(200, signal))
      try {
        const { nowMs } = host
        const tour = showTour({ network, connection, log, signal, doing, nowMs })
        const steps = await orFailure(network, tour)
        const { holds, outcome } = await checkWholeLog(connection)
        return [
          fact('a coordinator listens', `${network.url}, after ${startedMs} ms`),
          ...steps,
          step('the whole log is checked: hashes, signed head, money', holds, outcome),
        ]
      } finally {
        await connection.close()
      }
    } finally {
      doing('everything is stopped')
      await network.stop()
    }
  },
}
