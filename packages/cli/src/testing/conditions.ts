// Tests that only some machines can run. What is left out says so on stderr.
import { describe, test } from 'vitest'

const isLinux = process.platform === 'linux'
const hasModes = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

// skipped: stands on /proc, process groups or programs written for /bin/sh
export const testOnLinux = test.runIf(isLinux)

// skipped: Windows has no file modes
export const testWithModes = test.runIf(hasModes)
// skipped: Windows has no file modes
export const describeWithModes = describe.runIf(hasModes)

// skipped: only root can give a file to another user
export const testAsRoot = test.runIf(isRoot)
if (!isRoot)
  process.stderr.write('tests with files of another user are skipped: this is not root\n')
