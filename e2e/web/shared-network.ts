// One network for all files of `npm run test:browser`: it takes longer to start than most of them.
import type { TestProject } from 'vitest/node'
import { startDevNetwork } from '../bench/dev-network.ts'
import { buildPages } from './build-pages.ts'
import { chromium } from './chromium.ts'
import type { NetworkShown } from './network.ts'

declare module 'vitest' {
  interface ProvidedContext {
    network: NetworkShown | null
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (chromium === null) {
    project.provide('network', null)
    return async () => undefined
  }
  await buildPages()
  const network = await startDevNetwork(3)
  const { url, api_key, username, password, nodes } = network
  project.provide('network', { url, api_key, username, password, nodes })
  return () => network.stop()
}
