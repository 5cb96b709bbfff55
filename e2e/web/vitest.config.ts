import { defineConfig } from 'vitest/config'

const conditions = ['source', 'node']

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['e2e/web/**/*.test.ts'],
    globalSetup: ['e2e/web/shared-network.ts'],
    // One network, one browser at a time: what is measured is not the machine.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
