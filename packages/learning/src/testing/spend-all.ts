// Waits for a byte, then reserves and commits one release after another until the budget refuses
// or the process is killed, and prints the number of each before it would leave.
import { readSync, writeSync } from 'node:fs'
import type { Digest } from '@vcp/protocol'
import { openPrivacyLedger } from '../privacy/ledger.ts'

const [file = '', name = '', epsilon = ''] = process.argv.slice(2)
const ledger = openPrivacyLedger(file)
writeSync(1, '0\n')
readSync(0, new Uint8Array(1))
for (let i = 0; ; i++) {
  const reserved = ledger.reserve({
    release: `${name} ${i}`,
    dataset: 'digits',
    taskId: name,
    taskBudget: { epsilon: Number(epsilon), delta: 1e-5 },
    phase: { samplingRate: 0.1, noiseMultiplier: 10, steps: 1 },
  })
  if (!reserved.ok) {
    writeSync(1, `${reserved.code}\n`)
    break
  }
  ledger.commit(`${name} ${i}`, 'a'.repeat(64) as Digest)
  writeSync(1, `${i + 1}\n`)
}
ledger.close()
