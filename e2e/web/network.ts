import { inject, onTestFinished } from 'vitest'
import { type Started, startDevNetwork } from '../bench/dev-network.ts'
import { buildPages } from './build-pages.ts'

/** What a test needs of a network that runs. */
export type NetworkShown = Pick<Started, 'url' | 'api_key' | 'username' | 'password' | 'nodes'>

/** The one that all files share, or where there is none, one of the test's own. */
export async function networkOfTest(): Promise<NetworkShown> {
  const shared = inject('network')
  if (shared !== undefined && shared !== null) return shared
  await buildPages()
  const network = await startDevNetwork(2)
  onTestFinished(() => network.stop())
  return network
}
