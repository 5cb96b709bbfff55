import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { VerifiedResult } from '@vcp/client'
import { type Digest, VcpError } from '@vcp/protocol'
import { expect, test } from 'vitest'
import { hostOf, temporaryFolder } from '../testing/host.ts'
import { openBatchFolder } from './batch-folder.ts'

const { host } = hostOf()
const digest = 'ab'.repeat(32) as Digest
const other = 'cd'.repeat(32) as Digest

test('ids follow from the first run, the line and the task, and from nothing else', () => {
  const path = temporaryFolder()
  const first = openBatchFolder(path, host)
  const id = first.idOf(1, digest)
  expect(first.idOf(2, digest)).not.toBe(id)
  expect(first.idOf(1, other)).not.toBe(id)
  first.close()
  const again = openBatchFolder(path, host)
  expect(again.idOf(1, digest)).toBe(id)
  again.close()
  const elsewhere = openBatchFolder(temporaryFolder(), host)
  expect(elsewhere.idOf(1, digest)).not.toBe(id)
  elsewhere.close()
})

test('verified results are known again, failures and a line that was cut are not', () => {
  const path = temporaryFolder()
  const first = openBatchFolder(path, host)
  const [one, two, three] = [1, 2, 3].map((line) => first.idOf(line, digest))
  const receipt = { ending: { kind: 'ok' }, gas: 5 }
  const result = { taskId: one, level: 'signed', output: Buffer.from('out'), receipt }
  first.add(1, result as unknown as VerifiedResult)
  first.addFailure(2, two!, new VcpError('TASK_FAILED'))
  first.close()
  expect(readFileSync(join(path, '000001.out'), 'utf8')).toBe('out')
  appendFileSync(join(path, 'results.ndjson'), `{"line":3,"task_id":"${three}","o`)
  const again = openBatchFolder(path, host)
  expect([one, two, three].map((id) => again.has(id!))).toEqual([true, false, false])
  again.close()
})

test('a folder of something else is left alone', () => {
  const path = temporaryFolder()
  writeFileSync(join(path, 'batch.json'), '{"mine":true}')
  expect(() => openBatchFolder(path, host)).toThrow('not what a batch leaves behind')
  expect(readFileSync(join(path, 'batch.json'), 'utf8')).toBe('{"mine":true}')
})
