#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { isNewEnough, runtime, spawnInPlace } from './runtime.js'

if (isNewEnough(process.versions.node)) {
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  await import('../dist/main.js')
} else {
  spawnInPlace(runtime(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
}
