import { defineConfig } from 'vitest/config'

const conditions = ['source', 'node', 'import', 'default']

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages/*/src,scripts,e2e}/**/*.test.ts'],
    testTimeout: 30_000,
  },
})
