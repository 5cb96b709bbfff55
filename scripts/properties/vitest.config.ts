// The tests as always, but every property leaves a record of how often it was tried.
import { fileURLToPath } from 'node:url'
import { defineConfig, mergeConfig } from 'vitest/config'
import base from '../../vitest.config.ts'

const record = fileURLToPath(new URL('record.ts', import.meta.url))

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from the default export
export default mergeConfig(
  base,
  defineConfig({ test: { setupFiles: [record], testTimeout: 60 * 60_000 } }),
)
