import { configDefaults, defineConfig } from 'vitest/config'

// Vite adds `import` or `require` by itself; said here, `import` would hold for `require` too, and
// CommonJS packages (pg) would be handed modules.
const conditions = ['source', 'node']

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['{packages/*/src,scripts,e2e}/**/*.test.ts'],
    // These run with `npm run test:browser`.
    exclude: [...configDefaults.exclude, 'e2e/web/full/**'],
    testTimeout: 30_000,
  },
})
