import { readFileSync } from 'node:fs'
import { hexToBytes } from '@noble/hashes/utils.js'
import { assert, describe, expect, test } from 'vitest'
import evidence from '../vectors/evidence.json' with { type: 'json' }
import ledgerFile from '../vectors/ledger-file.json' with { type: 'json' }
import messages from '../vectors/messages.json' with { type: 'json' }
import { decodeCanonical } from './canonical.ts'
import { type MessageType, openEnvelope } from './envelope.ts'
import { checkEvidence } from './evidence.ts'
import type { TaskId } from './ids.ts'
import { checkLedgerFile } from './ledger-file.ts'
import { readVerifierKey } from './signed-note.ts'
import { TaskSpec, taskDigest } from './tasks/task.ts'
import { goldenFiles } from './testing/golden.ts'

describe('the golden vectors', () => {
  test.each(Object.entries(goldenFiles))('%s are what this code makes', (name, make) => {
    const file = new URL(`../vectors/${name}`, import.meta.url)
    expect(JSON.parse(JSON.stringify(make()))).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  test.each(messages.vectors.map((vector) => [vector.envelope.type, vector] as const))(
    'of %s open as they stand in the file',
    (type, { envelope, canonical }) => {
      expect(openEnvelope(type as MessageType, envelope).ok).toBe(true)
      expect(decodeCanonical(hexToBytes(canonical))).toEqual({ ok: true, value: envelope })
    },
  )

  test('of a log in a file holds as it stands there', async () => {
    const verifier = readVerifierKey(ledgerFile.log_key)
    assert(verifier.ok)
    const log = { origin: verifier.value.name, verifier: verifier.value }
    const report = await checkLedgerFile([new TextEncoder().encode(ledgerFile.file)], { log })
    expect(report).toMatchObject({ ok: true, entries: 3, receipts: 1, issuedMicro: 0 })
  })

  test('of evidence hold as they stand in the file', () => {
    const verifier = readVerifierKey(evidence.log.verifier_key)
    const task = TaskSpec.parse(evidence.task)
    for (const level of ['signed', 'replicated'] as const) {
      const report = checkEvidence(evidence[level], {
        log: {
          origin: evidence.log.origin,
          verifier: verifier.ok ? verifier.value : (null as never),
        },
        task: { taskId: evidence.task_id as TaskId, digest: taskDigest(task) },
        output: hexToBytes(evidence.output),
      })
      expect(report).toMatchObject({ ok: true, level })
    }
  })
})
