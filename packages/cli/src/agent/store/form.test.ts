import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { cidOf, type Digest, sha256, traceDepth } from '@vcp/protocol'
import { createTrace } from '@vcp/sandbox'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { keptRun, taskId } from '../testing/kept-run.ts'
import { openAgentFile } from './agent-file.ts'

const traceLeaves: readonly Digest[] = ['a', 'b', 'c'].map((name) => sha256(Buffer.from(name)))
const run = keptRun({ taskId, leaseEpoch: 2, traceLeaves })
const cid = cidOf('raw', new Uint8Array(3))

/** Both files of form 1, word for word as they were made. */
function earlierFolder(): string {
  const folder = temporaryFolder()
  const records = new DatabaseSync(join(folder, 'agent.sqlite'))
  records.exec('pragma journal_mode = wal')
  records.exec('create table records (name text primary key, text text not null) strict')
  records.exec(`pragma application_id = ${0x76637061}; pragma user_version = 1`)
  const put = records.prepare('insert into records values (?, ?)')
  put.run('lease/1', 'one')
  put.run('report/7', 'naïve ☕')
  records.close()
  keptBeside(folder)
  return folder
}

function keptBeside(folder: string): void {
  const kept = new DatabaseSync(join(folder, 'kept.sqlite'))
  kept.exec('pragma journal_mode = wal')
  kept.exec(`
    create table if not exists runs (
      task_id text not null, lease_epoch integer not null,
      signed text not null, leaves blob not null, output blob,
      primary key (task_id, lease_epoch)
    ) strict;
    create table if not exists holds (
      task_id text not null, cid text not null, primary key (task_id, cid)
    ) strict, without rowid;
    pragma user_version = 1;
  `)
  const leaves = Buffer.from(traceLeaves.join(''), 'hex')
  kept.prepare('insert into runs values (?, 2, ?, ?, ?)').run(taskId, '{}', leaves, run.output)
  kept.prepare('insert into holds values (?, ?)').run(taskId, cid)
  kept.close()
}

function open(folder: string) {
  const opened = openAgentFile(join(folder, 'agent.sqlite'))
  onTestFinished(() => opened.records.close())
  return opened
}

describe('the two files of an earlier version', () => {
  test('become one, with all that was in them', async () => {
    const folder = earlierFolder()
    const before = open(folder)
    expect(readdirSync(folder).filter((name) => name.startsWith('kept'))).toEqual([])
    await before.records.write([{ name: 'lease/1', text: null }])
    before.records.close()
    const { records, kept } = open(folder)
    expect(records.read()).toEqual(new Map([['report/7', 'naïve ☕']]))
    expect(kept.output(run)).toEqual(run.output)
    expect(kept.holds(taskId)).toEqual([cid])
    const trace = createTrace(traceLeaves)
    const top = [trace.hash(traceDepth - 1, 0), trace.hash(traceDepth - 1, 1)]
    expect(await kept.below(run, traceDepth, 0)).toEqual(top)
  })

  test('are taken over where only what was kept is left', () => {
    const folder = temporaryFolder()
    keptBeside(folder)
    const { records, kept } = open(folder)
    expect(records.read()).toEqual(new Map())
    expect(kept.tasks()).toEqual([taskId])
  })

  test('are taken over once, also where the process ended before the second was removed', () => {
    const folder = earlierFolder()
    const before = open(folder)
    before.kept.release(taskId)
    before.records.close()
    keptBeside(folder)
    expect(open(folder).kept.tasks()).toEqual([])
    expect(existsSync(join(folder, 'kept.sqlite'))).toBe(false)
  })

  test('stay as they are where the second is damaged, which is said', () => {
    const folder = earlierFolder()
    const file = join(folder, 'kept.sqlite')
    writeFileSync(file, 'no database at all, but as long as one has to be'.repeat(40))
    expect(() => open(folder)).toThrow(
      expect.objectContaining({
        code: 'AGENT_STATE_CORRUPT',
        details: { file, errcode: 26 },
      }),
    )
    const db = new DatabaseSync(join(folder, 'agent.sqlite'))
    onTestFinished(() => db.close())
    expect(db.prepare('pragma user_version').get()).toEqual({ user_version: 1 })
  })
})
