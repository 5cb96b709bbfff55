import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { cidOf } from '@vcp/protocol'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../testing/host.ts'
import { mountFault } from '../../testing/small-disk.ts'
import { fillableDisk } from '../testing/fillable-disk.ts'
import { keptRun, taskId } from '../testing/kept-run.ts'
import { type AgentFile, openAgentFile } from './agent-file.ts'
import { describeStore } from './store.conformance.ts'

const run = keptRun({ taskId, leaseEpoch: 1 })
const cid = cidOf('raw', new Uint8Array(3))
const temporaryFile = () => join(temporaryFolder(), 'agent.sqlite')

function open(file: string): AgentFile {
  const opened = openAgentFile(file)
  onTestFinished(() => opened.records.close())
  return opened
}

describeStore('in SQLite', () => {
  const file = temporaryFile()
  return { open: () => open(file).records }
})

/** A process that writes one record after another, and says so after each. */
function writingProcess(file: string) {
  const script = fileURLToPath(new URL('../testing/write-for-ever.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=source', script, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child
}

describe('a store in SQLite', () => {
  test('is refused to a second process by name, and loses nothing to a kill', async () => {
    const file = temporaryFile()
    const child = writingProcess(file)
    let acknowledged = 0
    child.stdout.setEncoding('utf8')
    for await (const text of child.stdout as AsyncIterable<string>) {
      acknowledged = Math.max(acknowledged, ...text.trim().split('\n').map(Number))
      if (acknowledged >= 20) break
    }
    expect(() => openAgentFile(file)).toThrow(
      expect.objectContaining({
        code: 'DATA_FOLDER_IN_USE',
        message: `another agent (process ${child.pid}) has the agent's state ${file} open`,
        details: expect.objectContaining({ pid: child.pid }),
      }),
    )
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    const opened = open(file)
    const records = opened.records.read()
    for (let number = 1; number <= acknowledged; number++) {
      expect(records.get(`report/${number}`)).toBe(`text ${number}`)
    }
    // What was kept is there with each record of it, acknowledged or not.
    for (const name of records.keys()) {
      const leaseEpoch = Number(name.slice('report/'.length))
      expect(opened.kept.output({ taskId, leaseEpoch })).toEqual(run.output)
    }
  })

  test('has what was kept once a record has been written, or a blob is to be held', async () => {
    const file = temporaryFile()
    const { records, kept } = open(file)
    kept.keep(run)
    expect(kept.output(run)).toBeNull()
    await records.write([{ name: 'lease/1', text: 'one' }])
    expect(kept.output(run)).toEqual(run.output)
    kept.release(taskId)
    await kept.hold(taskId, cid)
    expect(kept.output(run)).toBeNull()
    records.close()
    const after = open(file)
    expect([...after.records.read()]).toEqual([['lease/1', 'one']])
    expect(after.kept.output(run)).toBeNull()
    expect(after.kept.holds(taskId)).toEqual([cid])
  })

  test('writes what is left when it is closed', () => {
    const file = temporaryFile()
    const { records, kept } = open(file)
    kept.keep(run)
    records.close()
    expect(open(file).kept.output(run)).toEqual(run.output)
  })

  test('keeps what it had of names that a failed write was to change', async () => {
    const { records } = open(temporaryFile())
    await records.write([{ name: 'lease/1', text: 'one' }])
    const impossible = { name: 'lease/3', text: {} as string }
    const failed = records.write([
      { name: 'lease/1', text: null },
      { name: 'lease/2', text: 'two' },
      impossible,
    ])
    await expect(failed).rejects.toMatchObject({ code: 'AGENT_STATE_FAILED' })
    await records.write([
      { name: 'lease/1', text: 'uno' },
      { name: 'lease/2', text: 'due' },
    ])
    expect([...records.read()]).toEqual([
      ['lease/1', 'uno'],
      ['lease/2', 'due'],
    ])
    await records.write([{ name: 'lease/1', text: null }])
    expect([...records.read()]).toEqual([['lease/2', 'due']])
  })

  test('leaves nothing behind that says it is in use', () => {
    const file = temporaryFile()
    openAgentFile(file).records.close()
    expect(existsSync(`${file}.pid`)).toBe(false)
  })

  test('says so where the file is no database', () => {
    const file = temporaryFile()
    writeFileSync(file, 'something else entirely, long enough to have a header'.repeat(40))
    expect(() => openAgentFile(file)).toThrow(
      expect.objectContaining({ code: 'AGENT_STATE_CORRUPT' }),
    )
  })

  test('says so where the folder is not there', () => {
    expect(() => openAgentFile(join(temporaryFile(), 'nowhere', 'agent.sqlite'))).toThrow(
      expect.objectContaining({ code: 'AGENT_STATE_FAILED' }),
    )
  })

  test.each([
    ['a later version of ours', 'pragma user_version = 99', 'AGENT_STATE_FAILED'],
    ['another program', 'pragma application_id = 7', 'AGENT_STATE_CORRUPT'],
  ])('does not touch the file of %s', (_, sql, code) => {
    const file = temporaryFile()
    openAgentFile(file).records.close()
    const db = new DatabaseSync(file)
    db.exec(sql)
    db.close()
    expect(() => openAgentFile(file)).toThrow(expect.objectContaining({ code }))
  })
})

// skipped: no file system can be mounted here, which small-disk.ts says aloud
describe.runIf(mountFault === null)('a store in SQLite on a full disk', () => {
  test('refuses a write whole, keeps what it had, and goes on when there is room', async () => {
    const disk = fillableDisk()
    const { records: store, kept } = open(join(disk.folder, 'agent.sqlite'))
    await store.write([{ name: 'lease/1', text: 'one' }])
    disk.fill()
    const large = Array.from({ length: 100 }, (_, number) => {
      return { name: `report/${number}`, text: 'x'.repeat(4_000) }
    })
    kept.keep(run)
    await expect(store.write(large)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect([...store.read().keys()]).toEqual(['lease/1'])
    expect(kept.tasks()).toEqual([])
    await expect(kept.hold(taskId, cid)).rejects.toMatchObject({ code: 'DISK_FULL' })
    disk.clear()
    await store.write(large)
    expect(store.read().size).toBe(101)
    expect(kept.output(run)).toEqual(run.output)
    expect(kept.holds(taskId)).toEqual([])
  })
})
