import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { signerFrom } from '@vcp/protocol'
import { describe, expect, test } from 'vitest'
import { keptLogs } from '../../task/kept-logs.ts'
import { noteSubmitted } from '../../task/submitted-tasks.ts'
import {
  type EvidenceServer,
  evidence,
  output,
  serveEvidence,
  task,
  taskId,
} from '../../testing/evidence-server.ts'
import { fail } from '../../testing/failure.ts'
import { run, temporaryFolder } from '../../testing/host.ts'
import { keyOfLog } from '../../testing/ledger-server.ts'

const forger = signerFrom(new Uint8Array(32).fill(9))
const env = { VCP_API_KEY: `vcp_${'k'.repeat(32)}` }

async function argvFor(given: EvidenceServer = {}): Promise<readonly string[]> {
  const url = await serveEvidence(given)
  return ['task', 'result', taskId, '--coordinator', url, '--data-dir', temporaryFolder()]
}

/** The task as it was submitted, in a file. */
function specFile(change: object = {}): string {
  const file = join(temporaryFolder(), 'spec.json')
  writeFileSync(file, JSON.stringify({ ...task, ...change }))
  return file
}

describe('vcp task result', () => {
  test('prints a result that was verified here, and what it was verified by', async () => {
    const argv = [...(await argvFor()), '--task', specFile()]
    const { exitCode, out, err } = await run(argv, { env })
    expect(out).toBe(output.toString())
    expect(err).toContain('signed: one node signed')
    expect(exitCode).toBe(0)
    const json = await run([...argv, '--json'], { env })
    const data = JSON.parse(json.out)
    expect(data).toMatchObject({ level: 'signed', output: { text: output.toString() } })
    expect(data.checks).toContainEqual(expect.objectContaining({ step: 'task', result: 'ok' }))
  })

  test('writes result and evidence to files, and the evidence verifies offline', async () => {
    const folder = temporaryFolder()
    const [out, kept] = [join(folder, 'result'), join(folder, 'evidence.json')]
    const argv = [...(await argvFor()), '--out', out, '--evidence', kept]
    expect(await run(argv, { env })).toMatchObject({ exitCode: 0, out: '' })
    expect(readFileSync(out).equals(output)).toBe(true)
    expect(JSON.parse(readFileSync(kept, 'utf8'))).toEqual(evidence.signed)
  })

  test('says what could not be compared where the task is not known', async () => {
    const { exitCode, err } = await run(await argvFor(), { env })
    expect(exitCode).toBe(0)
    expect(err).toContain('what task it is of was not checked')
  })

  test('knows what was submitted from here, and refuses the result of another task', async () => {
    const argv = await argvFor()
    const folder = argv.at(-1) as string
    const digest = 'ab'.repeat(32) as never
    noteSubmitted(folder, { task_id: taskId, task_digest: digest, level: 'signed' })
    const failure = await fail(argv, { env })
    expect(failure).toMatchObject({ error: 'VERIFICATION_FAILED', exit_code: 8 })
    expect(failure.message).toContain('not the one submitted')
  })

  test.each([
    ['other bytes', { output: Buffer.from('a lie!') }, 'BLOB_CORRUPT'],
    [
      'another checkpoint',
      { evidence: { ...evidence.signed, checkpoint: evidence.replicated.checkpoint } },
      'VERIFICATION_FAILED',
    ],
    ['another log', { logKey: keyOfLog(forger) }, 'VERIFICATION_FAILED'],
  ])('prints nothing where there is %s', async (_, given, code) => {
    const failure = await fail(await argvFor(given), { env })
    expect(failure).toMatchObject({ error: code, exit_code: 8 })
  })

  test('is not content with less than the task asked for', async () => {
    const spec = specFile({ verification: { level: 'replicated', quorum: 2 } })
    const wanted = [...(await argvFor()), '--level', 'replicated']
    expect(await fail(wanted, { env })).toMatchObject({ error: 'VERIFICATION_WEAK', exit_code: 8 })
    const other = [...(await argvFor()), '--task', spec]
    expect(await fail(other, { env })).toMatchObject({ error: 'VERIFICATION_FAILED', exit_code: 8 })
    const enough = [...(await argvFor({ evidence: evidence.replicated })), '--level', 'replicated']
    expect((await run(enough, { env })).exitCode).toBe(0)
  })

  test('takes no other key for the log than the one it had at first', async () => {
    const argv = await argvFor({ logKey: keyOfLog() })
    const [url, folder] = [argv[4] as string, argv[6] as string]
    await keptLogs(folder).keep(url, 'another+key')
    const failure = await fail(argv, { env })
    expect(failure).toMatchObject({ error: 'LOG_KEY_CHANGED', exit_code: 8 })
    expect(failure.hint).toContain('known-logs.json')
  })

  test.each([
    ['failed', 'TASK_FAILED', 7],
    ['pending', 'CONFLICT', 2],
  ])('of a task that is %s is none', async (status, code, exitCode) => {
    const failure = await fail(await argvFor({ status }), { env })
    expect(failure).toMatchObject({ error: code, exit_code: exitCode })
  })
})
