#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { isNewEnough, runtime, spawnInPlace } from './runtime.js'

if (isNewEnough(process.versions.node)) {
  const { enableCompileCache } = await import('node:module')
  // What runs for days beside other work: room is worth more than speed. A dashboard has a fifth
  // less of it in use, and a node a quarter, when its young generation stays as small as it begins,
  // which V8 heeds before it has grown.
  const words = process.argv.slice(2)
  const isNode = words.includes('node') && words.includes('start')
  const isDashboard = !isNode && words.includes('dashboard')
  if (isNode || isDashboard) {
    const { setFlagsFromString } = await import('node:v8')
    setFlagsFromString('--semi-space-growth-factor=1')
    // A dashboard does a little each second: code that is compiled for speed is never paid back.
    if (isDashboard) for (const flag of ['--no-opt', '--no-sparkplug']) setFlagsFromString(flag)
  }
  enableCompileCache()
  await import('../dist/main.js')
} else {
  spawnInPlace(runtime(), [fileURLToPath(import.meta.url), ...process.argv.slice(2)])
}
